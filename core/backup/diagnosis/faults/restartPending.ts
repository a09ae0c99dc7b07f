/** What archiving needs is written, and waits for a restart. */
import { settingOf, up, winnerOf } from '../looking';
import type { FaultRule, NodeEvidence, Sighting } from '../types';

export const restartPending: FaultRule = {
  id: 'backup/restart-pending',
  title: 'a setting of archiving waits for a restart',
  severity: 'fault',
  reference: 'backup guide: archive_mode needs a restart',
  texts: [],
  look: ({ nodes }) => nodes.flatMap(lookAt),
  cure: () => [up('The rollout restarts the nodes that wait for it, standbys first.')],
};

function lookAt(node: NodeEvidence): Sighting[] {
  return ['archive_mode', 'wal_level'].flatMap((name): Sighting[] => {
    const row = settingOf(node, name);
    const winner = winnerOf(node, name);
    return row?.pendingRestart === true
      ? [
          {
            node: node.name,
            found: `${winner?.place ?? 'its file'}: ${name} = ${winner?.value ?? 'another value'}; the server still runs with ${row.value}`,
          },
        ]
      : [];
  });
}
