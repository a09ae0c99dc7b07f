/** A limit on idle sessions cuts the session that a backup keeps open while it copies. */
import { BACKUP_USER } from '../../commands';
import { asUser, backUpAgain } from '../looking';
import type { FaultRule, NodeEvidence, Sighting } from '../types';

export const idleTimeout: FaultRule = {
  id: 'backup/idle-timeout',
  title: 'client_idle_timeout closes the backup’s session',
  severity: 'fault',
  reference: 'backup guide, FAQ: Assert:[025]; set it to 0 for the backup user, or take a build after October 2021',
  texts: [
    /Assert:\[025\] 'check cancel ?!= ?NULL' failed/i,
    /terminating connection due to (client )?idle|idle-session timeout/,
  ],
  look: ({ nodes }) => nodes.flatMap(lookAt),
  cure: (context, sightings) => [
    ...sightings.flatMap(({ node, about }) =>
      node === undefined || about === undefined
        ? []
        : [
            {
              text: `Let sessions of ${BACKUP_USER} be idle as long as they like; everybody else keeps the limit.`,
              on: node,
              command: asUser(
                context,
                `${context.bin}/ksql -h 127.0.0.1 -p ${about['port']} -U ${about['superuser']} -d ${about['database']} -w -c 'ALTER ROLE ${BACKUP_USER} SET ${about['setting']} = 0'`,
              ),
            },
          ],
    ),
    backUpAgain(context),
  ],
};

/** The primary's word counts: roles are the same everywhere, and standbys read on is not where a backup starts. */
function lookAt({ name, backup, server, target }: NodeEvidence): Sighting[] {
  const sessions = backup?.sessions;
  if (sessions?.setting === undefined || server?.inRecovery !== false) return [];
  const own = sessions.roles[BACKUP_USER];
  const seconds = own === undefined ? sessions.seconds : Number.parseInt(own, 10);
  if (seconds === undefined || Number.isNaN(seconds) || seconds === 0) return [];
  const row = server.settings.find((each) => /^(client_idle_timeout|idle_session_timeout)$/.test(each.name));
  const place = row === undefined || row.file === '' ? '' : ` (${row.file}:${row.line ?? '?'})`;
  return [
    {
      node: name,
      found: `${sessions.setting} is ${sessions.seconds ?? 'unknown'}${place}, and for ${BACKUP_USER} ${own ?? 'the same'}`,
      about: {
        setting: sessions.setting,
        port: String(target.databasePort),
        superuser: target.superuser,
        database: target.maintenanceDb,
      },
    },
  ];
}
