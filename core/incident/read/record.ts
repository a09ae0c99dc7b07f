/** One line of text → what shape it has. A record of the pool may stand anywhere in a line: an fprintf without newline glues another text before it. */
import { parseClock, parseStamp } from '../time';

export type Severity =
  'LOG' | 'WARNING' | 'ERROR' | 'FATAL' | 'PANIC' | 'DETAIL' | 'HINT' | 'CONTEXT' | 'NOTICE' | 'INFO';

export type Line =
  | {
      readonly shape: 'record';
      readonly at: number | null;
      readonly pid: number;
      readonly process: string | null;
      readonly severity: string;
      readonly message: string;
      readonly single: boolean;
    }
  | { readonly shape: 'frame'; readonly at: number | null; readonly which: 'begin' | 'end' }
  | { readonly shape: 'bracketed'; readonly at: number | null; readonly level: string; readonly message: string }
  | { readonly shape: 'stamped'; readonly at: number | null; readonly message: string }
  | { readonly shape: 'dashes' }
  | { readonly shape: 'plain'; readonly message: string };

const DATE = '\\d{4}-\\d\\d-\\d\\d';
const CLOCK = '\\d\\d:\\d\\d:\\d\\d';
/** The date may be lost, where a crawler mangled a glued line. */
const RECORD = new RegExp(`(?:(${DATE}) )?(${CLOCK}(?:\\.\\d+)?): (?:(\\S+) )?pid (\\d+): ([A-Z]+\\d?):( +|$)`);
const FRAME = new RegExp(`^-+ ?(${DATE} ${CLOCK}) failover (beging|begin|end) ?-*$`);
const STAMPED = new RegExp(`^(${DATE} ${CLOCK}) ?(.*)$`);
const BRACKETED = new RegExp(
  `^\\[(${DATE} ${CLOCK}(?:\\.\\d+)?)\\] \\[([A-Z]+)\\] ?(?:\\[(?:thread(?: pid:)?|pid)[^\\]]*\\] ?)?(.*)$`,
);
const BARE_BRACKETED =
  /^\[(NOTICE|INFO|WARNING|ERROR|DETAIL|HINT|FATAL|DEBUG)\] ?(?:\[(?:thread(?: pid:)?|pid)[^\]]*\] ?)?(.*)$/;
const DASHES = /^-{60,80}\s*$/;
/** `(1 row) 2022-08-30 16:42:41 create the slot …`, as pasted: the moment follows the last line of a table. */
const AFTER_ROWS = new RegExp(`^\\((?:\\d+) rows?\\) ?(?:(${DATE} ${CLOCK}) )?(.+)$`);

/** What nearly every line of a cluster.log is, at a fraction of the price: two blanks after the severity, nothing glued to it. */
const PLAIN_RECORD = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?): (?:\S+ )?pid (\d+): [A-Z]+\d?: {2}/;
const SECOND_RECORD = /pid \d+: [A-Z]/;

export interface PlainRecord {
  readonly at: number | null;
  readonly pid: number;
  readonly message: string;
}

/** null: `parseLine` has to look at it. */
export function parsePlainRecord(text: string): PlainRecord | null {
  const match = PLAIN_RECORD.exec(text);
  if (match === null) return null;
  const rest = text.slice(match[0].length);
  if (rest.includes('pid ') && SECOND_RECORD.test(rest)) return null;
  return { at: parseStamp(match[1] ?? ''), pid: Number(match[2]), message: rest.trim() };
}

/** More than one line where a record is glued to the end of another. */
export function parseLine(text: string, lastAt: number | null): readonly Line[] {
  const line = text.trimEnd();
  const first = line.includes('pid ') ? RECORD.exec(line) : null;
  if (first === null) return [parseOther(line, lastAt)];
  const found: Line[] = [];
  if (first.index > 0) {
    const before = line.slice(0, first.index).trim();
    if (before !== '') found.push(parseOther(before, lastAt));
  }
  for (let match: RegExpExecArray | null = first, from = 0; match !== null;) {
    const start: number = from + match.index + match[0].length;
    const rest = line.slice(start);
    // Every record has this in it: to look for it is far cheaper than to look for a record.
    const next: RegExpExecArray | null = rest.includes('pid ') ? RECORD.exec(rest) : null;
    found.push(toRecord(match, next === null ? rest : rest.slice(0, next.index), lastAt));
    from = start;
    match = next;
  }
  return found;
}

function toRecord(match: RegExpExecArray, message: string, lastAt: number | null): Line {
  const [, date, clock = '', process, pid, severity = '', gap = ''] = match;
  return {
    shape: 'record',
    at: date === undefined ? parseClock(clock, lastAt) : parseStamp(`${date} ${clock}`),
    pid: Number(pid),
    process: process ?? null,
    severity,
    message: message.trim(),
    // pgpool writes two blanks after the severity; one alone comes from a web page.
    single: gap.length === 1,
  };
}

function parseOther(line: string, lastAt: number | null): Line {
  const frame = FRAME.exec(line);
  if (frame !== null) {
    return { shape: 'frame', at: parseStamp(frame[1] ?? ''), which: frame[2] === 'end' ? 'end' : 'begin' };
  }
  if (DASHES.test(line)) return { shape: 'dashes' };
  const stamped = STAMPED.exec(line);
  if (stamped !== null)
    return { shape: 'stamped', at: parseStamp(stamped[1] ?? ''), message: (stamped[2] ?? '').trim() };
  if (line.startsWith('[')) {
    const bracketed = BRACKETED.exec(line);
    if (bracketed !== null) {
      const [, stamp = '', level = '', message = ''] = bracketed;
      return { shape: 'bracketed', at: parseStamp(stamp), level, message: message.trim() };
    }
    const bare = BARE_BRACKETED.exec(line);
    if (bare !== null) return { shape: 'bracketed', at: lastAt, level: bare[1] ?? '', message: (bare[2] ?? '').trim() };
  }
  const after = line.startsWith('(') ? AFTER_ROWS.exec(line) : null;
  if (after !== null) {
    const [, stamp, message = ''] = after;
    return stamp === undefined
      ? { shape: 'plain', message: message.trim() }
      : { shape: 'stamped', at: parseStamp(stamp), message: message.trim() };
  }
  return { shape: 'plain', message: line.trim() };
}
