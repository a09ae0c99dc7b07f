// What a user writes as a parameter: unknown, owned, forbidden, out of range, with a wrong unit. Exact texts.
import { describe, expect, it } from 'vitest';
import { formatFinding } from '../../../core/finding';
import { changeClass, checkParameters, formatSetting, sameValue } from '../../../core/parameters/checkParameters';

function kingbase(name: string, value: string): string {
  return checkParameters('kingbase', { [name]: value }, 'V8R6')
    .map(formatFinding)
    .join('\n');
}

function repmgr(name: string, value: string): string {
  return checkParameters('repmgr', { [name]: value }, 'V8R6')
    .map(formatFinding)
    .join('\n');
}

describe('checkParameters of sys_rman.conf', () => {
  const rman = (name: string, value: string): string =>
    checkParameters('sysRman', { [name]: value }, 'V9')
      .map(formatFinding)
      .join('\n');

  it.each([
    ['buffer-size', '4MiB'],
    ['backup-standby', 'y'],
    ['checksum-page', 'y'],
    ['compress-level-network', '9'],
  ])('takes %s = %s', (name, value) => {
    expect(rman(name, value)).toBe('');
  });

  it.each([
    ['buffer-sise', '1MiB', 'sys_rman.conf has no parameter "buffer-sise"', 'did you mean buffer-size?'],
    [
      'nothing-like-it-at-all',
      '1',
      'has no parameter',
      'see docs/reference/parameters-sys_rman.md for the known ones.',
    ],
    ['work_mem', '1', 'has no parameter', 'it is a parameter of the server: put it under database.parameters.'],
    ['pg1-path', '/x', 'has no parameter', 'Kingbase calls it kb1-path, and it follows from directories.data.'],
    ['buffer-size', '3MiB', 'buffer-size: "3MiB" is not one of 16KiB, 32KiB', ''],
    ['compress-level-network', '10', 'compress-level-network: 10 is above 9', ''],
    [
      'process-max',
      '8',
      'process-max is not set here: it follows from another field',
      'set backup.resources.processMax.',
    ],
    ['repo1-path', '/x', 'repo1-path is not set here', 'set backup.path.'],
    ['lock-path', '/x', 'lock-path is not set here: our jobs, drills and diagnosis rest on it', 'leave it out.'],
    ['archive-check', 'n', 'archive-check is refused: with n a backup is called good', 'instead: leave it out.'],
    ['checksum-page', 'n', 'checksum-page=n is refused: a damaged page would go into every backup', 'leave it out;'],
  ])('refuses %s = %s', (name, value, message, hint) => {
    const said = rman(name, value);
    expect(said).toContain('backup.parameters');
    expect(said).toContain(message);
    expect(said).toContain(hint);
  });
});

describe('checkParameters', () => {
  it.each([
    ['shared_buffers', '128kB'],
    ['shared_buffers', '8GB'],
    ['shared_buffers', '16384'],
    ['shared_buffers', '1.5GB'],
    ['checkpoint_timeout', '30'],
    ['checkpoint_timeout', '1d'],
    ['autovacuum_vacuum_cost_delay', '0.5ms'],
    ['autovacuum_vacuum_cost_delay', '-1'],
    ['random_page_cost', '1.1'],
    ['seq_page_cost', '1e0'],
    ['jit', 'FALSE'],
    ['synchronous_commit', 'true'],
    ['huge_pages', 'Off'],
    ['search_path', '"$user", public'],
    ['log_line_prefix', "%m [%p] it's"],
    ['temp_tablespaces', ''],
    ['pg_hint_plan.enable_hint', 'on'],
    ['client_idle_timeout', '1800'],
    ['client_idle_timeout', '30min'],
  ])('takes %s = %s', (name, value) => {
    expect(kingbase(name, value)).toBe('');
  });

  it.each([
    ['shared_buffers', '16kB', 'shared_buffers: 16kB is below 128kB'],
    ['shared_buffers', '8', 'shared_buffers: 64kB is below 128kB'],
    ['shared_buffers', '16TB', 'shared_buffers: 16TB is above 8589934584kB'],
    ['checkpoint_timeout', '29s', 'checkpoint_timeout: 29s is below 30s'],
    ['checkpoint_timeout', '2d', 'checkpoint_timeout: 2d is above 1d'],
    ['client_idle_timeout', '1h', 'client_idle_timeout: 1h is above 30min'],
    ['max_connections', '0', 'max_connections: 0 is below 1'],
    ['wal_keep_segments', '-1', 'wal_keep_segments: -1 is below 0'],
    ['autovacuum_vacuum_scale_factor', '101', 'autovacuum_vacuum_scale_factor: 101 is above 100'],
    ['max_connections', '100MB', 'max_connections: 100MB has a unit, max_connections is a plain number'],
    ['work_mem', '64mb', 'work_mem: 64mb has the unknown unit mb'],
    ['work_mem', '64M', 'work_mem: 64M has the unknown unit M'],
    ['work_mem', '64s', 'work_mem: 64s has the unknown unit s'],
    ['work_mem', '1.5', 'work_mem: 1.5 is not a whole number'],
    ['work_mem', '', 'work_mem: "" is not a whole number'],
    ['work_mem', "'64MB'", "work_mem: '64MB' has quotes of its own"],
    ['jit', '"on"', 'jit: "on" has quotes of its own'],
    ['jit', 'maybe', 'jit: "maybe" is neither on nor off'],
    ['huge_pages', 'always', 'huge_pages: "always" is not one of off, on, try'],
    ['random_page_cost', 'cheap', 'random_page_cost: "cheap" is not a number'],
    [
      'fsync',
      'no',
      'fsync=off is refused: a power cut then leaves a database that cannot be trusted, and replicas of it',
    ],
    [
      'full_page_writes',
      'off',
      'full_page_writes=off is refused: torn pages then survive a crash, and sys_rewind refuses such a node',
    ],
    [
      'wal_log_hints',
      '0',
      'wal_log_hints=off is refused: a failed primary could then only come back by a full clone where checksums are off',
    ],
    [
      'autovacuum',
      'f',
      'autovacuum=off is refused: tables bloat and transaction ids are used up, which stops all writes',
    ],
    [
      'track_counts',
      'off',
      'track_counts=off is refused: autovacuum then never runs, until transaction ids are used up',
    ],
    [
      'primary_conninfo',
      'host=x',
      'primary_conninfo is not set here: repmgr writes it into kingbase.auto.conf at each clone, follow and rejoin',
    ],
    [
      'synchronous_standby_names',
      '*',
      'synchronous_standby_names is not set here: repmgrd sets it as standbys come and go',
    ],
    [
      'listen_addresses',
      '*',
      'listen_addresses is not set here: peers, the virtual IP and clients all connect to it; who may is decided by sys_hba and the firewall',
    ],
    ['PORT', '1', 'port is not set here: it also stands in conninfo, the firewall and the endpoints'],
    [
      'recovery_target_time',
      'now',
      'recovery_target_time is refused: left in the file it would end the recovery of a standby at that point',
    ],
    [
      'zero_damaged_pages',
      'on',
      'zero_damaged_pages is refused: it destroys data silently, on the primary and by replication everywhere',
    ],
    ['Shared_Buffers', '1GB', 'is spelt shared_buffers'],
    ['colour', 'red', 'the server has no parameter "colour"'],
    ['a b.c', 'x', 'the server has no parameter "a b.c"'],
  ])('refuses %s = %s', (name, value, message) => {
    expect(checkParameters('kingbase', { [name]: value }, 'V8R6').map((finding) => finding.message)).toEqual([message]);
  });

  it.each([
    ['shared_bufers', '1GB', 'did you mean shared_buffers?'],
    ['wal_keep_size', '1GB', 'this release counts segments of 16 MiB: use wal_keep_segments.'],
    ['reconnect_attempts', '3', 'it is a parameter of repmgr.conf: put it under repmgrParameters.'],
    [
      'colour',
      'red',
      'see docs/reference/parameters-kingbase.md for the known ones; one that is missing there can still be set by ALTER SYSTEM.',
    ],
    ['archive_mode', 'on', 'set archive.mode.'],
    ['hot_standby', 'off', 'leave it out: it stays on.'],
    ['external_pid_file', '/x', 'leave it out.'],
    ['promote_trigger_file', '/x', 'instead: repmgr standby promote.'],
    ['work_mem', '64mb', 'units are case-sensitive: write 64MB. Memory per sort or hash'],
    ['work_mem', '64K', 'units are case-sensitive: write 64kB. Memory'],
    ['work_mem', '64s', 'use one of B, kB, MB, GB, TB. Memory'],
    ['work_mem', '64 MB of it', 'write a number and a unit (B, kB, MB, GB, TB), for example 4MB.'],
    ['max_connections', 'many', 'write a whole number.'],
    ['work_mem', "'64MB'", 'write the value alone: 64MB; it is quoted as its file needs it.'],
    ['max_connections', '100kB', 'write 100.'],
    ['work_mem', '1.5', 'write 2.'],
    ['checkpoint_timeout', '1', 'choose 30s to 1d; the default is 5min.'],
    ['toString', 'x', 'see docs/reference/parameters-kingbase.md'],
  ])('helps with %s = %s', (name, value, hint) => {
    expect(kingbase(name, value)).toContain(`HINT: ${hint}`);
  });

  it.each([
    ['log_levl', 'DEBUG', 'did you mean log_level?'],
    ['pg_bindir', '/x', 'Kingbase calls it sys_bindir, and it follows from directories.prefix.'],
    ['shared_buffers', '1GB', 'it is a parameter of the server: put it under database.parameters.'],
    ['colour', 'red', 'see docs/reference/parameters-repmgr.md for the known ones.'],
    ['promote_command', '/x', 'leave it out.'],
    ['es_password', 'x', 'instead: remoteChannel.'],
    ['degraded_monitoring_timeout', '0', 'leave it out: -1 is never.'],
    ['log_level', 'LOUD', 'write one of INFO, DEBUG, NOTICE, WARNING, ERROR, ALERT, CRIT, EMERG.'],
    ['promote_check_interval', '0', 'choose 1s to 2147483647s'],
    ['barman.x', 'y', 'see docs/reference/parameters-repmgr.md'],
  ])('helps with %s = %s in repmgr.conf', (name, value, hint) => {
    expect(repmgr(name, value)).toContain(`HINT: ${hint}`);
  });

  it('knows which generation has a parameter', () => {
    expect(kingbase('license_file', '/l')).toBe(
      'database.parameters.license_file: license_file is not known to V8R6\nHINT: it is known to V9; leave it out.',
    );
    expect(checkParameters('kingbase', { license_file: '/l' }, 'V9').map((finding) => finding.code)).toEqual([
      'parameter/owned',
    ]);
  });

  it('tells of all, in the order they are written, each with its path', () => {
    const paths = checkParameters('kingbase', { zzz: '1', 'a b': '2', work_mem: '1kB' }, 'V9').map(
      (finding) => finding.path,
    );
    expect(paths).toEqual(['database.parameters.zzz', 'database.parameters["a b"]', 'database.parameters.work_mem']);
  });
});

describe('changeClass', () => {
  it.each([
    ['shared_buffers', 'restart'],
    ['work_mem', 'reload'],
    ['max_wal_senders', 'restart'],
    ['datestyle', 'reload'],
    ['some.extension', 'restart'],
  ])('says that %s needs a %s', (name, expected) => {
    expect(changeClass(name)).toBe(expected);
  });

  it('knows repmgr.conf', () => {
    expect(changeClass('log_level', 'repmgr')).toBe('reload');
    expect(changeClass('mount_point_list', 'repmgr')).toBe('restart');
  });
});

describe('sameValue', () => {
  it.each([
    ['shared_buffers', '1GB', '1024MB', true],
    ['shared_buffers', '128MB', '16384', true],
    ['shared_buffers', '128MB', '16385', false],
    ['max_wal_size', '1GB', '1024', true],
    ['checkpoint_timeout', '5min', '300', true],
    ['checkpoint_timeout', '300000ms', '5min', true],
    ['wal_retrieve_retry_interval', '5s', '5000', true],
    ['jit', 'true', 'on', true],
    ['jit', 'off', '0', true],
    ['huge_pages', 'TRY', 'try', true],
    ['synchronous_commit', 'yes', 'on', true],
    ['random_page_cost', '4', '4.0', true],
    ['search_path', 'a', 'A', false],
    ['some.extension', ' x ', 'x', true],
    ['shared_buffers', 'nonsense', 'nonsense ', true],
    ['wal_sender_timeout', '30000', '30s', true],
  ])('compares %s: %s and %s', (name, a, b, expected) => {
    expect(sameValue(name, a, b)).toBe(expected);
    expect(sameValue(name, b, a)).toBe(expected);
  });

  it('knows repmgr.conf', () => {
    expect(sameValue('monitoring_history', 'no', 'false', 'repmgr')).toBe(true);
  });
});

describe('formatSetting', () => {
  it.each([
    ['shared_buffers', '512MB', 'shared_buffers=512MB'],
    ['shared_buffers', '1.5GB', "shared_buffers='1.5GB'"],
    ['random_page_cost', '1.1', 'random_page_cost=1.1'],
    ['wal_keep_segments', '512', 'wal_keep_segments=512'],
    ['autovacuum_work_mem', '-1', 'autovacuum_work_mem=-1'],
    ['jit', 'off', 'jit=off'],
    ['default_transaction_isolation', 'repeatable read', "default_transaction_isolation='repeatable read'"],
    ['lc_messages', 'C', "lc_messages='C'"],
    ['log_line_prefix', "it's \\ %m", "log_line_prefix='it''s \\\\ %m'"],
    ['some.extension', '5', "some.extension='5'"],
  ])('writes %s = %s', (name, value, expected) => {
    expect(formatSetting(name, value)).toBe(expected);
  });
});
