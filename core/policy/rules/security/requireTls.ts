// Data and results travel in clear without it.
import { effectiveSetting } from '../../settings';
import { defineRule } from '../../types';

export const requireTls = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-tls',
  title: 'Client connections can be encrypted',
  group: 'security',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'Whoever is on the line reads rows and statements.',
  evidence: 'U PostgreSQL 12: ssl; S install.conf use_ssl',
  hint: 'Lay certificate and key on every node, then set database.parameters.ssl to true.',
  judge: (spec) =>
    effectiveSetting(spec, 'ssl') === 'on' ? [] : [{ path: 'database.parameters.ssl', message: 'is off' }],
});
