/** resolveMultiPrimary: two nodes accept writes; one stays, the other one is fenced, its writes are exported, and it comes back as a standby. */
import type { Finding } from '../../finding';
import { wrongRecord } from '../checkInputs';
import { databaseNode } from '../databaseNode';
import { wrongNumbers } from '../wrongNumbers';
import { checkRate, MAX_RATE } from './memberNode';
import type { ActionInputs, ActionKind } from './types';

/** Held against what stands in templates/os/actions/resolveMultiPrimary.sh by a test. */
export const RESOLVE_MAX_EXPORT_MIB = 10_240;

export const resolveMultiPrimary: ActionKind = {
  kind: 'resolveMultiPrimary',
  summary:
    'Ends a second primary: fences it, exports what only it wrote, and brings it back as a standby of the one that stays',
  fields: {
    winner: { type: 'string', required: true, help: 'the node that stays primary' },
    loser: { type: 'string', required: true, help: 'the node that also accepts writes; the action runs there' },
    bring: {
      type: 'string',
      values: ['rewind', 'reclone'],
      help: 'how the loser comes back; default: rewind. reclone keeps its old data beside the new copy',
    },
    export: {
      type: 'string',
      values: ['dump', 'wal'],
      help: 'what is kept for review: its databases and its WAL from the fork on (default), or the WAL alone',
    },
    maxExportMiB: {
      type: 'number',
      help: `how large that may be; default: ${RESOLVE_MAX_EXPORT_MIB}`,
    },
    maxRate: MAX_RATE,
    acceptDataLossOwner: {
      type: 'string',
      help: 'who answers for nodes that cannot be looked at, by name; needed only where there are such',
    },
    acceptDataLossReason: { type: 'string', help: 'why it is accepted' },
  },
  check,
  node: (spec, { winner, loser }) => {
    const path = 'kingbase:actions: resolveMultiPrimary';
    const found = databaseNode(spec, winner, `${path}.winner`);
    return 'code' in found ? found : databaseNode(spec, loser, `${path}.loser`);
  },
  describe,
  destructive: true,
  maxSeconds: 86_400,
};

function check(inputs: ActionInputs, path: string): readonly Finding[] {
  const { winner, loser, acceptDataLossOwner: owner, acceptDataLossReason: reason } = inputs;
  const half = (owner === undefined) !== (reason === undefined);
  return [
    ...(winner === loser
      ? [wrongRecord(`${path}.loser`, `${JSON.stringify(loser)} is the winner as well`, 'Name two nodes.')]
      : []),
    ...(half
      ? [wrongRecord(`${path}.acceptDataLossOwner`, 'and acceptDataLossReason belong together', 'Give both, or none.')]
      : []),
    ...wrongNumbers(inputs, { maxExportMiB: [1, 1e9] }, path),
    ...checkRate(inputs, path),
  ];
}

function describe(node: string, { winner, bring = 'rewind', export: what = 'dump' }: ActionInputs): string {
  return [
    `${String(winner)} stays primary; on ${node}: it refuses writes, loses its sessions and the virtual IP, and is stopped, after it is proved who accepts writes and where they parted`,
    `WHAT ONLY ${node} WROTE LEAVES THE CLUSTER; ${what === 'wal' ? 'its WAL from the fork on is' : 'its databases and its WAL from the fork on are'} exported for review first`,
    bring === 'reclone'
      ? 'its database is replaced by a new copy, the old data stays beside it'
      : 'it is rewound to the fork and follows the winner',
    'no failover happens by itself meanwhile; the dry run prints both branches and the token for `confirm`',
  ].join('; ');
}
