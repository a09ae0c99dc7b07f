/** startCluster: no database serves anywhere; the node that is proved to have all there is leads again, the others follow it. */
import type { Finding } from '../../finding';
import { wrongRecord } from '../checkInputs';
import { databaseNode } from '../databaseNode';
import type { ActionInputs, ActionKind } from './types';

export const startCluster: ActionKind = {
  kind: 'startCluster',
  summary:
    'Starts a cluster of which no database serves: the one node that has all there is, then those that can follow it',
  fields: {
    node: {
      type: 'string',
      required: true,
      help: 'the node that is to lead, as npm run diagnose names it; it runs there',
    },
    resumeAutomation: {
      type: 'boolean',
      help: 'puts cron, kbha and repmgrd to work on every node, also where they were paused before; default: false',
    },
    acceptDataLossOwner: {
      type: 'string',
      help: 'who answers for nodes that cannot be looked at, by name; needed only where there are such',
    },
    acceptDataLossReason: { type: 'string', help: 'why it is accepted' },
  },
  check,
  node: (spec, { node }) => databaseNode(spec, node, 'kingbase:actions: startCluster.node'),
  describe,
  // Without a node that nobody looked at it can lose nothing: whoever has more is started instead, or nobody.
  destructive: ({ acceptDataLossOwner }) => acceptDataLossOwner !== undefined,
  maxSeconds: 14_400,
};

function check({ acceptDataLossOwner, acceptDataLossReason }: ActionInputs, path: string): readonly Finding[] {
  return (acceptDataLossOwner === undefined) === (acceptDataLossReason === undefined)
    ? []
    : [wrongRecord(`${path}.acceptDataLossOwner`, 'and acceptDataLossReason belong together', 'Give both, or none.')];
}

function describe(node: string, { acceptDataLossOwner, acceptDataLossReason }: ActionInputs): string {
  return [
    `${node} is started as primary, after it is proved that no database serves and that no node has what ${node} lacks; a former standby is promoted`,
    ...(acceptDataLossOwner === undefined
      ? ['nothing is lost, or nothing is started']
      : [
          `WHAT ONLY NODES HAVE THAT CANNOT BE LOOKED AT IS LOST: ${String(acceptDataLossOwner)} answers for it (${String(acceptDataLossReason)})`,
        ]),
    'the others follow where their data is part of its history; those that need a rewind are named, and not touched',
  ].join('; ');
}
