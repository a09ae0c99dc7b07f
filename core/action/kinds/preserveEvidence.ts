/** preserveEvidence: what a node shows of an incident, packed before anything is repaired. */
import { databaseNode } from '../databaseNode';
import type { ActionKind } from './types';

export const preserveEvidence: ActionKind = {
  kind: 'preserveEvidence',
  summary: 'Packs control data, configuration, logs and the state of the machine, with checksums and a manifest',
  fields: {
    node: { type: 'string', required: true, help: 'the node whose evidence is kept; it runs there' },
    data: {
      type: 'boolean',
      help: 'with a copy of the data directory; only while no database runs in it; default: false',
    },
  },
  check: () => [],
  node: (spec, { node }) => databaseNode(spec, node, 'kingbase:actions: preserveEvidence.node'),
  describe: (node, { data }) =>
    `on ${node}: one archive of control data, configuration, logs and the state of the machine` +
    `${data === true ? ', and a copy of the data directory' : ''}; nothing is stopped or changed`,
  destructive: false,
  maxSeconds: 14_400,
};
