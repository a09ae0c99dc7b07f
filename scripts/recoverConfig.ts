// Writes a record of an action into a stack's configuration file, and leaves every other byte of it: comments and order are the operator's.
import { isDeepStrictEqual } from 'node:util';
import { dump, load } from 'js-yaml';
import type { Action } from '../core/action/parseActions';
import { KingbaseError } from '../core/finding';

const KEY = 'kingbase:actions';

interface StackText {
  readonly config?: Readonly<Record<string, unknown>> | null;
}

export function readRecords(text: string): readonly unknown[] {
  const records = ((load(text) ?? {}) as StackText).config?.[KEY];
  return Array.isArray(records) ? (records as readonly unknown[]) : [];
}

/** The text with the record at the end of the list. What comes out is read again: it says what it should, or nothing is written. */
export function withRecord(text: string, record: Action, path: string): string {
  const before = (load(text) ?? {}) as StackText;
  const wanted = { ...before, config: { ...before.config, [KEY]: [...readRecords(text), record] } };
  const written = insert(text, record);
  if (written !== undefined && reads(written, wanted)) return written;
  throw new KingbaseError({
    code: 'recover/cannot-write',
    path: `${path}: ${KEY}`,
    message: 'the record cannot be added without rewriting what stands there',
    hint: `Add it by hand, then run \`pulumi up\`:\n${item(record)}`,
  });
}

function reads(text: string, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(load(text), wanted);
  } catch {
    return false;
  }
}

function insert(text: string, record: Action): string | undefined {
  const lines = text.replace(/\n*$/, '').split('\n');
  const config = lines.findIndex((line) => /^config:\s*(#.*)?$/.test(line));
  if (config < 0) return undefined;
  const key = lines.findIndex((line) => /^\s+["']?kingbase:actions["']?:\s*(#.*|\[\s*\]\s*)?$/.test(line));
  const indent = indentOf(lines.slice(config + 1).find((line) => /\S/.test(line) && !/^\s*#/.test(line)) ?? '  ');
  const entry = item(record)
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}  ${line}`);
  if (key < 0) return join(lines, endOf(lines, config, ''), [`${indent}${KEY}:`, ...entry]);
  const head = lines.with(key, (lines[key] ?? '').replace(/\[\s*\]\s*$/, '').trimEnd());
  const end = endOf(head, key, indent);
  const style = head.slice(key + 1, end).find((line) => /^\s*- /.test(line));
  const shifted = style === undefined ? entry : entry.map((line) => indentOf(style) + line.slice(indent.length + 2));
  return join(head, end, shifted);
}

/** After the last line that belongs to the block which begins at `start`. */
function endOf(lines: readonly string[], start: number, indent: string): number {
  const after = lines.findIndex(
    (line, at) =>
      at > start && /^\s*[^\s#]/.test(line) && indentOf(line).length <= indent.length && !/^\s*- /.test(line),
  );
  let end = after < 0 ? lines.length : after;
  while (end > start + 1 && !/^\s*[^\s#]/.test(lines[end - 1] ?? '')) end -= 1;
  return end;
}

const indentOf = (line: string): string => /^\s*/.exec(line)?.[0] ?? '';
const item = (record: Action): string => dump([record], { lineWidth: -1 });
const join = (lines: readonly string[], at: number, added: readonly string[]): string =>
  `${[...lines.slice(0, at), ...added, ...lines.slice(at)].join('\n')}\n`;
