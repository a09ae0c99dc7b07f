/** reclone: a node gets a new copy of the database. */
import { checkMember, databaseNode, GIVEN_UP, givenUpWords, IGNORE, MAX_RATE, NODE } from './memberNode';
import type { ActionKind } from './types';

export const reclone: ActionKind = {
  kind: 'reclone',
  summary: 'Replaces the database of a node by a new copy, from a standby, the primary or the repository',
  fields: {
    node: NODE,
    source: {
      type: 'string',
      help: 'best (default: a standby that streams, else the primary), primary, repository, or the name of a node',
    },
    maxRate: MAX_RATE,
    oldData: {
      type: 'string',
      values: ['aside', 'remove'],
      help: 'what becomes of the old data directory; default: aside. remove needs confirm',
    },
    ignore: IGNORE,
    givenUp: GIVEN_UP,
  },
  check: checkMember,
  node: databaseNode,
  describe: (node, { source = 'best', oldData = 'aside', ...more }) =>
    `on ${node}: keeps evidence, copies the database (source: ${source}) beside the old one, puts it in its place, and follows the primary; the old data ${oldData === 'remove' ? 'is DELETED' : 'stays beside it'}; the other nodes go on${givenUpWords(node, more)}`,
  destructive: ({ oldData }) => oldData === 'remove',
  maxSeconds: 86_400,
};
