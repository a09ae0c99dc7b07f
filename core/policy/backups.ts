// What rules about backups ask of a specification again and again.
import type { BackupSpec, JobSchedule, RepositorySpec } from '../backup/types';
import type { ClusterSpec, NodeSpec } from '../spec/types';

export const DAY_SECONDS = 86_400;
export const HOUR_SECONDS = 3_600;

export function jobOf(backup: BackupSpec, kind: JobSchedule['kind']): JobSchedule | undefined {
  return backup.jobs.find((job) => job.kind === kind);
}

/** Where the user wrote it: the first directly in `backup`, the others in `secondary`. */
export function repositoryPath(index: number, field: 'node' | 'path' | 's3'): string {
  if (index > 0) return `backup.secondary[${index - 1}].${field}`;
  return field === 'node' ? 'backup.repository' : `backup.${field}`;
}

/** Database nodes on whose own disks a repository lies: with perNode all of them. */
export function dataHostsOf(repository: RepositorySpec, spec: ClusterSpec): readonly NodeSpec[] {
  if (repository.kind === 's3') return [];
  return spec.nodes.filter(
    ({ name, role }) => role === 'database' && (repository.node === undefined || repository.node === name),
  );
}

/** A directory lies in another, or is it. */
export function liesIn(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory.replace(/\/$/, '')}/`);
}

export function days(seconds: number): string {
  return `${Math.round((seconds / DAY_SECONDS) * 10) / 10} days`;
}
