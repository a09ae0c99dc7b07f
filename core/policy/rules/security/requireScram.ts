// md5 is a hash that can be replayed.
import { defineRule } from '../../types';

export const requireScram = defineRule({
  subject: 'hba',
  id: 'kingbase-node-require-scram',
  title: 'Passwords are checked by scram-sha-256',
  group: 'security',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom: 'Who reads the stored md5 hash, in a backup for example, can log in with it.',
  evidence: 'U PostgreSQL 12: password authentication',
  hint: 'Set database.auth to scram-sha-256, and set the passwords of roles anew where they were stored as md5.',
  judge: ({ path, rules }) =>
    rules.some(({ method }) => method === 'md5') ? [{ path, message: 'logins are checked by md5' }] : [],
});
