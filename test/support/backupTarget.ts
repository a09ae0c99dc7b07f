// What planBackup would make of a declared backup: for tests of what rests on it.
import type { BackupTarget, DrillSpec } from '../../core/backup/types';

export function drillSpec(overrides: Partial<DrillSpec> = {}): DrillSpec {
  return {
    schedule: undefined,
    directory: '/kbrepo/drill',
    port: 54399,
    tables: ['test.public.orders'],
    checks: [
      { name: 'orders', database: 'test', query: "select count(*) > 0 from orders where note <> 'x'", expected: 't' },
    ],
    timeoutSeconds: 300,
    maxAgeDays: 31,
    ...overrides,
  };
}

export function backupTarget(overrides: Partial<BackupTarget> = {}): BackupTarget {
  return {
    cluster: 'kb',
    stanza: 'kingbase',
    placement: 'external',
    hosts: ['repo'],
    repositories: [{ kind: 'posix', node: 'repo', path: '/kbrepo/kbbr_repo' }],
    conf: '/kbrepo/kbbr_repo/sys_rman.conf',
    encryption: 'none',
    archive: { mode: 'on', command: '' },
    jobs: [],
    cron: { form: 'crontab', path: 'crontab:kingbase', lines: [] },
    retention: { windowDays: 7, fullBackups: 2 },
    drill: drillSpec(),
    verifyMaxAgeHours: 24,
    vendorCronLines: 'refuse',
    archiveTimeoutSeconds: 60,
    processMax: 2,
    ...overrides,
  };
}
