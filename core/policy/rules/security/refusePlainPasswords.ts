// A password in a configuration file is in every backup and every diff.
import { defineRule } from '../../types';

const PASSWORD = /^(?!\s*#).*(\bpassword|\bPGPASSWORD|\bKINGBASE_PASSWORD|-pass)\s*=\s*['"]?[^\s'"]/i;

export const refusePlainPasswords = defineRule({
  subject: 'texts',
  id: 'kingbase-node-refuse-plain-passwords',
  title: 'No password stands in a rendered text',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom: 'It lies in the state of the stack, in the preview and in the logs, in clear.',
  evidence: 'S old R6 keeps kbN-pass in base64',
  hint: 'Passwords belong into kingbase:passwords; they reach the nodes in ~/.kbpass only.',
  judge: ({ files }) =>
    Object.entries(files).flatMap(([path, { text }]) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          PASSWORD.test(line) && !line.includes('@@secret:')
            ? [{ path, message: `line ${index + 1} holds a password` }]
            : [],
        ),
    ),
});
