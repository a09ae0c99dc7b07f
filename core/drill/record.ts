/** Reads what a drill recorded, and shows it as a table for people. */
import type { DrillRecord } from '../backup/observation';

type Fields = Readonly<Record<string, unknown>>;

/** undefined where the text is no such record: a half-written or foreign file says nothing about backups. */
export function parseDrillRecord(text: string): DrillRecord | undefined {
  try {
    const raw: unknown = JSON.parse(text);
    return isRecord(raw) ? (raw as unknown as DrillRecord) : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(raw: unknown): boolean {
  if (!isFields(raw)) return false;
  const { target, checks, tables, reasons, verdict } = raw;
  return (
    ['id', 'cluster', 'stanza'].every((name) => typeof raw[name] === 'string') &&
    ['bytes', 'restoreSeconds', 'replaySeconds', 'rpoSeconds'].every((name) => isNumberOrNull(raw[name])) &&
    ['startedAt', 'finishedAt'].every((name) => isMoment(raw[name])) &&
    (raw.backup === null || typeof raw.backup === 'string') &&
    isTarget(target) &&
    isListOf(checks, ({ name, ok, detail }) => isText(name) && typeof ok === 'boolean' && isText(detail)) &&
    isListOf(
      tables,
      (table) =>
        isText(table.name) && typeof table.ok === 'boolean' && COUNTS.every((name) => typeof table[name] === 'number'),
    ) &&
    Array.isArray(reasons) &&
    reasons.every(isText) &&
    (verdict === 'failed' || (verdict === 'passed' && holds(raw)))
  );
}

const COUNTS = ['sourceBefore', 'sourceAfter', 'restored'] as const;

/** "passed" beside a failed check, a reason or without a backup contradicts itself. */
function holds({ backup, checks, tables, reasons }: Fields): boolean {
  const all = [...(checks as readonly Fields[]), ...(tables as readonly Fields[])];
  return backup !== null && all.every(({ ok }) => ok === true) && (reasons as readonly unknown[]).length === 0;
}

function isTarget(target: unknown): boolean {
  return (
    isFields(target) &&
    isText(target.kind) &&
    isNumberOrNull(target.timeline) &&
    ['value', 'lsn', 'time'].every((name) => target[name] === null || isText(target[name]))
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, fits: (item: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isFields(item) && fits(item));
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumberOrNull = (value: unknown): boolean => value === null || typeof value === 'number';
const isMoment = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));

/** What was found, one line each; the verdict and its reasons last, where the eye ends. */
export function formatDrill(record: DrillRecord): string {
  const { target } = record;
  const asked = target.value === null ? target.kind : `${target.kind} ${target.value}`;
  const facts: readonly (readonly [string, string])[] = [
    ['drill', `${record.id} of cluster ${record.cluster}, stanza ${record.stanza}`],
    ['backup', record.backup ?? 'none'],
    ['target', asked],
    ['reached', reached(target)],
    ['size', record.bytes === null ? '-' : `${(record.bytes / 1024 ** 2).toFixed(0)} MiB`],
    ['restore', seconds(record.restoreSeconds)],
    ['replay', seconds(record.replaySeconds)],
    ['rpo', seconds(record.rpoSeconds)],
    ...record.checks.map(({ name, ok, detail }): readonly [string, string] => [mark(ok), `${name}: ${detail}`]),
    ...record.tables.map((table): readonly [string, string] => [
      mark(table.ok),
      `rows of ${table.name}: ${table.restored} restored, ${table.sourceBefore}${table.sourceBefore === table.sourceAfter ? '' : ` to ${table.sourceAfter}`} at the source`,
    ]),
  ];
  return [
    ...facts.map(([name, text]) => `  ${name.padEnd(8)} ${text}`),
    record.verdict === 'passed' ? 'PASSED' : 'FAILED',
    ...record.reasons.map((reason) => `  - ${reason}`),
  ].join('\n');
}

function reached({ timeline, lsn, time }: DrillRecord['target']): string {
  return lsn === null ? '-' : `timeline ${timeline ?? '?'}, ${lsn}, last commit ${time ?? 'none'}`;
}

function seconds(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(1)} s`;
}

function mark(ok: boolean): string {
  return ok ? 'ok' : 'BAD';
}
