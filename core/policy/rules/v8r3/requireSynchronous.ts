// SYNC_FLAG says whether a standby that caught up is waited for again.
import { defineRule } from '../../types';

export const requireSynchronous = defineRule({
  subject: 'v8r3',
  id: 'kingbase-v8r3-require-synchronous',
  title: 'A standby that caught up is synchronous again',
  group: 'recovery',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'With SYNC_FLAG 0 a failover loses every commit that the standby had not received.',
  evidence: 'S HAmodule.conf SYNC_FLAG, network_rewind.sh',
  hint: 'Set replication.synchronous to true.',
  judge: ({ replication }) =>
    replication.synchronous
      ? []
      : [{ path: 'replication.synchronous', message: 'is false: acknowledged commits can be lost in a failover' }],
});
