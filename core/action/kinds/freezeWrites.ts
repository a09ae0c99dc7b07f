/** freezeWrites: no session writes any more, so that what was deleted or damaged is not written over. */
import { databaseNode } from '../databaseNode';
import type { ActionKind } from './types';

export const freezeWrites: ActionKind = {
  kind: 'freezeWrites',
  summary: 'Lets no session write on any database node, until thaw',
  fields: {
    node: { type: 'string', help: 'the node that does it, for all; default: the first database node' },
    endSessions: {
      type: 'boolean',
      help: 'ends the sessions on the primary, so that nothing that had begun is committed; default: true',
    },
  },
  check: () => [],
  node: (spec, { node }) => databaseNode(spec, node, 'kingbase:actions: freezeWrites.node'),
  describe: (node, { endSessions }) =>
    `from ${node}, on every database node that answers: new transactions are read-only and autovacuum rests until thaw; ` +
    (endSessions === false
      ? 'sessions stay, and a transaction that has begun to write may commit'
      : 'the sessions on the primary are ENDED, what they had not committed is rolled back'),
  destructive: false,
  maxSeconds: 600,
};
