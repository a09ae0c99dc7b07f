/**
 * Quoting per file format. A value is either written so that the format's own reader gives it back, or refused with a finding:
 * a value never ends a quote, a line or a field.
 */
import { KingbaseError } from '../finding';

export type Format =
  'repmgr' | 'kingbase' | 'word' | 'sudoers' | 'cron' | 'xml' | 'shell' | 'comment' | 'pgpass' | 'key' | 'yaml';

const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
/** Letters of any script, digits and what paths, addresses and options are made of: means itself in every format that we write. */
const WORD = /^[\p{L}\p{N}._/:][\p{L}\p{N}._/@:+,-]*$/u;

export const escapes: Readonly<Record<Format, (value: string) => string>> = {
  repmgr,
  kingbase,
  word,
  sudoers,
  cron,
  xml,
  shell,
  comment: (value) => printable(value),
  pgpass: (value) => printable(value).replace(/[\\:]/g, '\\$&'),
  key: publicKeyPart,
  // Inside double quotes: there YAML reads what JSON writes, line breaks as \n included.
  yaml: (value) =>
    JSON.stringify(value)
      .slice(1, -1)
      .replace(/[\u007f-\u009f\u2028\u2029]/g, hexEscape),
};

function refuse(value: string, reason: string, hint: string): never {
  throw new KingbaseError({ code: 'render/unsafe-value', message: `${JSON.stringify(value)} ${reason}`, hint });
}

/** Newlines and other control characters have no place in any file of ours. */
function printable(value: string): string {
  return CONTROL.test(value) ? refuse(value, 'has a control character or a line break', 'Take it out.') : value;
}

/**
 * Inside single quotes. repmgr 5.0 knows no escape inside them (it drops every quote, ends the value at `#`), newer ones know two;
 * the vendor's shell scripts cut the line with awk. So what they would read differently is refused.
 */
function repmgr(value: string): string {
  if (/['"\\#]/.test(printable(value))) {
    refuse(
      value,
      'has a quote, a backslash or a #, which repmgr.conf cannot carry',
      'Put the command into a script file.',
    );
  }
  return value;
}

/** Inside single quotes: quotes and backslashes doubled, as the server's own lexer undoes it. */
function kingbase(value: string): string {
  return printable(value).replace(/['\\]/g, '$&$&');
}

function word(value: string): string {
  if (!WORD.test(printable(value))) {
    refuse(
      value,
      'has a character that means something else in this file',
      'Use letters, digits and . _ / @ : + , - only.',
    );
  }
  return value;
}

/** A user or a path; `ALL` and aliases (capitals) mean something else there. */
function sudoers(value: string): string {
  if (!/^[a-z_/][A-Za-z0-9._/-]*$/.test(value)) {
    refuse(value, 'cannot stand in a sudoers file', 'Use a user name of small letters, digits, _ and -.');
  }
  return value;
}

/** To cron a `%` is a line break, wherever it stands. */
function cron(value: string): string {
  if (/%/.test(printable(value))) {
    refuse(value, 'has a %, which cron takes for a line break', 'Choose directories without % in their names.');
  }
  return value;
}

function xml(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return printable(value).replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** Inside single quotes. */
function shell(value: string): string {
  return printable(value).replace(/'/g, `'\\''`);
}

function hexEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** One field of a known_hosts or authorized_keys line: base64, key types, `[host]:port`, comma lists. */
function publicKeyPart(value: string): string {
  if (!/^[A-Za-z0-9+/=.,:@[\]_-]+$/.test(value)) {
    refuse(
      value,
      'is no field of a key line',
      'Give an OpenSSH public key: type and base64, for example "ssh-ed25519 AAAA…".',
    );
  }
  return value;
}

/** A value that already is text of the target format; the only thing that `{{{name}}}` accepts. */
export class Literal {
  constructor(readonly text: string) {}
}

const PLAIN_SETTING = /^(?:-?\d+(?:\.\d+)?[A-Za-z]{0,3}|[A-Za-z][A-Za-z0-9_]*)$/;

/** A value of a server setting: bare where the lexer allows and the vendor does, else in quotes. */
export function settingLiteral(value: string, quoted: boolean): Literal {
  return new Literal(!quoted && PLAIN_SETTING.test(value) ? value : `'${kingbase(value)}'`);
}
