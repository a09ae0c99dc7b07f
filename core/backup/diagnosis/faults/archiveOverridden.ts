/** archive_command comes from another place than es_rep.conf. */
import { DISABLED, asUser, checkAgain, isAutoConf, settingOf } from '../looking';
import type { BackupEvidence, FaultRule, NodeEvidence, Sighting } from '../types';

export const archiveOverridden: FaultRule = {
  id: 'backup/archive-overridden',
  title: 'another place overrides archive_command',
  severity: 'fault',
  reference: 'backup guide: archive_command in es_rep.conf; kingbase.auto.conf is read last',
  texts: [],
  look: (evidence) => evidence.nodes.flatMap((node) => lookAt(evidence, node)),
  cure: (context, sightings) => [
    ...sightings.flatMap(({ node, about }) =>
      node === undefined || about === undefined
        ? []
        : about['auto'] === 'yes'
          ? [
              {
                text: 'Take it out of kingbase.auto.conf.',
                on: node,
                command: asUser(
                  context,
                  `${context.bin}/ksql -h 127.0.0.1 -p ${about['port']} -U ${about['superuser']} -d ${about['database']} -w -c 'ALTER SYSTEM RESET archive_command'`,
                ),
              },
              {
                text: 'Reload.',
                on: node,
                command: asUser(context, `${context.bin}/sys_ctl -D ${about['data']} reload`),
              },
            ]
          : [
              {
                text: `Take archive_command out of ${about['place']} on ${node}, reload, and run \`pulumi up --refresh\`.`,
              },
            ],
    ),
    {
      text: 'What was thrown away meanwhile is missing in the archive: make a full backup once archiving works. Restores to points in that gap are not possible.',
    },
    checkAgain(context),
  ],
};

function lookAt({ backup }: BackupEvidence, node: NodeEvidence): Sighting[] {
  const row = settingOf(node, 'archive_command');
  if (row === undefined || row.value === DISABLED || row.value === backup.archive.command) return [];
  const isForeign =
    row.file === '' ? !['default', 'configuration file'].includes(row.source) : !row.file.endsWith('/es_rep.conf');
  if (!isForeign) return [];
  const place = row.file === '' ? row.source : `${row.file}:${row.line ?? '?'}`;
  const { databasePort, superuser, maintenanceDb, data } = node.target;
  return [
    {
      node: node.name,
      found: `${place}: archive_command = '${row.value}'; declared, in es_rep.conf: '${backup.archive.command}'`,
      about: {
        auto: isAutoConf(row.file) ? 'yes' : 'no',
        place,
        port: String(databasePort),
        superuser,
        database: maintenanceDb,
        data,
      },
    },
  ];
}
