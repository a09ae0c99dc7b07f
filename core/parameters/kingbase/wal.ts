// Write-ahead log, checkpoints, replication, recovery.
import { choice, count, flag, MAX, measure, real, text } from '../rows';
import type { Parameter } from '../types';

const restart = { change: 'restart' } as const;
const es = { source: 'S es_rep.conf' } as const;

export const wal: readonly Parameter[] = [
  flag('fsync', 'on', 'Writes reach the disk before a commit is acknowledged.', {
    ...es,
    cluster: 'on',
    refused: {
      values: ['off'],
      reason: 'a power cut then leaves a database that cannot be trusted, and replicas of it',
      alternative: 'leave it out; for faster commits see synchronous_commit',
    },
  }),
  flag('full_page_writes', 'on', 'Whole pages in the WAL after a checkpoint.', {
    ...es,
    cluster: 'on',
    refused: {
      values: ['off'],
      reason: 'torn pages then survive a crash, and sys_rewind refuses such a node',
      alternative: 'leave it out; wal_compression makes the WAL smaller',
    },
  }),
  flag('wal_log_hints', 'off', 'Hint bits in the WAL; sys_rewind needs them or checksums.', {
    ...es,
    ...restart,
    cluster: 'on',
    refused: {
      values: ['off'],
      reason: 'a failed primary could then only come back by a full clone where checksums are off',
      alternative: 'leave it out',
    },
  }),
  flag('wal_compression', 'off', 'Compress whole pages in the WAL.', { ...es, cluster: 'on' }),
  choice(
    'synchronous_commit',
    ['on', 'off', 'local', 'remote_write', 'remote_apply'],
    'on',
    'What a commit waits for. remote_apply: the confirming standby shows it too.',
    { ...es, cluster: 'remote_apply' },
  ),
  choice(
    'wal_sync_method',
    ['fsync', 'fdatasync', 'open_sync', 'open_datasync'],
    'fdatasync',
    'How WAL is forced to disk; measure with sys_test_fsync before you change it.',
  ),
  measure('wal_buffers', '8kB', '-1', [-1, 262143], 'WAL in shared memory; -1 is 1/32 of shared_buffers.', restart),
  measure('wal_writer_delay', 'ms', '200ms', [1, 10000], 'Pause of the WAL writer.'),
  measure('wal_writer_flush_after', '8kB', '1MB', [0, MAX], 'WAL after which the WAL writer flushes.'),
  count('commit_delay', '0', [0, 100000], 'Microseconds a commit waits for others to share its flush.'),
  count('commit_siblings', '5', [0, 1000], 'Open transactions needed for commit_delay.'),
  flag('wal_init_zero', 'on', 'Fill new WAL files with zeroes.'),
  flag('wal_recycle', 'on', 'Rename old WAL files instead of making new ones.'),
  measure('checkpoint_timeout', 's', '5min', [30, 86400], 'Longest time between checkpoints.', { source: 'D par8' }),
  real('checkpoint_completion_target', '0.5', [0, 1], 'Share of that time over which a checkpoint is spread.'),
  count('checkpoint_flush_after', '32', [0, 256], 'Pages after which its writes are flushed.', { unit: '8kB' }),
  measure('checkpoint_warning', 's', '30s', [0, MAX], 'Warn when checkpoints come closer than this.'),
  measure(
    'max_wal_size',
    'MB',
    '1GB',
    [2, MAX],
    'WAL between two checkpoints, roughly. A promotion waits for what is not yet replayed.',
    { source: 'D par8' },
  ),
  measure('min_wal_size', 'MB', '80MB', [2, MAX], 'WAL files below this are recycled, not removed.'),
  measure(
    'archive_timeout',
    's',
    '0',
    [0, 1073741823],
    'Switch to a new segment at least this often, so that it is archived; bounds the loss when only the archive is left.',
    { source: 'D par8' },
  ),
  count('max_wal_senders', '10', [0, 262143], 'Walsenders: standbys, clones and backups at once.', {
    ...restart,
    ...es,
    cluster: '32',
  }),
  count(
    'wal_keep_segments',
    '0',
    [0, MAX],
    'Old WAL segments of 16 MiB kept for standbys and rewinds: 512 are 8 GiB of disk.',
    { ...es, cluster: '512' },
  ),
  count(
    'max_replication_slots',
    '10',
    [0, 262143],
    'Replication slots: one per node. A slot without its standby keeps WAL without bound in this release.',
    { ...restart, ...es, cluster: '32' },
  ),
  flag('track_commit_timestamp', 'off', 'Keep the time of each commit.', restart),
  flag(
    'hot_standby_feedback',
    'off',
    'A standby keeps the primary from removing rows its queries need: fewer cancelled queries, more bloat.',
    { ...es, cluster: 'on' },
  ),
  measure(
    'max_standby_archive_delay',
    'ms',
    '30s',
    [-1, MAX],
    'How long queries on a standby may hold up archived WAL; -1 is forever.',
  ),
  measure(
    'max_standby_streaming_delay',
    'ms',
    '30s',
    [-1, MAX],
    'How long queries on a standby may hold up streamed WAL; with remote_apply the commits of the primary wait too.',
  ),
  measure(
    'wal_receiver_status_interval',
    's',
    '10s',
    [0, 2147483],
    'How often a standby reports when nothing happens.',
  ),
  measure(
    'wal_retrieve_retry_interval',
    'ms',
    '5s',
    [1, MAX],
    'Pause before a standby asks for WAL again after a failure: part of the time until it follows a new primary.',
  ),
  count('vacuum_defer_cleanup_age', '0', [0, 1000000], 'Transactions by which clean-up is put off.'),
  count('max_logical_replication_workers', '4', [0, 262143], 'Logical replication workers.', restart),
  count('max_sync_workers_per_subscription', '2', [0, 262143], 'Table synchronisation workers per subscription.'),
  text('control_file_copy', '', 'Kingbase: further copies of sys_control, at most 8 paths separated by ;.', {
    ...restart,
    source: 'D dba9, S es_rep.conf',
    cluster: '<prefix>/copy_file',
  }),
  flag('restart_after_crash', 'on', 'Start again after a backend crashed.'),
];
