// While the gateways are silent the scripts stop everything, and only a person starts the databases again.
import { defineRule } from '../../types';

export const requireTwoGateways = defineRule({
  subject: 'v8r3',
  id: 'kingbase-v8r3-require-two-gateways',
  title: 'Several gateways say whether a node is cut off',
  group: 'topology',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'A restart of the only gateway stops every database of the cluster within minutes. The pool comes back with it; the databases stay down until somebody starts them.',
  evidence: 'F reports 8150 and 8213; S network_rewind.sh, restartcluster.sh',
  hint: 'Name a second address in trustedServers that stays up when the first does not: another gateway, a DNS or NTP server outside the cluster.',
  config: { minimum: { type: 'integer', default: 2, minimum: 1, description: 'Least number of trusted servers.' } },
  judge: ({ trustedServers }, { minimum }) =>
    trustedServers.length >= minimum
      ? []
      : [{ path: 'trustedServers', message: `${trustedServers.length} declared; at least ${minimum} are wanted` }],
});
