// Backups with every default filled in. What could not be read is left out: the rules speak of it.
import type { FromSchema } from 'json-schema-to-ts';
import { fullBackupsFor } from '../backup/retention';
import { gapsOf, parseSchedule } from '../backup/schedule';
import type { BackupKind, BackupPlacement, BackupSpec, JobSchedule, RepositorySpec } from '../backup/types';
import type { backupSchema } from './schema/backup';
import type { ClusterSpec, NodeSpec } from './types';

export type FilledBackup = FromSchema<typeof backupSchema>;

export interface BackupContext {
  readonly version: ClusterSpec['version'];
  readonly home: string;
  readonly nodes: readonly NodeSpec[];
}

const WEEKLY = '0 2 * * 0';

export function fillBackup(given: FilledBackup, { version, home, nodes }: BackupContext): BackupSpec {
  const path = given.path ?? `${home}/kbbr_repo`;
  const node = typeof given.repository === 'string' ? given.repository : undefined;
  const jobs = jobsOf(given);
  const { windowDays, fullBackups } = given.retention;
  const { schedule: drillSchedule, ...drill } = given.drill;
  return {
    stanza: given.stanza,
    placement: placementOf(given.repository, nodes),
    repositories: [repository(given.s3, node, path), ...secondaries(given, node, path)],
    encryption: given.encryption,
    jobs,
    retention: { windowDays, fullBackups: fullBackups ?? neededFullBackups(jobs, windowDays) },
    resources: given.resources as BackupSpec['resources'],
    drill: {
      ...drill,
      directory: drill.directory ?? `${path}-drill`,
      checks: drill.checks.map((check) => ({
        ...check,
        name: check.name ?? '',
        query: check.query ?? '',
        database: check.database ?? (version === 'V8R6' ? 'test' : 'kingbase'),
      })),
      schedule: intended(drillSchedule),
    },
    verifySchedule: intended(given.verify.schedule),
    verifyMaxAgeHours: given.verify.maxAgeHours,
    vendorCronLines: given.vendorCronLines,
    newerKeys: given.newerKeys ?? version === 'V9',
    parameters: asWords(given.parameters),
  };
}

/** sys_rman says y and n. */
function asWords(given: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? (value ? 'y' : 'n') : String(value),
    ]),
  );
}

/** Of the schedule of full backups; without one (never, or not understood) as if it were weekly. */
export function neededFullBackups(jobs: readonly JobSchedule[], windowDays: number): number {
  const full = jobs.find((job) => job.kind === 'full');
  return fullBackupsFor(windowDays, gapsOf(full?.cron ?? WEEKLY));
}

function placementOf(repository: unknown, nodes: readonly NodeSpec[]): BackupPlacement {
  if (typeof repository !== 'string') return 'perNode';
  return nodes.find((node) => node.name === repository)?.role === 'database' ? 'internal' : 'external';
}

function repository(s3: FilledBackup['s3'], node: string | undefined, path: string): RepositorySpec {
  if (s3 === undefined) return { kind: 'posix', node, path };
  const { bucket = '', endpoint = '', region = '', verifyTls = true } = s3;
  return { kind: 's3', node, path, bucket, endpoint, region, verifyTls };
}

function secondaries(given: FilledBackup, node: string | undefined, path: string): RepositorySpec[] {
  return given.secondary.map((entry) =>
    repository(entry.s3, entry.node ?? (entry.s3 === undefined ? '' : node), entry.path ?? path),
  );
}

function jobsOf({ schedule }: FilledBackup): JobSchedule[] {
  const kinds: readonly BackupKind[] = ['full', 'differential', 'incremental'];
  return kinds.flatMap((kind) => {
    const found = intended(schedule[kind]);
    return found === undefined ? [] : [{ kind, ...found }];
  });
}

function intended(text: string): Omit<JobSchedule, 'kind'> | undefined {
  const parsed = parseSchedule(text);
  return parsed.ok ? parsed.schedule : undefined;
}
