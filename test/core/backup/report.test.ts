/** Outputs about backups and their findings: each finding by the one fact that makes it. */
import { describe, expect, it } from 'vitest';
import type { DrillRecord } from '../../../core/backup/observation';
import { planCron } from '../../../core/backup/cronTable';
import { buildBackupReport, type BackupFacts } from '../../../core/backup/report';
import type { BackupTarget } from '../../../core/backup/types';
import { utc } from '../../../core/text/utc';
import { parseBackupNode, type BackupNodeDocument } from '../../../core/observe/backup/parseBackupNode';
import { backupDocument, backupTarget, command, infoJson, job, row } from '../../support/backups';
import { OTHER_SYSTEM, SYSTEM } from '../../support/observations';

const NOW = 1_795_268_300;
const DAY = 86_400;
const LINE = {
  job: 'full' as const,
  line: '0 2 * * 0 kingbase /l/backup-job.sh full /k/sys_rman --stanza=kingbase backup',
};
const TARGET = backupTarget({ cron: { form: 'cron.d', path: '/etc/cron.d/KINGBASECRON', lines: [LINE] } });

const cron = ((): string => {
  const { stanza, cron: wanted, vendorCronLines } = TARGET;
  const plan = planCron(
    { file: undefined, crontab: undefined },
    { host: 'repo', stanza, cron: wanted, vendorCronLines },
  );
  return plan.kind === 'write' ? (plan.tables.file ?? '') : '';
})();

const DRILLED: DrillRecord = {
  id: 'drill-1',
  cluster: 'orders',
  stanza: 'kingbase',
  backup: 'x',
  target: { kind: 'latest', value: null, timeline: 1, lsn: null, time: null },
  bytes: 1,
  restoreSeconds: 1,
  replaySeconds: 1,
  rpoSeconds: 1,
  checks: [],
  tables: [],
  verdict: 'passed',
  reasons: [],
  startedAt: '2026-11-21T13:00:00Z',
  finishedAt: '2026-11-21T13:05:00Z',
};

const full = (age: number, changes: { error?: boolean } = {}) => ({
  label: `2026-${String(age).padStart(8, '0')}F`,
  stop: NOW - age,
  ...changes,
});

interface Scene {
  readonly backups?: readonly { readonly label: string; readonly stop: number; readonly error?: boolean }[];
  readonly host?: Partial<BackupNodeDocument>;
  readonly archiver?: string;
  readonly marks?: string;
  readonly drills?: readonly DrillRecord[];
  readonly target?: Partial<BackupTarget>;
  readonly facts?: Partial<BackupFacts>;
}

function reportFacts({
  backups = [full(3600)],
  host = {},
  archiver,
  marks = 'ready 0 0\ndone 1795268242',
  drills = [DRILLED],
  target = {},
  facts = {},
}: Scene = {}): BackupFacts {
  const sql = archiver ?? row('archiver', 9, '000000010000000000000007', NOW - 50, 0, '', '');
  const repo = backupDocument({
    epochSeconds: NOW,
    info: command(infoJson({ backups })),
    repositories: [{ path: '/kbrepo/orders', freeBytes: 1_900_000_000, access: 'kingbase:kingbase 750' }],
    jobs: [job({ job: 'verify', startSeconds: NOW - 100, stopSeconds: NOW - 90 })],
    drills: drills.map((drill) => JSON.stringify(drill)),
    cron,
    ...host,
  });
  const node1 = backupDocument({ epochSeconds: NOW, archiver: command(sql), marks: command(marks) });
  return {
    target: { ...TARGET, ...target },
    observed: [
      parseBackupNode('node1', 'kingbase', JSON.stringify(node1)),
      parseBackupNode('repo', 'kingbase', JSON.stringify(repo)),
    ],
    primary: 'node1',
    systemIdentifier: SYSTEM,
    archiving: [],
    ...facts,
  };
}

const report = (scene: Scene = {}) => buildBackupReport(reportFacts(scene));

describe('buildBackupReport', () => {
  it('finds nothing where all is well, and says how far a restore reaches', () => {
    const incremental = { label: '2026-00003600F_20261121-133712I', stop: NOW - 600 };
    expect(report({ backups: [full(3600), incremental] })).toEqual({
      lastFull: { label: '2026-00003600F', time: '2026-11-21T12:38:20Z' },
      lastBackup: { label: incremental.label, time: '2026-11-21T13:28:20Z', kind: 'incremental' },
      latestRestorableTime: '2026-11-21T13:37:22Z',
      earliestRestorableTime: '2026-11-21T12:38:20Z',
      archiveLagSeconds: 0,
      archiveLagSegments: 0,
      freeBytes: [1_900_000_000],
      verifiedAt: '2026-11-21T13:36:50Z',
      drilledAt: DRILLED.finishedAt,
      lastDrill: DRILLED,
      jobs: [expect.objectContaining({ job: 'verify' })],
      windowCovered: null,
      findings: [],
    });
  });

  it('promises no later time than the archive or the last backup holds', () => {
    expect(report({ marks: 'ready 0 0' }).latestRestorableTime).toBe('2026-11-21T12:38:20Z');
    expect(report({ backups: [full(10)] }).latestRestorableTime).toBe('2026-11-21T13:38:10Z');
    expect(report({ backups: [] })).toMatchObject({
      latestRestorableTime: null,
      earliestRestorableTime: null,
      lastFull: null,
      lastBackup: null,
      windowCovered: false,
    });
  });

  it('promises of a newer timeline nothing before its first backup: what the lost primary had not archived is missing', () => {
    const archiver = row('archiver', 9, '000000020000000000000009', NOW - 50, 0, '', '');
    expect(report({ archiver }).latestRestorableTime).toBe('2026-11-21T12:38:20Z');
    const target = { archive: { ...TARGET.archive, mode: 'always' as const } };
    expect(report({ archiver, target }).latestRestorableTime, 'a standby archives it, too').toBe(
      '2026-11-21T13:37:22Z',
    );
  });

  it.each<[string, Scene, string | RegExp]>([
    ['no full backup', { backups: [] }, 'there is no full backup'],
    [
      'a backup with damaged pages',
      { backups: [full(3600), full(60, { error: true })] },
      'repo: backup 2026-00000060F has page checksum errors',
    ],
    [
      'a late full backup',
      { backups: [full(8 * DAY), { label: 'a_bI', stop: NOW - 60 }] },
      'the last full backup is 8 days old, the schedule asks for one every 7 days',
    ],
    [
      'a late backup',
      { backups: [full(29 * 3600)] },
      'the last backup is 29 h old, the schedule asks for one every 24 h',
    ],
    [
      'a window that is not reached',
      { backups: [full(3 * 3600), full(7200), full(3600)] },
      'restores reach back to 2026-11-21T10:38:20Z only, the declared window is 14 days',
    ],
    [
      'a job that failed',
      {
        host: {
          jobs: [
            job({ job: 'verify' }),
            job({ job: 'incremental', exitCode: 82, tail: 'x\nERROR: [082]: not archived' }),
          ],
        },
      },
      'the last incremental backup failed at 2026-11-21T13:33:40Z (exit code 82): ERROR: [082]: not archived',
    ],
    [
      'a check that failed',
      { host: { jobs: [job({ job: 'verify' }), job({ job: 'check', exitCode: 50, tail: '' })] } },
      /^the last sys_rman check failed at .* \(exit code 50\)$/,
    ],
    ['no verify', { host: { jobs: [] } }, 'the backups were never verified'],
    [
      'a verify that failed',
      { host: { jobs: [job({ job: 'verify', exitCode: 25, tail: 'invalid checksum' })] } },
      /^the last verify of .* failed \(exit code 25\): invalid checksum$/,
    ],
    ['an old verify', { target: { verifyMaxAgeHours: 0 } }, 'the last verify is 0 h old, at most 0 h are declared'],
    ['no drill', { drills: [] }, 'no restore drill was ever run'],
    [
      'a drill that failed',
      { drills: [{ ...DRILLED, verdict: 'failed', reasons: ['a', 'b'] }] },
      'the last restore drill drill-1 failed: a; b',
    ],
    [
      'an old drill',
      { drills: [{ ...DRILLED, finishedAt: '2026-10-01T00:00:00Z' }] },
      'the last restore drill is 52 days old, at most 35 days are declared',
    ],
    [
      'a paused entry',
      { host: { cron: cron.replace('0 2 * * 0', '#0 2 * * 0') } },
      'repo: the cron entry of the job full is commented out (paused)',
    ],
    ['a missing entry', { host: { cron: null } }, 'repo: the cron entry of the job full is missing'],
    [
      'an entry of the vendor',
      { host: { crontab: '0 1 * * * /k/sys_rman --stanza=kingbase backup' } },
      /^repo: an entry of sys_backup.sh beside ours: crontab:1: /,
    ],
    ['an entry twice', { host: { crontab: LINE.line } }, /^repo: an entry of ours a second time: crontab:1: /],
    [
      'a segment that waits',
      { marks: `ready 2 ${NOW - 700}` },
      'node1: a finished segment waits for the archive since 700 s (archive-timeout is 600 s)',
    ],
    [
      'an archiver that fails',
      {
        archiver: row('archiver', 9, '000000010000000000000007', NOW - 50, 3, '000000010000000000000008', NOW - 5),
        marks: `ready 1 ${NOW - 20}`,
      },
      'node1: archiving fails: 000000010000000000000008 at 2026-11-21T13:38:15Z, 1 segments wait',
    ],
    ['an archiver that cannot be read', { archiver: '' }, 'node1: what its archiver does could not be read'],
    ['no primary', { facts: { primary: null } }, 'no primary: what its archiver does could not be read'],
    [
      'archiving out of effect',
      { facts: { archiving: [{ code: 'x', path: 'node2', message: 'a\n  b' }] } },
      'node2: a b',
    ],
    ['a finding without a place', { facts: { archiving: [{ code: 'x', message: 'a' }] } }, 'a'],
    [
      'a stanza of another database',
      { facts: { systemIdentifier: OTHER_SYSTEM } },
      `repo: stanza kingbase belongs to another database (system ${SYSTEM})`,
    ],
    [
      'a repository without room',
      { host: { repositories: [{ path: '/kbrepo/orders', freeBytes: 10_485_760, access: '' }] } },
      'repo: 10 MiB free in /kbrepo/orders, and the last full backup took 41',
    ],
  ])('finds %s', (_, scene, finding) => {
    const { findings } = report(scene);
    expect(findings).toContainEqual(typeof finding === 'string' ? finding : expect.stringMatching(finding));
  });

  it('finds that a host or its catalogue cannot be read, and says nothing of backups then', () => {
    expect(report({ host: { info: { code: 124, text: '', error: '' } } }).findings).toEqual([
      'repo: its repository cannot be read: sys_rman info gave no answer in time',
    ]);
    expect(report({ host: { info: null } }).findings[0]).toContain('sys_rman.conf is missing');
    const gone = { reachable: false as const, name: 'repo', reason: 'cannot connect' };
    const { findings, freeBytes } = report({ facts: { observed: [gone] } });
    expect(findings).toContain('repo: cannot be read: cannot connect');
    expect(freeBytes).toEqual([null]);
  });

  it('excuses no host by what another one holds', () => {
    const { observed } = reportFacts({ backups: [full(15 * DAY), full(60)] });
    const far = (options: Scene): BackupFacts['observed'][number] =>
      ({ ...reportFacts(options).observed.at(-1), name: 'far' }) as BackupFacts['observed'][number];
    const both = (options: Scene) =>
      report({ target: { hosts: ['repo', 'far'] }, facts: { observed: [...observed, far(options)] } });
    expect(both({ backups: [full(15 * DAY), full(60)] })).toMatchObject({ findings: [], windowCovered: true });
    expect(both({ backups: [] })).toMatchObject({ findings: ['far: there is no full backup'], windowCovered: true });
    expect(both({ backups: [full(29 * 3600)] }).findings).toEqual([
      'far: the last backup is 29 h old, the schedule asks for one every 24 h',
    ]);
    expect(both({ host: { jobs: [] } })).toMatchObject({
      findings: ['far: the backups were never verified'],
      verifiedAt: null,
    });
    const failed = job({ job: 'verify', exitCode: 25, tail: 'invalid checksum' });
    expect(both({ host: { jobs: [failed] } })).toMatchObject({
      findings: [expect.stringMatching(/^far: the last verify of .* failed/)],
      verifiedAt: null,
    });
    const earlier = job({ job: 'verify', startSeconds: NOW - 400, stopSeconds: NOW - 300 });
    expect(both({ host: { jobs: [earlier] } }).verifiedAt).toBe('2026-11-21T13:33:20Z');
  });

  it('keeps the last verify that ended well while the next one runs, and after one that failed', () => {
    const good = { job: 'verify', lastGoodSeconds: NOW - 3 * DAY } as const;
    const atWork = job({ ...good, startSeconds: NOW - 5, stopSeconds: null, exitCode: null }, true);
    expect(report({ host: { jobs: [atWork] } })).toMatchObject({
      verifiedAt: utc(NOW - 3 * DAY),
      findings: ['the last verify is 3 days old, at most 48 h are declared'],
    });
    const failed = job({ ...good, exitCode: 1, tail: 'INVALID' });
    expect(report({ host: { jobs: [failed] } })).toMatchObject({
      verifiedAt: utc(NOW - 3 * DAY),
      findings: [expect.stringContaining('failed (exit code 1): INVALID')],
    });
  });

  it('says nothing of verify, drills and the window where no host could be read', () => {
    const gone = { reachable: false as const, name: 'repo', reason: 'cannot connect' };
    expect(report({ facts: { observed: [gone], primary: null } })).toMatchObject({
      windowCovered: null,
      findings: ['repo: cannot be read: cannot connect', 'no primary: what its archiver does could not be read'],
    });
  });

  it('reaches back as far as the window once a backup is that old', () => {
    expect(report({ backups: [full(15 * DAY), full(60)] }).windowCovered).toBe(true);
  });

  it('takes an archiver that failed and recovered for well', () => {
    const recovered = row('archiver', 9, '000000010000000000000007', NOW - 5, 3, '000000010000000000000007', NOW - 50);
    expect(report({ archiver: recovered, marks: `ready 1 ${NOW}` })).toMatchObject({
      findings: [],
      archiveLagSegments: 1,
    });
  });

  it('knows no free space of an object store, and finds the directory of each host with perNode', () => {
    const s3 = {
      kind: 's3',
      node: 'repo',
      path: '/x',
      bucket: 'b',
      endpoint: 'https://h:1',
      region: 'r',
      verifyTls: true,
    } as const;
    const here = { kind: 'posix', node: undefined, path: '/kbrepo/orders' } as const;
    expect(report({ target: { repositories: [s3, here] } }).freeBytes).toEqual([null, 1_900_000_000]);
  });

  it('asks for no backup in time where nothing is scheduled, and dates none that is not known to have ended', () => {
    expect(report({ backups: [full(90 * DAY)], target: { jobs: [] } }).findings).toEqual([]);
    expect(
      report({ host: { jobs: [job({ job: 'verify', stopSeconds: null, exitCode: null }, true)] } }).verifiedAt,
    ).toBe(null);
  });
});
