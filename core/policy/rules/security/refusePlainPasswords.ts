// A password in a configuration file is in every backup and every diff.
import { defineRule } from '../../types';

// What a script asks for when it runs, $(…), stands in no text.
const PASSWORD =
  /^(?!\s*#).*(\bpassword|\bPGPASSWORD|\bKINGBASE_PASSWORD|-pass|-s3-key(-secret)?)\s*=\s*['"]?(?!\$\()[^\s'"]/i;

export const refusePlainPasswords = defineRule({
  subject: 'texts',
  id: 'kingbase-node-refuse-plain-passwords',
  title: 'No password, passphrase or key of a bucket stands in a rendered text',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom: 'It lies in the state of the stack, in the preview and in the logs, in clear.',
  evidence: 'S old R6 keeps kbN-pass in base64; D9 BK9: repo1-cipher-pass, repo1-s3-key',
  hint: 'Passwords belong into kingbase:passwords; those of a repository into kingbase:backupSecrets.',
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
