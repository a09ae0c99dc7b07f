// The account that owns the database, and the timezone: names that the OS accepts, and not root.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

export const UNIX_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

export const osAccount: Rule = ({ os }) => {
  const findings = ownerNames(os);
  if (!/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/.test(os.timezone)) {
    findings.push({
      code: 'spec/os-account',
      path: 'os.timezone',
      message: `${JSON.stringify(os.timezone)} is not the name of a timezone`,
      hint: 'write a name such as Asia/Shanghai or PRC.',
    });
  }
  return findings;
};

/** The account that owns a database, whatever the system. */
export function ownerNames(os: { readonly user: string; readonly group: string }): Finding[] {
  const findings: Finding[] = [];
  const add = (field: string, message: string, hint: string) =>
    findings.push({ code: 'spec/os-account', path: `os.${field}`, message, hint });

  for (const field of ['user', 'group'] as const) {
    if (os[field] === 'root')
      add(field, 'the server refuses to run as root', 'leave it out; the vendor’s account is kingbase.');
    else if (!UNIX_NAME.test(os[field]))
      add(
        field,
        `${JSON.stringify(os[field])} is not the name of a Unix ${field}`,
        'use a lower-case letter or _, then lower-case letters, digits, _ or -, at most 32.',
      );
  }
  return findings;
}
