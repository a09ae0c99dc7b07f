/** Builders for tests about backups: a target as planBackup makes it, and what a node says. */
import type { JobRecord } from '../../core/backup/observation';
import type { BackupTarget } from '../../core/backup/types';
import type { BackupNodeDocument } from '../../core/observe/backup/parseBackupNode';
import { FIELD_SEPARATOR } from '../../core/observe/serverRows';
import { CLUSTER, SYSTEM } from './observations';

export const CONF = '/kbrepo/orders/sys_rman.conf';
export const ARCHIVE_COMMAND = `export TZ=Asia/Shanghai;/home/kingbase/cluster/orders/kingbase/bin/sys_rman --config ${CONF} --stanza=kingbase archive-push %p`;

export function backupTarget(overrides: Partial<BackupTarget> = {}): BackupTarget {
  return {
    cluster: CLUSTER,
    stanza: 'kingbase',
    placement: 'external',
    hosts: ['repo'],
    repositories: [{ kind: 'posix', node: 'repo', path: '/kbrepo/orders' }],
    conf: CONF,
    encryption: 'none',
    archive: { mode: 'on', command: ARCHIVE_COMMAND },
    jobs: [
      { kind: 'full', intent: 'weekly on Sunday 02:00', cron: '0 2 * * 0', longestGapSeconds: 7 * 86_400 },
      { kind: 'incremental', intent: 'daily 04:00', cron: '0 4 * * *', longestGapSeconds: 86_400 },
    ],
    cron: { form: 'cron.d', path: '/etc/cron.d/KINGBASECRON', lines: [] },
    retention: { windowDays: 14, fullBackups: 3 },
    drill: {
      schedule: undefined,
      directory: '/kbrepo/drill',
      port: 54399,
      tables: [],
      checks: [],
      timeoutSeconds: 3600,
      maxAgeDays: 35,
    },
    verifyMaxAgeHours: 48,
    vendorCronLines: 'refuse',
    archiveTimeoutSeconds: 600,
    processMax: 4,
    ...overrides,
  };
}

export function backupDocument(overrides: Partial<BackupNodeDocument> = {}): BackupNodeDocument {
  return {
    format: 1,
    epochSeconds: 1_795_268_300,
    conf: true,
    info: null,
    archiver: null,
    marks: null,
    repositories: [],
    jobs: [],
    drills: [],
    cron: null,
    crontab: null,
    unit: 'inactive',
    stateOwner: 'kingbase',
    ...overrides,
  };
}

export function command(text: string): { code: number; text: string; error: string } {
  return { code: 0, text, error: '' };
}

export function row(...fields: readonly (string | number)[]): string {
  return fields.join(FIELD_SEPARATOR);
}

export function job(
  record: Partial<JobRecord> & Pick<JobRecord, 'job'>,
  running = false,
): BackupNodeDocument['jobs'][0] {
  const whole = { startSeconds: 1_795_268_000, stopSeconds: 1_795_268_020, exitCode: 0, tail: 'done', ...record };
  return { text: JSON.stringify(whole), running };
}

export interface InfoOptions {
  readonly code?: number;
  readonly message?: string;
  /** Of each repository; default: one, like the stanza. */
  readonly repositories?: readonly number[];
  readonly system?: string;
  readonly backups?: readonly { readonly label: string; readonly stop: number; readonly error?: boolean }[];
}

/** `info --output=json` as sys_rman of the lab printed it, shortened: the identifier is a number there. */
export function infoJson(options: InfoOptions = {}): string {
  const { code = 0, message = 'ok', system = SYSTEM, backups = [], repositories = [code] } = options;
  const sets = backups.map(({ label, stop, error = false }) => ({
    archive: { start: '000000010000000000000006', stop: '000000010000000000000007' },
    database: { id: 1, 'repo-key': 1 },
    error,
    info: { delta: 85_213_380, repository: { delta: 43_000_000, size: 85_213_380 }, size: 85_213_380 },
    label,
    prior: null,
    reference: label.includes('_') ? [label.split('_')[0]] : null,
    timestamp: { start: stop - 10, stop },
    type: { F: 'full', D: 'diff', I: 'incr' }[label.slice(-1)],
  }));
  const absent = code === 1;
  const text = JSON.stringify([
    {
      archive: absent
        ? []
        : [
            {
              database: { id: 1, 'repo-key': 1 },
              id: '12-1',
              max: '000000010000000000000007',
              min: '000000010000000000000005',
            },
          ],
      backup: sets,
      cipher: 'none',
      db: absent ? [] : [{ id: 1, 'repo-key': 1, 'system-id': `@${system}@`, version: '12' }],
      name: 'kingbase',
      repo: repositories.map((own, at) => ({ cipher: 'none', key: at + 1, status: { code: own, message } })),
      status: { code, lock: { backup: { held: false } }, message },
    },
  ]);
  return text.replace(/"@(\d+)@"/g, '$1');
}
