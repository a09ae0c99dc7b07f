/** Turns the documents of templates/scripts/recoveryFacts.sh and branchFacts.sh into facts. "Could not read" stays undefined, with its reason. */
import { isCorruptControl, parseControlData } from '../observe/controlData';
import type { CommandText } from '../observe/parseObservation';
import { FIELD_SEPARATOR } from '../observe/serverRows';
import type {
  BranchAnswers,
  ControlFacts,
  DatabaseSize,
  DiskFacts,
  RecoveryFacts,
  TimelineHistory,
  WalPosition,
} from './types';

interface RecoveryDocument {
  readonly recovery: 1;
  readonly control: CommandText | null;
  /** By file name. */
  readonly histories: Readonly<Record<string, string>>;
  readonly walEnd: WalPosition | null;
  readonly walEndReason: string | null;
  readonly sql: CommandText | null;
  readonly dataBytes: number | null;
  readonly disks: readonly Nullable<DiskFacts>[];
  readonly waiting: number | null;
  readonly cron: boolean;
}

type Nullable<T> = { readonly [K in keyof T]: NonNullable<T[K]> | null };

const SEGMENT_BYTES = 16 * 1024 * 1024;

export function parseRecoveryFacts(json: string): RecoveryFacts {
  const document = JSON.parse(json) as RecoveryDocument;
  if (document.recovery !== 1) throw new Error(`not a document of recoveryFacts.sh: ${json.slice(0, 200)}`);
  const control = readControl(document.control);
  const rows = (document.sql?.text ?? '').split('\n').map((line) => line.split(FIELD_SEPARATOR));
  const row = (tag: string): readonly string[] => rows.find(([first]) => first === tag) ?? [];
  const [, failed, lastFailed, lastArchived] = row('archiver');
  return {
    control: typeof control === 'string' ? undefined : control,
    controlReason: typeof control === 'string' ? control : undefined,
    histories: Object.entries(document.histories).flatMap(([name, text]) => parseHistory(name, text)),
    walEnd: document.walEnd ?? undefined,
    walEndReason: document.walEndReason ?? undefined,
    flushLsn: filled(row('flush')[1]),
    databases: sizesOf(rows),
    dataBytes: document.dataBytes ?? undefined,
    disks: document.disks.map(readDisk),
    archive: {
      waiting: document.waiting ?? undefined,
      failedCount: failed === undefined ? undefined : Number(failed),
      lastFailedWal: filled(lastFailed),
      lastArchivedWal: filled(lastArchived),
    },
    cron: document.cron,
  };
}

/** Why there is none, where there is none. Where its checksum is wrong, the tool warns, prints whatever it finds, and ends with 0. */
function readControl(command: CommandText | null): ControlFacts | string {
  if (command === null) return 'there is no database on this node';
  if (command.code !== 0) return lastLine(command.error) ?? `sys_controldata ended with ${command.code}`;
  if (isCorruptControl(`${command.text}\n${command.error}`)) {
    return 'its checksum does not match: the file is corrupt, or of another version';
  }
  const parsed = parseControlData(command.text);
  if (parsed === undefined) return 'sys_controldata printed no system identifier or no timeline';
  const field = (name: string): string | undefined =>
    filled(new RegExp(`^${name}: *(.*)$`, 'm').exec(command.text)?.[1]?.trim());
  const minimum = Number(field("Min recovery ending loc's timeline") ?? 0);
  return {
    systemIdentifier: parsed.systemIdentifier,
    state: parsed.state,
    timeline: parsed.timeline,
    checkpointLsn: parsed.checkpointLsn,
    checkpointTime: field('Time of latest checkpoint'),
    minRecoveryTimeline: minimum > 0 ? minimum : undefined,
    segmentBytes: Number(field('Bytes per WAL segment') ?? SEGMENT_BYTES),
  };
}

/** `<parent> <position> <reason>` a line, oldest first. */
export function parseHistory(name: string, text: string): TimelineHistory[] {
  const number = /^([0-9A-F]{8})\.history$/i.exec(name)?.[1];
  if (number === undefined) return [];
  const steps = text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+([0-9A-F]{1,8}\/[0-9A-F]{1,8})\b/i.exec(line);
    return match === null ? [] : [{ timeline: Number(match[1]), lsn: match[2] ?? '' }];
  });
  return [{ timeline: Number.parseInt(number, 16), steps }];
}

function sizesOf(rows: readonly (readonly string[])[]): readonly DatabaseSize[] | undefined {
  const sizes = rows.filter(([tag]) => tag === 'size').map(([, name = '', bytes]) => ({ name, bytes: Number(bytes) }));
  return sizes.length === 0 ? undefined : sizes;
}

function readDisk({ what, path, bytes, freeBytes, writable, reason }: Nullable<DiskFacts>): DiskFacts {
  return {
    what: what ?? 'data',
    path: path ?? '',
    bytes: bytes ?? undefined,
    freeBytes: freeBytes ?? undefined,
    writable: writable ?? undefined,
    reason: reason === null ? undefined : reason === '' ? 'no answer within 5 s: does it hang?' : reason,
  };
}

export function parseBranchAnswers(json: string): BranchAnswers {
  const document = JSON.parse(json) as BranchAnswers;
  const spans = Object.entries(document.spans).map(([key, { commits, firstAt, lastAt }]) => [
    key,
    { commits, firstAt: filled(firstAt), lastAt: filled(lastAt) },
  ]);
  return { prints: document.prints, spans: Object.fromEntries(spans) as BranchAnswers['spans'] };
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function lastLine(text: string): string | undefined {
  return filled(text.trim().split('\n').at(-1)?.slice(0, 300));
}
