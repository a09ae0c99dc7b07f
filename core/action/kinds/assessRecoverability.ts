/** assessRecoverability: what can be brought back and up to which point, by looking alone. */
import { databaseNode } from '../databaseNode';
import type { ActionKind } from './types';

export const assessRecoverability: ActionKind = {
  kind: 'assessRecoverability',
  summary: 'Says what can be brought back and up to which point, what would be lost, and which record to write next',
  fields: {
    node: {
      type: 'string',
      help: 'the node that looks at all others and the repository; default: the first database node',
    },
  },
  check: () => [],
  node: (spec, { node }) => databaseNode(spec, node, 'kingbase:actions: assessRecoverability.node'),
  describe: (node) =>
    `from ${node}: looks at the catalogue, the WAL archive, the data directories and the WAL in them, and says which point can be reached and what would be ` +
    'lost; nothing is stopped or changed',
  destructive: false,
  maxSeconds: 3_600,
};
