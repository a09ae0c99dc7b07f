// Ask the others before you take over.
import { canonicalValue } from '../../../parameters/checkParameters';
import { defineRule } from '../../types';

export const requirePrimaryVisibility = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-primary-visibility',
  title: 'No promotion while another node still sees the primary',
  group: 'topology',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'One standby with a broken line promotes itself although the others, and the clients, still reach the primary.',
  evidence:
    'U repmgr: primary_visibility_consensus is off by default; users report promotions although the witness saw the primary',
  hint: 'Set repmgrParameters.primary_visibility_consensus to true.',
  judge: (spec) => {
    const voters = spec.nodes.filter((node) => node.role !== 'repository').length;
    const found = canonicalValue(
      'primary_visibility_consensus',
      spec.repmgrParameters['primary_visibility_consensus'] ?? 'off',
      'repmgr',
    );
    return voters < 3 || found === 'on' || spec.failover.failover === 'manual'
      ? []
      : [{ path: 'repmgrParameters.primary_visibility_consensus', message: `is ${found} among ${voters} nodes` }];
  },
});
