// Two cannot tell which of them was cut off.
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const requireWitnessForTwo = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-witness-for-two',
  title: 'Two database nodes have a witness',
  group: 'topology',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'When the line between two nodes breaks, a standby that still reaches the gateway promotes itself: two primaries take writes, and one side’s are lost.',
  evidence: 'F field report: in 1+1 a standby that still pings the gateway promotes; U repmgr: witness server',
  hint: 'Add a third node: one with the role witness on another host, or a second standby. Or waive it, with owner, reason and end.',
  judge: (spec) =>
    databaseNodes(spec).length === 2 && !spec.nodes.some((node) => node.role === 'witness')
      ? [{ path: 'nodes', message: 'two database nodes and no witness: a cut line can make two primaries' }]
      : [],
});
