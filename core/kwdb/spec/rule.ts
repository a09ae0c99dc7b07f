/** What the files of rules have in common. */
import type { Finding } from '../../finding';
import type { KwdbInput } from './schema';
import type { KwdbSpec } from './types';

export type KwdbRule = (spec: KwdbSpec, given: KwdbInput) => readonly Finding[];

export const UNIX_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;
const PATH = /^\/[\w./-]+$/;

export function absolute(path: string, value: string): readonly Finding[] {
  return value === '' || (PATH.test(value) && !`${value}/`.includes('/../') && value !== '/')
    ? []
    : [bad(path, `${JSON.stringify(value)} is no absolute path`, 'letters, digits, _ . - and / only, from the root.')];
}

export function bad(path: string, message: string, hint: string, code = 'kwdb/bad-value'): Finding {
  return { code, path, message, hint };
}
