// An automatic rewind discards what only the old primary had.
import { defineRule } from '../../types';

export const refuseRewindOfAsync = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-refuse-rewind-of-async',
  title: 'No automatic rewind where commits do not wait for a standby',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'After a failover the cluster rewinds the old primary by itself, and with it every acknowledged write that no standby had received: nobody is asked, nothing is kept.',
  evidence:
    'D HA guide: recovery=automatic rejoins a former primary with rewind; CONTRIBUTING: observe, decide, act, verify',
  hint: 'Set failover.recovery to standby, or replication.synchronous to quorum.',
  judge: (spec) =>
    spec.failover.recovery === 'automatic' && spec.replication.synchronous === 'async'
      ? [{ path: 'failover.recovery', message: 'is automatic while replication.synchronous is async' }]
      : [],
});
