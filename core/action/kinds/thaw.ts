/** thaw: takes back what freezeWrites set. */
import { databaseNode } from '../databaseNode';
import type { ActionKind } from './types';

export const thaw: ActionKind = {
  kind: 'thaw',
  summary: 'Lets sessions write again after freezeWrites',
  fields: { node: { type: 'string', help: 'the node that does it, for all; default: the first database node' } },
  check: () => [],
  node: (spec, { node }) => databaseNode(spec, node, 'kingbase:actions: thaw.node'),
  describe: (node) =>
    `from ${node}, on every database node that answers: transactions may write again, autovacuum runs`,
  destructive: false,
  maxSeconds: 600,
};
