// A failed standby that nobody brings back is a missing copy.
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const requireAutomaticRecovery = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-automatic-recovery',
  title: 'Failed standbys come back by themselves',
  group: 'recovery',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom:
    'The cluster runs on fewer copies until somebody notices, and the second failure then finds nobody to promote.',
  evidence: 'D disaster recovery guide: with recovery not enabled the failure window expands; D HA guide',
  hint: 'Set failover.recovery to standby: only nodes proved to be standbys are rejoined.',
  judge: (spec) =>
    spec.failover.recovery === 'manual' && databaseNodes(spec).length > 1
      ? [{ path: 'failover.recovery', message: 'is manual: no failed node is rejoined' }]
      : [],
});
