// Texts of the guide, as tools print them: each names its fault, and first.
import { describe, expect, it } from 'vitest';
import { diagnoseBackup } from '../../../../core/backup/diagnosis/diagnoseBackup';
import { FAULTS } from '../../../../core/backup/diagnosis/faults';
import { recogniseText } from '../../../../core/backup/diagnosis/recogniseText';
import { evidence } from '../../../support/backupEvidence';

const TEXTS: readonly (readonly [string, string])[] = [
  ['backup/repo-ip', 'ERROR: repo_ip must located in local, and sys_backup.sh be executed at REPO host.'],
  ['backup/system-parameters', 'ERROR: sys_rman parameters not varilable'],
  ['backup/out-of-memory', 'kernel: Out of memory: Killed process 4711 (sys_rman) total-vm:812kB'],
  [
    'backup/wal-not-archived',
    'ERROR: [082]: WAL segment 000000010000000000000007 was not archived before the 60000ms timeout',
  ],
  ['backup/idle-timeout', "Assert:[025] 'check cancel !=NULL' failed."],
  ['backup/vendor-conf', 'ERROR: sys_backup.conf does not exist'],
  ['backup/vendor-conf', 'ERROR: sys_backup.conf invalid.'],
  ['backup/repository-access', 'ERROR: Configured repo-path [/kbrepo] is NOT accessible to current user'],
  ['backup/repository-access', "ERROR: at 10.0.0.11, user 'kingbase' can not access the repo-path[/kbrepo]"],
  ['backup/vendor-repository-exists', 'ERROR: Configured repo-path [/kbrepo/kbbr_repo] already exists'],
  ['backup/vendor-numbers', 'ERROR: Configured repo-retention-full invalid.'],
  ['backup/vendor-numbers', 'ERROR: Configured crond-full-days invalid.'],
  ['backup/vendor-not-initialised', 'ERROR: sys_backup.sh init must executed firstly'],
  ['backup/vendor-user', 'ERROR: sys_backup.sh must be executed by db-specify user'],
  ['backup/vendor-keygen', 'ERROR: local ssh-keygen fail,please check /tmp/ssh-keygen.log'],
  ['backup/vendor-cluster-conf', "ERROR: config file '/kb/etc/repmgr.conf' does not exist"],
  ['backup/vendor-cluster-conf', "ERROR: config file '/kb/etc/repmgr.conf' at '10.0.0.11' invalid"],
  ['backup/no-primary', 'ERROR: can not connect to db at 10.0.0.11,please check /kbdata/data/sys_log/'],
  ['backup/vendor-step-failed', 'ERROR: create stanza failed, check log file /tmp/sys_rman_stanza-create.log'],
  ['backup/vendor-step-failed', 'ERROR: check stanza failed, check log file /tmp/sys_rman_check.log'],
  ['backup/vendor-step-failed', 'ERROR: full backup failed, check log file /tmp/sys_rman_backup_full.log'],
  ['backup/wal-piled-up', 'ERROR RMAN-00500: Non archived WAL files more than 1024 M'],
  [
    'backup/clock',
    "ERROR: [029]: new backup label '20261121-010000F' is not later than latest backup label '20261121-020000F'",
  ],
  ['backup/object-store', 'ERROR: [039]: HTTP request failed with 403 (Forbidden)'],
  [
    'backup/locked',
    "ERROR: [050]: unable to acquire lock on file '/tmp/sys_rman/kingbase-backup.lock': Resource temporarily unavailable",
  ],
  ['backup/stale-control', 'ERROR: [055]: sys_control must be present in all online backups'],
  ['backup/no-primary', 'ERROR: [056]: unable to find primary cluster - cannot proceed'],
  [
    'backup/no-primary',
    'WARN: unable to check kb-1: [DbConnectError] unable to connect: FATAL: database "kingbase" does not exist',
  ],
  [
    'backup/data-path',
    "ERROR: [058]: version '12' and path '/kbdata/data' queried from cluster do not match version '12' and '/elsewhere'",
  ],
  ['backup/no-repository', 'ERROR: [103]: unable to find a valid repository:'],
  [
    'backup/page-fell-back',
    'WARN: [027] Cannot do block-level incremental backup of base/1, has been changed to file-level',
  ],
  ['backup/restore-target', 'ERROR: [032]: Current options maybe restore to newest data from archive WAL files'],
  [
    'backup/manifest-missing',
    "ERROR: [055]: unable to open missing file '/kbrepo/backup/kingbase/20261114-020000F/backup.manifest' for read",
  ],
  ['backup/openssl-conf', 'could not load the shared library:/usr/lib/libssl_conf.so: cannot open shared object file'],
  ['backup/tool-missing', 'bash: line 1: /kb/bin/sys_rman: No such file or directory'],
  [
    'backup/host-key',
    'ERROR: [125]: remote-0 process on 10.0.0.14 terminated unexpectedly [255]: Host key verification failed.',
  ],
  ['backup/ssh', 'kingbase@10.0.0.14: Permission denied (publickey).'],
  ['backup/repository-host-off', 'ssh: connect to host 10.0.0.14 port 22: No route to host'],
  ['backup/repository-full', 'ERROR: [084]: unable to write to /kbrepo/x: [28] No space left on device'],
  ['backup/archiving-off', 'ERROR: [087]: archive_mode must be enabled'],
  ['backup/archive-command', "ERROR: [068]: archive_command '/bin/true' must contain pgbackrest"],
  ['backup/archive-lag', 'LOG:  archive command failed with exit code 103'],
  ['backup/stopped', 'ERROR: [062]: stop file exists for stanza kingbase'],
  [
    'backup/foreign-stanza',
    'ERROR: [044]: WAL file version 12, system-id 7 do not match stanza version 12, system-id 8',
  ],
  [
    'backup/stanza-missing',
    "ERROR: [055]: unable to load info file '/kbrepo/archive/kingbase/archive.info' or '/kbrepo/archive/kingbase/archive.info.copy':",
  ],
  ['backup/conf-disagrees', 'ERROR: [037]: archive-push command requires option: stanza'],
  ['backup/protocol-timeout', 'ERROR: [066]: timeout after 1830000ms waiting for read from remote-0'],
  ['backup/no-backup', 'ERROR: no prior backup exists'],
  ['backup/damaged', "ERROR: invalid checksum '20261114-020000F/pg_data/base/1/1259'"],
  ['backup/remove-ipc', 'FATAL:  could not open shared memory segment "/PostgreSQL.1": No such file or directory'],
  ['backup/semaphores', 'FATAL:  could not create semaphores: No space left'],
  ['backup/shared-memory', 'FATAL:  could not resize shared memory segment: Cannot'],
  ['backup/repository-low', 'WARN: disk space of repo1 less than warn'],
];

describe('texts of tools', () => {
  it.each(TEXTS)('%s: %s', (id, text) => {
    expect(recogniseText(text)[0]?.id).toBe(id);
    const { faults, unknown, healthy } = diagnoseBackup(evidence({ text }));
    expect(healthy).toBe(false);
    expect(unknown).toEqual([]);
    expect(faults[0]?.id).toBe(id);
    expect(faults[0]?.evidence.join('\n')).toContain(text.slice(-30));
    expect(faults[0]?.cure.length).toBeGreaterThan(0);
  });

  it('is not recognised once the body of its rule is taken out', () => {
    const idle = FAULTS.map((rule) => ({ rule, others: FAULTS.filter((other) => other !== rule) }));
    const unguarded = idle
      .filter(({ rule }) => rule.texts.length > 0)
      .filter(({ rule, others }) =>
        TEXTS.filter(([id]) => id === rule.id).every(([, text]) => recogniseText(text, {}, others)[0]?.id === rule.id),
      )
      .map(({ rule }) => rule.id);
    expect(unguarded).toEqual([]);
  });

  it('knows nothing of a text of another kind, and the diagnosis reports it as it is', () => {
    const text = 'ERROR: [999]: the moon is full';
    expect(recogniseText(text)).toEqual([]);
    const { faults, unknown, healthy } = diagnoseBackup(evidence({ text }));
    expect(healthy).toBe(false);
    expect(faults).toEqual([]);
    expect(unknown).toEqual([{ node: 'repo', where: 'brought along', text }]);
  });

  it('puts the cause before its consequence', () => {
    const text =
      'ERROR: [082]: WAL segment 000000010000000000000007 was not archived before the 60000ms timeout\nERROR: [125]: Host key verification failed.';
    expect(recogniseText(text).map(({ id }) => id)).toEqual(['backup/host-key', 'backup/wal-not-archived']);
  });

  it('fills the names of a cluster into the cure where they are known', () => {
    const [fault] = recogniseText('[062]: stop file exists for stanza kingbase', {
      bin: '/kb/bin',
      user: 'kingbase',
      conf: '/kbrepo/sys_rman.conf',
      stanza: 'kingbase',
      host: 'repo',
    });
    expect(fault?.cure[0]).toMatchObject({
      on: 'repo',
      command: 'runuser -u kingbase -- /kb/bin/sys_rman --config=/kbrepo/sys_rman.conf --stanza=kingbase start',
    });
  });
});
