// A password file is its owner’s alone.
import { defineRule } from '../../types';

export const protectPasswordFiles = defineRule({
  subject: 'texts',
  id: 'kingbase-node-protect-password-files',
  title: 'Files with passwords are readable by their owner only',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom: 'Every user of the host reads the superuser’s password.',
  evidence: 'U libpq: a password file with wider rights is ignored; D DBA guide',
  hint: 'Leave the mode 0600.',
  judge: ({ files }) =>
    Object.entries(files).flatMap(([path, { text, mode }]) =>
      !text.includes('@@secret:') || /^0?[0-7]00$/.test(mode) ? [] : [{ path, message: `has mode ${mode}` }],
    ),
});
