/** Secrets that these logs are known to hold: the password of pcp (base64 is no secret-keeping), and those of connection strings and configuration. */

const MASK = '***';

const SECRETS: readonly (readonly [RegExp, string])[] = [
  // pcp_attach_node -U kingbase -W MTIzNDU2, glued or quoted too
  [/(\s-W\s*)(?:"[^"]*"|'[^']*'|[^\s\]"']+)/g, `$1${MASK}`],
  [
    /((?:password|passwd|passphrase|PGPASSWORD|KINGBASE_PASSWORD)\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s"'&;,\]]+)/gi,
    `$1${MASK}`,
  ],
  [/(\b(?:KB_PASS|PCP_PASS|KB_PASSWORD|PCP_PASSWORD|pool_passwd)\s*=\s*)(?:"[^"]*"|'[^']*'|\S+)/gi, `$1${MASK}`],
  // scheme://user:secret@host
  [/(\b[a-z][a-z0-9+]*:\/\/[^\s:@/]+:)[^\s@/]+(?=@)/gi, `$1${MASK}`],
];

/** What each of them needs, so that most lines are looked at once. */
const SIGN = /-W|pass|:\/\//i;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const LONGEST = 240;

export function maskSecrets(text: string): string {
  if (!SIGN.test(text)) return text;
  return SECRETS.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text);
}

/** As evidence: masked before it is cut, so that no cut hides the beginning of a secret from the mask. */
export function evidenceText(text: string): string {
  const clean = maskSecrets(text).replace(CONTROL, '\ufffd').trim();
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)}…`;
}
