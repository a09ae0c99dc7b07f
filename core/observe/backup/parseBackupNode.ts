/** Turns the JSON document of templates/scripts/backupObserve.sh into a BackupNodeObservation. */
import type { ArchiverObservation, DrillRecord, JobRecord } from '../../backup/observation';
import type { CommandText } from '../parseObservation';
import { FIELD_SEPARATOR } from '../serverRows';
import { parseCatalogue } from './parseCatalogue';
import type { BackupNodeObservation, BackupSessions } from './types';

export interface BackupNodeDocument {
  readonly format: 1;
  readonly epochSeconds: number;
  readonly conf: boolean;
  readonly info: CommandText | null;
  readonly archiver: CommandText | null;
  readonly marks: CommandText | null;
  readonly repositories: BackupNodeObservation['repositories'];
  readonly jobs: readonly { readonly text: string; readonly running: boolean }[];
  readonly drills: readonly string[];
  readonly cron: string | null;
  readonly crontab: string | null;
  readonly unit: string;
  readonly stateOwner: string;
}

/** Exit code of a run that nobody ended: its process is gone, and its record has no end. */
export const CUT_OFF = 137;

export function parseBackupNode(name: string, stanza: string, json: string): BackupNodeObservation {
  const document = JSON.parse(json) as Partial<BackupNodeDocument>;
  if (document.format !== 1 || document.jobs === undefined || document.repositories === undefined) {
    throw new Error(`not a document of format 1 about backups: ${json.slice(0, 200)}`);
  }
  const seen = document as BackupNodeDocument;
  const catalogue = seen.info === null ? undefined : parseCatalogue(stanza, seen.info.text);
  return {
    reachable: true,
    name,
    epochSeconds: seen.epochSeconds,
    conf: seen.conf,
    catalogue,
    catalogueReason: seen.info === null || catalogue !== undefined ? undefined : failureOf(seen.info),
    archiver: parseArchiver(seen.archiver?.text ?? '', seen.marks?.text ?? ''),
    sessions: parseSessions(seen.archiver?.text ?? ''),
    repositories: seen.repositories,
    jobs: seen.jobs.flatMap(parseJob),
    drills: seen.drills.flatMap(parseDrill),
    cronFile: seen.cron ?? undefined,
    crontab: seen.crontab ?? undefined,
    unitActive: seen.unit === 'active' || seen.unit === 'activating',
    stateOwner: seen.stateOwner,
  };
}

function failureOf({ code, text, error }: CommandText): string {
  const said = (error.trim() === '' ? text : error).trim().split('\n').at(-1) ?? '';
  return code === 124
    ? 'sys_rman info gave no answer in time'
    : `sys_rman info: exit code ${code}${said === '' ? '' : `: ${said}`}`;
}

function parseArchiver(sql: string, marks: string): ArchiverObservation | undefined {
  const [archived, lastWal, lastAt, failed, failedWal, failedAt] = rowsOf(sql, 'archiver')[0] ?? [];
  if (archived === undefined) {
    return undefined;
  }
  const ready = /^ready (\d+) (\d+)$/m.exec(marks);
  const finished = /^done (\d+)$/m.exec(marks);
  const waiting = Number(ready?.[1] ?? 0);
  return {
    archivedCount: Number(archived),
    failedCount: Number(failed),
    lastArchivedWal: orNull(lastWal),
    lastArchivedSeconds: numberOrNull(lastAt),
    lastFailedWal: orNull(failedWal),
    lastFailedSeconds: numberOrNull(failedAt),
    readySegments: waiting,
    oldestReadySeconds: waiting === 0 ? null : Number(ready?.[2]),
    lastCoveredSeconds: numberOrNull(finished?.[1]),
  };
}

function parseSessions(sql: string): BackupSessions | undefined {
  if (rowsOf(sql, 'archiver').length === 0) {
    return undefined;
  }
  const [setting, seconds] = rowsOf(sql, 'idle')[0] ?? [];
  const roles = rowsOf(sql, 'role').map(([role = '', options = '']): [string, string] => [
    role,
    /(?:^|;)(?:client_idle_timeout|idle_session_timeout)=([^;]*)/.exec(options)?.[1] ?? '',
  ]);
  return {
    setting,
    seconds: numberOrNull(seconds) ?? undefined,
    roles: Object.fromEntries(roles.filter(([, value]) => value !== '')),
  };
}

function rowsOf(text: string, tag: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.split(FIELD_SEPARATOR))
    .filter((row) => row.length > 1 && row[0] === tag)
    .map((row) => row.slice(1));
}

/** A record without an end whose process is gone was cut off: a node that lost power, a backup that was killed. */
function parseJob({ text, running }: BackupNodeDocument['jobs'][number]): JobRecord[] {
  const record = parseJson<JobRecord>(text);
  if (typeof record?.job !== 'string' || typeof record.startSeconds !== 'number') {
    return [];
  }
  const { job, startSeconds, stopSeconds, exitCode, tail } = record;
  const isCutOff = exitCode === null && !running;
  return [
    {
      job,
      startSeconds,
      stopSeconds,
      exitCode: isCutOff ? CUT_OFF : exitCode,
      // Records of earlier versions say it of their own run only.
      lastGoodSeconds: record.lastGoodSeconds ?? (exitCode === 0 ? stopSeconds : null),
      tail: isCutOff ? 'it was cut off before it ended' : tail,
    },
  ];
}

function parseDrill(text: string): DrillRecord[] {
  const record = parseJson<DrillRecord>(text);
  return typeof record?.id === 'string' && typeof record.verdict === 'string' ? [record] : [];
}

function parseJson<T extends object>(text: string): (Partial<T> & T) | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function numberOrNull(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
