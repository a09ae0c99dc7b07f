/** Puts secrets in the place of `@@secret:NAME@@`, quoted as the file at this path wants it. Runs where the value is allowed to be: next to the node. */
import { KingbaseError } from '../finding';

const PLACEHOLDER = /@@secret:([A-Za-z0-9_-]+)@@/g;

export function fillSecrets(path: string, template: string, secrets: Readonly<Record<string, string>>): string {
  return template.replace(PLACEHOLDER, (_, name: string) => {
    const value = secrets[name];
    if (value === undefined || value === '') {
      throw new KingbaseError({
        code: 'render/secret-missing',
        path: `${path}: ${name}`,
        message: `no value for the secret "${name}"`,
        hint: `Set it: pulumi config set --secret --path 'kingbase:passwords.${name}' …`,
      });
    }

    if (/[\u0000-\u001f\u007f]/.test(value)) {
      throw new KingbaseError({
        code: 'render/secret-unusable',
        path: `${path}: ${name}`,
        message: `the secret "${name}" has a line break or another control character`,
        hint: 'A password file holds one entry per line: choose a password without them.',
      });
    }
    return path.endsWith('pass') ? value.replace(/[\\:]/g, '\\$&') : value;
  });
}
