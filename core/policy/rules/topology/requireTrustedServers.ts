// One gateway as the only judge is a single point of failure.
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const requireTrustedServers = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-trusted-servers',
  title: 'Several trusted servers on different paths',
  group: 'topology',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'While the only trusted server is down no failover happens, and with running_under_failure_trusted_servers off every database is stopped.',
  evidence: 'F field report: one gateway as the only trusted server; D HA guide: the check passes when any one answers',
  hint: 'Name a second address that stays up when the first does not: another gateway, a DNS or NTP server outside the cluster.',
  config: {
    minimum: { type: 'integer', default: 2, minimum: 0, description: 'Least number of trusted servers.' },
  },
  judge: (spec, { minimum }) => {
    const count = spec.failover.trustedServers.length;
    return count >= minimum || databaseNodes(spec).length < 2
      ? []
      : [{ path: 'failover.trustedServers', message: `${count} declared; at least ${minimum} are wanted` }];
  },
});
