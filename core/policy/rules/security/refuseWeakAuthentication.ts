// Nobody comes in without a password, or with one in clear.
import { defineRule } from '../../types';

const WEAK = ['trust', 'password', 'ident'];

export const refuseWeakAuthentication = defineRule({
  subject: 'hba',
  id: 'kingbase-node-refuse-weak-authentication',
  title: 'No trust, password or ident in sys_hba.conf',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom: 'trust lets every process of the host be the superuser; password sends it in clear over the line.',
  evidence: 'S old installers turn local lines to trust; users “fix” a switchover by trust',
  hint: 'Leave database.auth scram-sha-256; the daemons log in by ~/.kbpass.',
  judge: ({ path, rules }) =>
    rules.flatMap(({ method, address, database, user }) =>
      WEAK.includes(method)
        ? [{ path, message: `${address ?? 'local'} logs in to ${database} as ${user} by ${method}` }]
        : [],
    ),
});
