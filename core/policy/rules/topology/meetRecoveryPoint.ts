// What a failure may take away is decided before it.
import { computeRpo } from '../../../budget/computeRpo';
import { defineRule } from '../../types';

export const meetRecoveryPoint = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-meet-recovery-point',
  title: 'No acknowledged write is lost with one host',
  group: 'topology',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'A failover then loses what the standbys had not yet received.',
  evidence: 'computed budget: RPO per failure',
  hint: 'Set replication.synchronous to quorum.',
  judge: (spec) => {
    const lost = computeRpo(spec).find(({ failure, loss }) => failure === 'hostPoweredOff' && loss !== 'none');
    return lost === undefined ? [] : [{ path: 'replication.synchronous', message: `host powered off: ${lost.why}` }];
  },
});
