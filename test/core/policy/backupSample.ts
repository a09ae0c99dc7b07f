// A cluster with backups on a host of their own, and short ways to change what is declared or was observed of them.
import type { BackupReport, DrillRecord } from '../../../core/backup/observation';
import type {
  BackupResources,
  BackupSpec,
  BackupTarget,
  DrillSpec,
  JobSchedule,
  RepositorySpec,
} from '../../../core/backup/types';
import { cluster, node, of, status, type Sample } from './sample';

const DAY = 86_400;

export const full: JobSchedule = {
  kind: 'full',
  intent: 'weekly on Sunday 02:00',
  cron: '0 2 * * 0',
  longestGapSeconds: 7 * DAY,
};
export const incremental: JobSchedule = {
  kind: 'incremental',
  intent: 'daily 04:00',
  cron: '0 4 * * *',
  longestGapSeconds: DAY,
};

const resources: BackupResources = {
  processMax: 4,
  bandwidthMBs: 0,
  compress: 'none',
  archiveAsync: false,
  archiveProcessMax: 2,
  compressLevel: 3,
  archiveTimeoutSeconds: 600,
  databaseTimeoutSeconds: 1800,
  protocolTimeoutSeconds: 1830,
  ioTimeoutSeconds: 60,
  tcpKeepAlive: { idleSeconds: 60, intervalSeconds: 10, count: 6 },
  nonArchivedSpaceMiB: 1024,
  diskWarnMiB: 16384,
  diskErrorMiB: 1024,
  startFast: true,
};

const drill: DrillSpec = {
  schedule: { intent: 'monthly on 1 05:00', cron: '0 5 1 * *', longestGapSeconds: 31 * DAY },
  directory: '/backup/drill',
  port: 54399,
  tables: ['kingbase.public.orders'],
  checks: [],
  timeoutSeconds: 14_400,
  maxAgeDays: 35,
};

export const posix = (more: Partial<RepositorySpec> = {}): RepositorySpec =>
  ({ kind: 'posix', node: 'node4', path: '/backup/kbbr_repo', ...more }) as RepositorySpec;

export const s3 = (more: Partial<RepositorySpec> = {}): RepositorySpec =>
  ({
    kind: 's3',
    node: 'node4',
    path: '/kbbr_repo',
    bucket: 'kes-backup',
    endpoint: 'https://10.77.0.99:9000',
    region: 'chengdu',
    verifyTls: true,
    ...more,
  }) as RepositorySpec;

export const BACKUP: BackupSpec = {
  stanza: 'kingbase',
  placement: 'external',
  repositories: [posix()],
  encryption: 'aes-256-cbc',
  jobs: [full, incremental],
  retention: { windowDays: 14, fullBackups: 4 },
  resources,
  drill,
  verifyMaxAgeHours: 192,
  verifySchedule: { intent: 'weekly on Wednesday 05:00', cron: '0 5 * * 3', longestGapSeconds: 7 * DAY },
  vendorCronLines: 'refuse',
  newerKeys: false,
  parameters: {},
};

const NODES = [node(1), node(2), node(3), node(4, { role: 'repository' })];

/** The specification as a component would be given it, whatever its schema would say: policies judge that, too. */
export function backed(more: Partial<BackupSpec> = {}, input: Record<string, unknown> = {}): Sample {
  return of(cluster({ nodes: NODES, ...input })).map((resource) =>
    resource.type === 'kingbase:ha:Cluster'
      ? { ...resource, props: { ...resource.props, backup: { ...BACKUP, ...more } } }
      : resource,
  );
}

export const withResources = (more: Partial<BackupResources>): Sample =>
  backed({ resources: { ...resources, ...more } });
export const withDrill = (more: Partial<DrillSpec>): Sample => backed({ drill: { ...drill, ...more } });
export const withSchedule = (...jobs: readonly JobSchedule[]): Sample => backed({ jobs });

const record: DrillRecord = {
  id: '20261101-050000',
  cluster: 'lab',
  stanza: 'kingbase',
  backup: '20261101-020000F',
  target: { kind: 'latest', value: null, timeline: 1, lsn: '0/5000000', time: '2026-11-01T04:59:00Z' },
  bytes: 1,
  restoreSeconds: 3,
  replaySeconds: 1,
  rpoSeconds: 60,
  checks: [],
  tables: [],
  verdict: 'passed',
  reasons: [],
  startedAt: '2026-11-01T05:00:00Z',
  finishedAt: '2026-11-01T05:10:00Z',
};

/** The clock of the cases stands at 2026-11-21T10:00:00Z. */
const REPORT: BackupReport = {
  lastFull: { label: '20261115-020000F', time: '2026-11-15T02:10:00Z' },
  lastBackup: { label: '20261115-020000F_20261121-040000I', time: '2026-11-21T04:01:00Z', kind: 'incremental' },
  latestRestorableTime: '2026-11-21T09:58:00Z',
  earliestRestorableTime: '2026-11-01T02:10:00Z',
  archiveLagSeconds: 20,
  archiveLagSegments: 0,
  freeBytes: [20 * 1024 ** 3, null],
  verifiedAt: '2026-11-18T05:20:00Z',
  drilledAt: '2026-11-01T05:10:00Z',
  lastDrill: record,
  jobs: [
    { job: 'full', startSeconds: 1, stopSeconds: 2, exitCode: 0, tail: '' },
    { job: 'check', startSeconds: 1, stopSeconds: null, exitCode: null, tail: '' },
  ],
  windowCovered: true,
  findings: [],
};

const target = { jobs: BACKUP.jobs, drill, verifyMaxAgeHours: 192, retention: BACKUP.retention };

const declared = (sample: Sample): Sample =>
  sample.map((resource) => ({ ...resource, props: { ...resource.props, backup: target } }));

export const observed = (more: Partial<BackupReport> = {}): Sample =>
  declared(status({ backup: { ...REPORT, ...more } }));

/** Before the first update; and a cluster that was looked at, its repository not. */
export const unseen: Sample = declared(status(undefined));
export const unread: Sample = declared(status({}));

export const failedDrill: DrillRecord = {
  ...record,
  id: '20261120-050000',
  verdict: 'failed',
  reasons: ['WAL segment 000000010000000000000007 is missing', 'the server did not start'],
};

/** A cluster as its user declares it, every default filled in, every file rendered. */
export const declaredBackup = (more: Record<string, unknown> = {}, input: Record<string, unknown> = {}): Sample =>
  of(cluster({ nodes: NODES, backup: { repository: 'node4', path: '/backup/kbbr_repo', ...more }, ...input }));

interface Pipeline {
  readonly backup: BackupTarget;
  readonly conf: Readonly<Record<string, string>>;
}

/** The resource that carries the backups out, with something of it changed. */
export function pipeline(
  change: (props: Pipeline) => Partial<Pipeline> = () => ({}),
  sample = declaredBackup(),
): Sample {
  return sample
    .filter(({ type }) => type === 'pulumi-nodejs:dynamic/kingbase:Backup')
    .map((one) => ({ ...one, props: { ...one.props, ...change(one.props as unknown as Pipeline) } }));
}

export function withTarget(change: (given: BackupTarget) => Partial<BackupTarget>): Sample {
  return pipeline(({ backup }) => ({ backup: { ...backup, ...change(backup) } }));
}

export function changedConf(node: string, from: string | RegExp, to: string): Sample {
  return pipeline(({ conf }) => {
    const text = conf[node] ?? '';
    if (text.replace(from, to) === text) throw new Error(`nothing of ${node}'s sys_rman.conf was changed`);
    return { conf: { ...conf, [node]: text.replace(from, to) } };
  });
}
