/** promote: a standby becomes primary because the primary is lost, and somebody answers by name for what is lost with it. */
import { databaseNode } from '../databaseNode';
import { wrongNumbers } from '../wrongNumbers';
import type { ActionInputs, ActionKind } from './types';

/** Held against what stands in templates/os/actions/promote.sh by a test. */
export const PROMOTE_MIN_FREE_BYTES = 268_435_456;

export const promote: ActionKind = {
  kind: 'promote',
  summary: 'Makes a standby primary where the primary is lost; what was not replicated is lost too',
  fields: {
    node: { type: 'string', required: true, help: 'the standby that becomes primary; the action runs there' },
    acceptDataLossOwner: {
      type: 'string',
      required: true,
      help: 'who answers for what is lost, by name',
    },
    acceptDataLossReason: { type: 'string', required: true, help: 'why it is accepted' },
    minFreeBytes: {
      type: 'number',
      help: `room that the new primary must have for data and WAL; default: ${PROMOTE_MIN_FREE_BYTES}`,
    },
  },
  check: (inputs, path) => wrongNumbers(inputs, { minFreeBytes: [0, 1e15] }, path),
  node: (spec, { node }) => databaseNode(spec, node, 'kingbase:actions: promote.node'),
  describe,
  destructive: true,
  maxSeconds: 1800,
};

function describe(node: string, { acceptDataLossOwner, acceptDataLossReason }: ActionInputs): string {
  return [
    `${node} becomes primary, after it is proved that no node that can be looked at is primary and that no standby has more`,
    `WRITES THAT ARE NOT ON ${node} ARE LOST: ${String(acceptDataLossOwner)} answers for it (${String(acceptDataLossReason)})`,
    'nodes that cannot be looked at, and what is lost at most, are printed by a dry run with the token for `confirm`',
    'the other standbys follow; the lost primary must be rejoined',
  ].join('; ');
}
