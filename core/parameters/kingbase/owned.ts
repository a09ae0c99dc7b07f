// Parameters that a user may not set here: another field decides them, or no value of them is safe in a cluster.
import { choice, count, flag, forbidden, MAX, measure, owned, text } from '../rows';
import type { Parameter } from '../types';

const restart = { change: 'restart' } as const;
const es = { source: 'S es_rep.conf' } as const;

export const ownedByFields: readonly Parameter[] = [
  owned(
    text('listen_addresses', '*', 'Addresses the server listens on.', { ...restart, ...es, cluster: '*' }),
    'clients',
    'peers, the virtual IP and clients all connect to it; who may is decided by sys_hba and the firewall',
  ),
  owned(
    count('port', '54321', [1, 65535], 'Port of the server.', { ...restart, ...es, cluster: '<database.port>' }),
    'database.port',
    'it also stands in conninfo, the firewall and the endpoints',
  ),
  owned(
    choice('wal_level', ['replica', 'logical', 'minimal'], 'replica', 'What the WAL holds.', {
      ...restart,
      ...es,
      cluster: 'replica',
    }),
    'nothing: it stays replica',
    'standbys and backups need it',
  ),
  owned(
    choice('archive_mode', ['on', 'always', 'off'], 'off', 'WAL archiving.', {
      ...restart,
      ...es,
      cluster: '<archive.mode>',
    }),
    'archive.mode',
    'the archive is declared in one place',
  ),
  owned(
    text('archive_command', '', 'Command that archives a segment.', { ...es, cluster: '<archive.command>' }),
    'archive.to or archive.command',
    'the archive is declared in one place; a leftover second one would win or lose by chance',
  ),
  owned(
    flag('hot_standby', 'on', 'Standbys answer queries.', { ...restart, ...es, cluster: 'on' }),
    'nothing: it stays on',
    'repmgrd asks each standby by SQL',
  ),
  owned(
    text('primary_conninfo', '', 'How a standby reaches its primary.', { ...restart, source: 'F kingbase.auto.conf' }),
    'nodes',
    'repmgr writes it into kingbase.auto.conf at each clone, follow and rejoin',
  ),
  owned(
    text('primary_slot_name', '', 'Slot of a standby.', { ...restart, source: 'F kingbase.auto.conf' }),
    'nodes',
    'repmgr writes it into kingbase.auto.conf',
  ),
  owned(
    text('synchronous_standby_names', '', 'Standbys that confirm commits.', { source: 'F kbd' }),
    'replication.synchronous',
    'repmgrd sets it as standbys come and go',
  ),
  owned(
    text('recovery_target_timeline', 'latest', 'Timeline that recovery follows.', restart),
    'nothing: it stays latest',
    'a standby must follow a promotion',
  ),
  owned(
    text('restore_command', '', 'Command that fetches archived WAL.', restart),
    'a restore record',
    'a standby that silently takes WAL from an old archive can leave the primary’s timeline',
  ),
  owned(
    text('archive_cleanup_command', '', 'Command after each restart point.'),
    'the backup’s retention',
    'on a promoted standby it would clean another node’s archive',
  ),
  owned(
    measure('recovery_min_apply_delay', 'ms', '0', [0, MAX], 'Delay of a standby.'),
    'a node of another cluster',
    'the same file goes to every node, so no standby could be promoted in time',
  ),
  owned(
    text('shared_preload_libraries', '', 'Libraries loaded at the start.', { ...restart, source: 'S kingbase.conf' }),
    'database.preloadLibraries',
    'repmgr must stay first, and the product’s own libraries must stay',
  ),
  owned(
    text('timezone', 'PRC', 'Timezone of sessions.', { ...es, cluster: '<os.timezone>' }),
    'os.timezone',
    'timers and logs use the same one',
  ),
  owned(
    text('TimeZone', 'PRC', 'Timezone of sessions.', { ...es, cluster: '<os.timezone>' }),
    'os.timezone',
    'timers and logs use the same one',
  ),
  owned(
    choice('password_encryption', ['scram-sha-256', 'md5'], 'scram-sha-256', 'How new passwords are stored.', {
      source: 'D dba9',
      cluster: '<database.auth>',
    }),
    'database.auth',
    'it must fit the method in sys_hba.conf',
  ),
  owned(
    measure('tcp_user_timeout', 'ms', '0', [0, MAX], 'How long sent data may stay unacknowledged.', {
      ...es,
      cluster: '<failover.tcpUserTimeoutMs>',
    }),
    'failover.tcpUserTimeoutMs',
    'the RTO budget is computed from it',
  ),
  owned(
    measure('wal_sender_timeout', 'ms', '1min', [0, MAX], 'When the primary gives up a silent standby.', {
      ...es,
      cluster: '<failover.walSenderTimeoutMs>',
    }),
    'failover.walSenderTimeoutMs',
    'the RTO budget is computed from it',
  ),
  owned(
    measure('wal_receiver_timeout', 'ms', '1min', [0, MAX], 'When a standby gives up a silent primary.', {
      ...es,
      cluster: '<failover.walReceiverTimeoutMs>',
    }),
    'failover.walReceiverTimeoutMs',
    'the RTO budget is computed from it',
  ),
  owned(
    text('license_file', '', 'Path of the licence; empty is the trial licence of the package.', {
      ...restart,
      versions: ['V9'],
      source: 'D dba9, rel9',
    }),
    'install.license',
    'the licence lies where the installation puts it',
  ),
  owned(
    text('data_directory', '', 'Data directory.', restart),
    'directories.data',
    'repmgr, kbha and the backup know it from there',
  ),
  owned(
    text('hba_file', '', 'Path of sys_hba.conf.', restart),
    'clients',
    'sys_hba.conf is rendered into the data directory',
  ),
  owned(
    text('ident_file', '', 'Path of the user maps.', restart),
    'nothing: it stays in the data directory',
    'clones and rewinds copy it from there',
  ),
  owned(
    text('external_pid_file', '', 'Further pid file.', restart),
    'nothing',
    'two servers writing one pid file make kbha judge the wrong process',
  ),
  owned(
    text('unix_socket_directories', '/tmp', 'Directories of the socket.', { ...restart, source: 'F fld' }),
    'nothing: it stays /tmp',
    'the vendor’s tools look for the socket there',
  ),
  owned(
    text('include', '', 'Another file to read.'),
    'database.parameters',
    'a second file of settings could contradict this one',
  ),
  owned(
    text('include_dir', '', 'A directory of files to read.'),
    'database.parameters',
    'a second file of settings could contradict this one',
  ),
  owned(
    text('include_if_exists', '', 'Another file to read.'),
    'database.parameters',
    'a second file of settings could contradict this one',
  ),
];

const RECOVERY = [
  'recovery_target',
  'recovery_target_name',
  'recovery_target_time',
  'recovery_target_xid',
  'recovery_target_lsn',
  'recovery_target_inclusive',
  'recovery_target_action',
  'recovery_end_command',
];

export const forbiddenParameters: readonly Parameter[] = [
  ...RECOVERY.map((name) =>
    forbidden(
      text(name, '', 'Target of a point-in-time recovery.', restart),
      'left in the file it would end the recovery of a standby at that point',
      'restore by a recovery record, which removes it again',
    ),
  ),
  forbidden(
    text('promote_trigger_file', '', 'A file whose presence promotes a standby.'),
    'a promotion past repmgr makes two primaries',
    'repmgr standby promote',
  ),
  forbidden(
    flag('zero_damaged_pages', 'off', 'Overwrite damaged pages with zeroes.', { source: 'D seed' }),
    'it destroys data silently, on the primary and by replication everywhere',
    'SET it in the one session that rescues rows',
  ),
  forbidden(
    flag('ignore_checksum_failure', 'off', 'Read pages with wrong checksums.', { source: 'D seed' }),
    'damage is then copied into results, dumps and standbys',
    'SET it in the one session that rescues rows',
  ),
  forbidden(
    flag('ignore_system_indexes', 'off', 'Read catalogs without indexes.', restart),
    'it is for repairing a single instance',
    'PGOPTIONS of the one session that repairs',
  ),
  forbidden(
    flag('allow_system_table_mods', 'off', 'Let catalogs be changed.', restart),
    'a damaged catalog replicates to every node',
    'SET it in the one session that repairs',
  ),
  forbidden(
    flag('data_sync_retry', 'off', 'Go on after a failed fsync.', restart),
    'after a failed fsync the kernel may have dropped the data: the server must stop and replay',
    'leave it out',
  ),
  forbidden(
    flag('default_transaction_read_only', 'off', 'New transactions only read.'),
    'repmgrd and the backup must write on the primary',
    'ALTER ROLE … SET default_transaction_read_only = on',
  ),
  forbidden(
    choice('session_replication_role', ['origin', 'replica', 'local'], 'origin', 'How triggers and rules fire.'),
    'replica switches foreign keys off for everybody',
    'SET it in the one session that needs it',
  ),
  forbidden(
    flag('db_user_namespace', 'off', 'User names per database.'),
    'esrep and system could then not log in',
    'leave it out',
  ),
];
