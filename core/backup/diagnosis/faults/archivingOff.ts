/** archive_mode is off in the running server. */
import { asUser, checkAgain, isAutoConf, placeOf, settingOf, winnerOf } from '../looking';
import type { CureStep, FaultRule, NodeEvidence, Sighting } from '../types';

export const archivingOff: FaultRule = {
  id: 'backup/archiving-off',
  title: 'archive_mode is off: no WAL reaches the repository',
  severity: 'fault',
  reference: 'backup guide: archive_mode; it takes a restart',
  texts: [/archive_mode must be enabled/, /\[087\]/],
  look: ({ nodes }) => nodes.flatMap(lookAt),
  cure: (context, sightings) => [
    ...sightings.flatMap(({ node, about }): CureStep[] =>
      node !== undefined && about?.['auto'] === 'yes'
        ? [
            {
              text: `Take it out of kingbase.auto.conf, which has the last word.`,
              on: node,
              command: asUser(
                context,
                `${context.bin}/ksql -h 127.0.0.1 -p ${about['port']} -U ${about['superuser']} -d ${about['database']} -w -c 'ALTER SYSTEM RESET archive_mode'`,
              ),
            },
          ]
        : [],
    ),
    {
      text: 'Let the declared value take effect: `pulumi up --refresh` writes es_rep.conf again and restarts the nodes that wait for it, standbys first.',
    },
    checkAgain(context),
  ],
};

function lookAt(node: NodeEvidence): Sighting[] {
  const row = settingOf(node, 'archive_mode');
  if (node.server === undefined || (row !== undefined && row.value !== 'off')) return [];
  if (row === undefined && !node.server.settings.some(({ name }) => name === 'archive_command')) return [];
  const winner = winnerOf(node, 'archive_mode');
  const waits =
    winner !== undefined && winner.value !== 'off'
      ? `; ${winner.place} says ${winner.value}, which a restart brings`
      : '';
  const place = row === undefined ? 'by default' : `from ${placeOf(row)}`;
  const { databasePort, superuser, maintenanceDb } = node.target;
  const isAuto =
    (row !== undefined && isAutoConf(row.file)) ||
    (winner !== undefined && winner.value === 'off' && isAutoConf(winner.file));
  return [
    {
      node: node.name,
      found: `archive_mode is off ${place}${waits}`,
      about: { auto: isAuto ? 'yes' : 'no', port: String(databasePort), superuser, database: maintenanceDb },
    },
  ];
}
