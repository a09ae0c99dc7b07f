// What rules about observed backups have in common: evidence that is not there yet is told as such, and ages are told in words.
import type { BackupTarget } from '../backup/types';
import type { BackupReport } from '../backup/observation';
import type { Objection, Subjects } from './types';

const HOUR_MS = 3_600_000;

export interface ObservedBackups {
  readonly cluster: string;
  readonly target: BackupTarget;
  readonly report: BackupReport;
}

/** Nothing where no backups are declared; one warning where the nodes have not been asked yet. */
export function judgeBackups(
  { cluster, backup, report }: Subjects['status'],
  judge: (observed: ObservedBackups) => readonly Objection[],
): readonly Objection[] {
  if (backup === undefined) return [];
  const seen = report?.backup ?? null;
  return seen === null
    ? [unproved(cluster, 'the repository has not been looked at yet')]
    : judge({ cluster, target: backup, report: seen });
}

export function unproved(path: string, message: string): Objection {
  return { path, message, hint: 'It is judged after the first update, or pulumi up --refresh.', unproved: true };
}

export function hoursSince(time: string, now: number): number {
  return (now - Date.parse(time)) / HOUR_MS;
}

export function ago(hours: number): string {
  return hours < 48 ? `${Math.round(hours)} hours ago` : `${Math.round(hours / 2.4) / 10} days ago`;
}
