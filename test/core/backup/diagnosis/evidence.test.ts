// What was read shows the fault without anybody's text; the same evidence in order shows none.
import { describe, expect, it } from 'vitest';
import { diagnoseBackup } from '../../../../core/backup/diagnosis/diagnoseBackup';
import { FAULTS } from '../../../../core/backup/diagnosis/faults';
import { catalogue, CONF, evidence, NOW, observed, place, setting, type Change } from '../../../support/backupEvidence';
import { OTHER_SYSTEM } from '../../../support/observations';

const DAY = 86_400;
const AUTO = '/kbdata/data/kingbase.auto.conf';
const archiver = observed(false).archiver!;
const [full] = catalogue().backups;
const line = '0 2 * * 0 /kb/bin/sys_rman --config=/c --stanza=kingbase --type=full backup';
const drill = {
  id: 'd1',
  cluster: 'kb',
  stanza: 'kingbase',
  backup: null,
  target: { kind: 'latest', value: null, timeline: null, lsn: null, time: null },
  bytes: null,
  restoreSeconds: null,
  replaySeconds: null,
  rpoSeconds: null,
  checks: [],
  tables: [],
  verdict: 'failed',
  reasons: ['orders differ'],
  startedAt: '2026-11-19T00:00:00Z',
  finishedAt: '2026-11-19T00:00:00Z',
} as const;
const old = (days: number) => ({ catalogue: catalogue({ backups: [{ ...full!, stopSeconds: NOW - days * DAY }] }) });

/** [id, what differs, what the evidence says]. */
const CASES: readonly (readonly [string, Change, string])[] = [
  [
    'backup/repository-host-off',
    { repo: { machine: undefined, backup: undefined, unread: [{ what: 'it', reason: 'no route' }] } },
    'repo: no route',
  ],
  ['backup/tool-missing', { nodeMachine: { rman: false } }, 'node1: /kb/bin/sys_rman cannot be executed'],
  [
    'backup/repo-ip',
    { repoMachine: { vendorConf: { path: '/kb/bin/sys_backup.conf', text: '# x\n_repo_ip="192.0.2.254"\n' } } },
    '/kb/bin/sys_backup.conf:2: _repo_ip is 192.0.2.254',
  ],
  [
    'backup/remove-ipc',
    { nodeMachine: { logind: { removeIpc: 'yes', lines: ['/etc/systemd/logind.conf.d/99-x.conf:2:RemoveIPC=yes'] } } },
    '99-x.conf:2:RemoveIPC=yes',
  ],
  [
    'backup/remove-ipc',
    { nodeMachine: { logind: { removeIpc: null, lines: ['/etc/systemd/logind.conf:9:RemoveIPC=true'] } } },
    'logind.conf:9',
  ],
  [
    'backup/semaphores',
    { nodeMachine: { kernel: { sem: '17 68 8 4', shmmax: null, shmall: null, pageSize: null } } },
    '17 68 8 4; the server wants 8 sets of 17',
  ],
  [
    'backup/shared-memory',
    { nodeMachine: { kernel: { sem: null, shmmax: '67108864', shmall: '16384', pageSize: 4096 } } },
    'shared_buffers is 128 MiB (default), the kernel allows 64 MiB',
  ],
  [
    'backup/out-of-memory',
    { repoMachine: { oom: [{ source: 'journal', seconds: NOW - 10, line: 'Killed process 9 (sys_rman)' }] } },
    'Killed process 9 (sys_rman)',
  ],
  [
    'backup/repository-access',
    { repoMachine: { repositories: [place({ writable: false, closed: ['/kbrepo/kbbr_repo/archive'] })] } },
    '/kbrepo/kbbr_repo/archive is closed',
  ],
  [
    'backup/repository-access',
    { repoMachine: { repositories: [place({ exists: false, mount: '/' })] } },
    '/kbrepo/kbbr_repo is not there',
  ],
  [
    'backup/repository-full',
    { repoMachine: { repositories: [place({ freeBytes: 1000 })] } },
    '0 MiB and 100000 inodes free',
  ],
  ['backup/repository-full', { repoMachine: { repositories: [place({ freeInodes: 3 })] } }, '3 inodes free'],
  ['backup/no-primary', { server: { inRecovery: true } }, 'node1: it is a standby'],
  [
    'backup/host-key',
    {
      nodeMachine: {
        ssh: [{ to: '10.0.0.14', code: 255, text: 'No ED25519 host key is known\nHost key verification failed.' }],
      },
    },
    'node1: ssh 10.0.0.14: ',
  ],
  [
    'backup/ssh',
    { nodeMachine: { ssh: [{ to: '10.0.0.14', code: 255, text: 'Connection closed' }] } },
    'exit code 255: Connection closed',
  ],
  ['backup/clock', { repo: { clockOffsetSeconds: -120 } }, 'repo: its clock is 2 min behind'],
  ['backup/clock', { repoSeen: { epochSeconds: NOW - 4000 } }, 'the newest backup 20261114-020000F ended at'],
  ['backup/conf-missing', { nodeMachine: { conf: null } }, `node1: ${CONF} is not there`],
  [
    'backup/conf-disagrees',
    { nodeMachine: { conf: { path: CONF, text: '[kingbase]\n[global]\nrepo1-path=/other\n' } } },
    `${CONF}:3: repo1-path=/other`,
  ],
  [
    'backup/conf-disagrees',
    { nodeMachine: { conf: { path: CONF, text: '[kingbase]\n[global]\nrepo1-host=10.9.9.9\n' } } },
    'repo1-host=10.9.9.9',
  ],
  [
    'backup/conf-disagrees',
    { nodeMachine: { conf: { path: CONF, text: '[other]\nkb1-path=/kbdata/data\n' } } },
    'has no section [kingbase]',
  ],
  [
    'backup/data-path',
    { repoMachine: { conf: { path: CONF, text: '[kingbase]\nkb1-path=/elsewhere\n' } } },
    `${CONF}:2: kb1-path=/elsewhere`,
  ],
  [
    'backup/archiving-off',
    { server: { settings: [setting('archive_mode', 'off', { file: AUTO, line: 3 })] } },
    `archive_mode is off from ${AUTO}:3`,
  ],
  [
    'backup/archive-overridden',
    {
      server: {
        settings: [setting('archive_mode', 'on'), setting('archive_command', 'exit 0', { file: AUTO, line: 4 })],
      },
    },
    `${AUTO}:4: archive_command = 'exit 0'`,
  ],
  [
    'backup/archive-command',
    { server: { settings: [setting('archive_mode', 'on'), setting('archive_command', '/bin/true')] } },
    "es_rep.conf:7: archive_command is '/bin/true'",
  ],
  [
    'backup/restart-pending',
    {
      server: {
        settings: [
          setting('archive_mode', 'on', { pendingRestart: true }),
          setting(
            'archive_command',
            '/kb/bin/sys_rman --config /kbrepo/kbbr_repo/sys_rman.conf --stanza=kingbase archive-push %p',
          ),
        ],
      },
    },
    'the server still runs with on',
  ],
  [
    'backup/idle-timeout',
    { nodeSeen: { sessions: { setting: 'client_idle_timeout', seconds: 1, roles: {} } } },
    'client_idle_timeout is 1, and for esrep the same',
  ],
  [
    'backup/locked',
    {
      repoMachine: {
        locks: [{ path: '/tmp/sys_rman/kingbase-backup.lock', held: true, pid: 77, command: 'sleep infinity' }],
      },
    },
    'process 77: sleep infinity',
  ],
  ['backup/stopped', { repoMachine: { stopFiles: ['/tmp/sys_rman/kingbase.stop'] } }, '/tmp/sys_rman/kingbase.stop'],
  [
    'backup/foreign-stanza',
    { repoSeen: { catalogue: catalogue({ databases: [{ id: 1, systemIdentifier: OTHER_SYSTEM, version: '12' }] }) } },
    `system ${OTHER_SYSTEM}`,
  ],
  [
    'backup/stanza-missing',
    {
      repoSeen: {
        catalogue: catalogue({ statusCode: 1, statusMessage: 'missing stanza path', backups: [], databases: [] }),
      },
    },
    'missing stanza path (code 1)',
  ],
  [
    'backup/manifest-missing',
    { repoMachine: { missingManifests: ['/r/backup.manifest'] } },
    '/r/backup.manifest is not there',
  ],
  [
    'backup/damaged',
    { repoSeen: { catalogue: catalogue({ backups: [{ ...full!, error: true }] }) } },
    'has pages with wrong checksums',
  ],
  [
    'backup/damaged',
    {
      repoSeen: {
        jobs: [{ job: 'verify', startSeconds: NOW - 9, stopSeconds: NOW, exitCode: 1, tail: 'checksum invalid: 1' }],
      },
    },
    'checksum invalid: 1',
  ],
  [
    'backup/wal-piled-up',
    { nodeSeen: { archiver: { ...archiver, readySegments: 9, oldestReadySeconds: NOW - 5 } } },
    '9 segments (144 MiB) wait',
  ],
  [
    'backup/wal-piled-up',
    {
      nodeSeen: { archiver: { ...archiver, readySegments: 3, oldestReadySeconds: NOW - 5 } },
      nodeMachine: { wal: { path: '/w', freeBytes: 1e7, totalBytes: 1e9 } },
    },
    '/w has 9 MiB free',
  ],
  [
    'backup/archive-lag',
    { nodeSeen: { archiver: { ...archiver, readySegments: 2, oldestReadySeconds: NOW - 500 } } },
    '2 segments wait since 8 min',
  ],
  [
    'backup/archive-lag',
    {
      nodeSeen: {
        archiver: {
          ...archiver,
          readySegments: 1,
          oldestReadySeconds: NOW - 5,
          lastFailedSeconds: NOW - 1,
          lastFailedWal: 'A',
        },
      },
    },
    'the last try of A failed',
  ],
  [
    'backup/job-failed',
    { repoSeen: { jobs: [{ job: 'full', startSeconds: NOW - 9, stopSeconds: NOW, exitCode: 56, tail: 'strange' }] } },
    'ended with exit code 56',
  ],
  ['backup/no-backup', { repoSeen: { catalogue: catalogue({ statusCode: 2, backups: [] }) } }, 'none of them full'],
  [
    'backup/too-old',
    { repoSeen: old(9), backup: { drill: { ...evidence().backup.drill, maxAgeDays: 99 }, verifyMaxAgeHours: 999 } },
    '9 days old',
  ],
  [
    'backup/schedule-missing',
    { repoSeen: { crontab: undefined } },
    'makes the full backup (weekly on Sunday 02:00: 0 2 * * 0)',
  ],
  ['backup/schedule-twice', { repoSeen: { cronFile: line } }, '/etc/cron.d/KINGBASECRON:1'],
  ['backup/schedule-paused', { repoSeen: { crontab: `#${line}` } }, 'crontab of'],
  ['backup/schedule-trap', { repoSeen: { crontab: line.replace('* * 0', '*/7 * *') } }, '*/7'],
  ['backup/repository-low', { repoMachine: { repositories: [place({ freeBytes: 3e8 })] } }, '286 MiB free'],
  ['backup/window-not-covered', { backup: { retention: { windowDays: 8, fullBackups: 1 } } }, 'declared are 8 days'],
  ['backup/drill-failed', { repoSeen: { drills: [drill] } }, 'd1.json: orders differ'],
  ['backup/verify-old', { repoSeen: old(3) }, 'never; the oldest backup is 3 days old, at most 24 h'],
  [
    'backup/drill-old',
    { repoSeen: old(6), backup: { drill: { ...evidence().backup.drill, maxAgeDays: 5 }, verifyMaxAgeHours: 999 } },
    'never; the oldest backup is 6 days old',
  ],
];

describe('diagnoseBackup', () => {
  it('finds nothing where everything was read and is in order', () => {
    expect(diagnoseBackup(evidence())).toEqual({ healthy: true, faults: [], unknown: [], unread: [] });
  });

  it.each(CASES)('%s is the first fault of %j', (id, change, found) => {
    const { healthy, faults } = diagnoseBackup(evidence(change));
    expect(healthy).toBe(false);
    expect(faults[0]?.id).toBe(id);
    expect(faults[0]?.evidence.join('\n')).toContain(found);
    expect(faults[0]?.cure.length).toBeGreaterThan(0);
  });

  it('has a test that fails for each rule whose look is taken out', () => {
    const looking = FAULTS.filter(({ look }) => look !== undefined);
    const unguarded = looking
      .filter((gone) => {
        const rules = FAULTS.map((rule) => (rule === gone ? { ...rule, look: () => [] } : rule));
        return CASES.every(
          ([id, change]) => id !== gone.id || diagnoseBackup(evidence(change), rules).faults[0]?.id === id,
        );
      })
      .map(({ id }) => id);
    expect(unguarded).toEqual([]);
  });

  it('says nothing of what a later backup has overtaken', () => {
    const past = { seconds: NOW - 4000, startSeconds: NOW - 4000 };
    const { healthy } = diagnoseBackup(
      evidence({
        repoSeen: {
          jobs: [
            {
              job: 'full',
              startSeconds: past.startSeconds,
              stopSeconds: past.startSeconds,
              exitCode: 82,
              tail: 'ERROR: [082]',
            },
          ],
        },
        repoMachine: {
          oom: [{ source: 'journal', seconds: past.seconds, line: 'Killed process 9 (sys_rman)' }],
          logs: [
            {
              path: '/kb/log/kingbase-backup.log',
              seconds: past.seconds,
              text: 'ERROR: [050]: unable to acquire lock on file',
            },
          ],
        },
      }),
    );
    expect(healthy).toBe(true);
  });

  it('remembers the last success by its record where the repository cannot be read', () => {
    const success = {
      job: 'incremental',
      startSeconds: NOW - 20,
      stopSeconds: NOW - 9,
      exitCode: 0,
      tail: '',
    } as const;
    const killed = [{ source: 'journal', seconds: NOW - 30, line: 'Killed process 9 (sys_rman)' }];
    const at = (jobs: readonly (typeof success)[]) =>
      diagnoseBackup(
        evidence({ repoSeen: { catalogue: undefined, jobs }, repo: {}, repoMachine: { oom: killed } }),
      ).faults.map(({ id }) => id);
    expect(at([success])).toEqual([]);
    expect(at([])).toEqual(['backup/out-of-memory']);
  });

  it('restarts a database that has lost its shared memory, whether or not RemoveIPC still says yes', () => {
    const reason = 'FATAL:  could not open shared memory segment "/PostgreSQL.1": No such file or directory';
    const lost = { server: undefined, unread: [{ what: 'its server', reason }] };
    const logind = { removeIpc: 'yes', lines: ['/etc/systemd/logind.conf.d/99-x.conf:2:RemoveIPC=yes'] };
    const cureOf = (change: Change) =>
      diagnoseBackup(evidence(change)).faults.find(({ id }) => id === 'backup/remove-ipc')?.cure ?? [];
    const still = cureOf({ nodeMachine: { logind }, node: lost }).map(({ on, command }) => `${on}: ${command}`);
    expect(still).toEqual([
      expect.stringContaining('/99-x.conf'),
      'node1: systemctl restart systemd-logind.service',
      expect.stringMatching(
        /^node1: .*ksql .* 'SELECT 1' >\/dev\/null 2>&1 \|\| .*sys_ctl -D \/kbdata\/data .* -m fast restart/,
      ),
    ]);
    expect(cureOf({ node: lost }).map(({ command }) => command)).toEqual([still[2]?.slice('node1: '.length)]);
  });

  it('says nothing of the command that the server hides while archive_mode is off', () => {
    const settings = [setting('archive_mode', 'off', { file: AUTO }), setting('archive_command', '(disabled)')];
    expect(diagnoseBackup(evidence({ server: { settings } })).faults.map(({ id }) => id)).toEqual([
      'backup/archiving-off',
    ]);
  });

  it('gives up each backup that verify names, after a full one, and verifies again', () => {
    const tail =
      "INVALID repository 1: sys_rman verify does not call backup 20261114-020000F valid\nINVALID repository 1: invalid checksum '20261114-020000F/pg_data/1'\nverify: 2 findings";
    const jobs = [{ job: 'verify', startSeconds: NOW - 9, stopSeconds: NOW, exitCode: 1, tail }] as const;
    const [fault] = diagnoseBackup(evidence({ repoSeen: { jobs } })).faults;
    expect(fault?.evidence).toHaveLength(2);
    expect(
      fault?.cure.flatMap(({ command }) => /(?:--type=full|--set=\S+|verify\.sh).*/.exec(command ?? '')?.[0] ?? []),
    ).toEqual(['--type=full backup', '--set=20261114-020000F expire', 'verify.sh --check']);
  });

  it('takes the lines of sys_backup.sh out of both places, and has ours written again', () => {
    const crontab = line.replace('* * 0', '*/7 * *');
    const [fault] = diagnoseBackup(evidence({ repoSeen: { crontab } })).faults;
    const [, out, again] = fault?.cure ?? [];
    expect(out?.on).toBe('repo');
    expect(out?.command).toMatch(/KINGBASECRON\.before.*!\{\/sys_rman \.\*--stanza=kingbase .*crontab -u \S+ -; fi$/);
    expect(again?.text).toContain('pulumi up --refresh');
  });

  it('lets a backup at work hold its lock', () => {
    const locks = [{ path: '/l', held: true, pid: 5, command: '/kb/bin/sys_rman --stanza=kingbase backup' }];
    expect(diagnoseBackup(evidence({ repoMachine: { locks } })).healthy).toBe(true);
  });

  it('leaves a limit on idle sessions alone that the backup’s role does not have', () => {
    const sessions = { setting: 'client_idle_timeout', seconds: 60, roles: { esrep: '0' } };
    expect(diagnoseBackup(evidence({ nodeSeen: { sessions } })).healthy).toBe(true);
  });

  it('never takes what could not be read for healthy', () => {
    const named = diagnoseBackup(
      evidence({ node: { server: undefined, unread: [{ what: 'its server', reason: 'it is down' }] } }),
    );
    expect(named.unread).toEqual(['node1: its server could not be read: it is down']);
    const silent = diagnoseBackup(evidence({ repoMachine: { check: null } }));
    expect(silent).toMatchObject({ healthy: false, unread: ['repo: sys_rman check could not be read'] });
  });

  it('names the fault of a failed check, of a failed job, and of archive-push in the server’s log', () => {
    const failed = { code: 56, text: '', error: 'ERROR: [056]: unable to find primary cluster - cannot proceed' };
    expect(diagnoseBackup(evidence({ repoMachine: { check: failed } })).faults[0]?.id).toBe('backup/no-primary');
    const job = {
      job: 'full',
      startSeconds: NOW - 9,
      stopSeconds: NOW,
      exitCode: 50,
      tail: 'ERROR: [050]: unable to acquire lock on file',
    } as const;
    expect(diagnoseBackup(evidence({ repoSeen: { jobs: [job] } })).faults.map(({ id }) => id)).toEqual([
      'backup/locked',
      'backup/job-failed',
    ]);
    const waiting = { ...archiver, readySegments: 1, oldestReadySeconds: NOW - 5, lastFailedSeconds: NOW - 1 };
    const text =
      'ERROR: [103]: unable to find a valid repository:\n       repo1: [HostConnectError] x: Host key verification failed.';
    const ids = diagnoseBackup(
      evidence({ nodeSeen: { archiver: waiting }, nodeMachine: { serverLog: { path: '/s', text } } }),
    ).faults.map(({ id }) => id);
    expect(ids).toEqual(['backup/host-key', 'backup/archive-lag', 'backup/no-repository']);
  });

  it('prints the cure of each case as it is meant to be pasted', async () => {
    const cures = CASES.flatMap(([id, change]) => {
      const fault = diagnoseBackup(evidence(change)).faults.find((each) => each.id === id);
      const steps = (fault?.cure ?? []).map(
        ({ on, text, command }) => `  ${on ?? '-'}: ${text}\n    ${command ?? '-'}`,
      );
      return [`${id}\n${steps.join('\n')}`];
    });
    await expect(`${[...new Set(cures)].sort().join('\n\n')}\n`).toMatchFileSnapshot(
      '../../../golden/backup/cures.txt',
    );
  });

  it('has ids of its own for every rule, and a case for each', () => {
    const ids = FAULTS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
