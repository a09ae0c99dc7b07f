/** Puts secrets in the place of `@@secret:NAME@@` or `@@secret:NAME:ENCODING@@`, as the file at this path wants it. Runs where the value is allowed to be: next to the node. */
import { KingbaseError } from '../finding';

const PLACEHOLDER = /@@secret:([A-Za-z0-9_-]+)(?::([A-Za-z0-9]+)(?:=([A-Za-z0-9_]+))?)?@@/g;

/** Names of the secrets that a text asks for. */
export function secretNamesIn(template: string): string[] {
  return [...new Set([...template.matchAll(PLACEHOLDER)].map(([, name]) => name as string))];
}

/** Hexadecimal digest of the bytes of a text; a password file of the vendor's holds it. Given, because core has no hash. */
export type Md5 = (text: string) => string;

export function fillSecrets(
  path: string,
  template: string,
  secrets: Readonly<Record<string, string>>,
  md5?: Md5,
): string {
  return template.replace(PLACEHOLDER, (_, name: string, encoding?: string, salt?: string) => {
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
    if (encoding !== undefined) return encode(value, encoding, { salt: salt ?? '', md5 });
    return path.endsWith('pass') ? value.replace(/[\\:]/g, '\\$&') : value;
  });
}

interface Hashing {
  readonly salt: string;
  readonly md5: Md5 | undefined;
}

/**
 * base64: as V8R3 keeps passwords in its configuration. base64line: with the line end that `echo PASSWORD | base64` of its installer adds.
 * md5: of the value, md5=USER: of the value and the user after it, as pcp.conf and cluster_passwd have them.
 */
function encode(value: string, encoding: string, { salt, md5 }: Hashing): string {
  switch (encoding) {
    case 'base64':
      return base64(value);
    case 'base64line':
      return base64(`${value}\n`);
    case 'md5':
      if (md5 !== undefined) return md5(`${value}${salt}`);
  }
  throw new Error(`secrets are not written as ${encoding} here`);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
