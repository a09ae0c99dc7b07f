// Without certificates everybody who reaches the port is root.
import { defineRule } from '../../types';

export const refuseInsecure = defineRule({
  subject: 'kwdb',
  id: 'kingbase-kwdb-refuse-insecure',
  title: 'KWDB runs with certificates',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'In insecure mode a client is whoever it says it is, root without a password: one DROP DATABASE from any host that reaches the port, and the export directory with it.',
  evidence: 'S deploy.cfg secure_mode, kaiwudb_install.sh --insecure; U client of V3.2.1',
  hint: 'Install with secure_mode=tls or tlcp and declare secureMode so; a laboratory waives this for its cluster.',
  judge: ({ secureMode }) =>
    secureMode === 'insecure'
      ? [{ path: 'secureMode', message: 'is insecure: everybody who reaches the port is root' }]
      : [],
});
