// At three in the morning nobody promotes by hand within a minute.
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const requireAutomaticFailover = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-automatic-failover',
  title: 'Failover is automatic',
  group: 'topology',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'The outage lasts until somebody is awake, logged in and sure.',
  evidence: 'D disaster recovery guide; computed budget',
  hint: 'Set failover.failover to automatic.',
  judge: (spec) =>
    spec.failover.failover === 'manual' && databaseNodes(spec).length > 1
      ? [{ path: 'failover.failover', message: 'is manual: no standby promotes itself' }]
      : [],
});
