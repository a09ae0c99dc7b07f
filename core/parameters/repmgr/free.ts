// repmgr.conf parameters that a user may set.
import { choice, count, flag, MAX, measure, text } from '../rows';
import type { Parameter } from '../types';

const upr = { source: 'U repmgr 5.0' } as const;
const LEVELS = ['INFO', 'DEBUG', 'NOTICE', 'WARNING', 'ERROR', 'ALERT', 'CRIT', 'EMERG'];
const FACILITIES = ['STDERR', 'LOCAL0', 'LOCAL1', 'LOCAL2', 'LOCAL3', 'LOCAL4', 'LOCAL5', 'LOCAL6', 'LOCAL7', 'USER'];

const seconds = (name: string, fallback: string, least: number, description: string, extra = {}): Parameter =>
  measure(name, 's', fallback, [least, MAX], description, { ...upr, ...extra });

export const free: readonly Parameter[] = [
  choice('log_level', LEVELS, 'INFO', 'Least level that repmgr and repmgrd log.', upr),
  choice('log_facility', FACILITIES, 'STDERR', 'Where repmgrd logs to; log_file takes precedence.', {
    ...upr,
    change: 'restart',
  }),
  seconds('log_status_interval', '300', 0, 'How often repmgrd logs that all is well; 0 is never.'),
  text(
    'event_notification_command',
    '',
    'Command run at events: %n node id, %e event, %s success, %t time, %d details. It must return at once: repmgrd waits for it, also during a failover.',
    upr,
  ),
  text('event_notifications', '', 'Events for which it runs, separated by commas; empty is all.', upr),
  seconds('witness_sync_interval', '15', 1, 'How often the witness copies the table of nodes.'),
  text('rsync_options', '', 'Options of rsync.', upr),
  text('ssh_options', '-q -o ConnectTimeout=10', 'Options of ssh, where scmd_options are not used.', {
    source: 'S old R6',
  }),
  text('tablespace_mapping', '', 'Where a clone puts a tablespace: /old=/new.', upr),
  seconds('promote_check_timeout', '60', 1, 'How long a promotion may take.'),
  seconds('promote_check_interval', '1', 1, 'How often it is looked at: part of the RTO.'),
  seconds('primary_follow_timeout', '60', 0, 'How long a standby waits for the new primary.'),
  seconds('standby_follow_timeout', '30', 0, 'How long a standby may take to attach to it.'),
  seconds('shutdown_check_timeout', '60', 0, 'How long a switchover waits for the old primary to stop.'),
  seconds(
    'standby_reconnect_timeout',
    '60',
    0,
    'How long a switchover waits for the old primary to return; at least node_rejoin_timeout.',
  ),
  seconds('node_rejoin_timeout', '60', 0, 'How long a rejoin may take.'),
  seconds('wal_receive_check_timeout', '30', 0, 'How long a switchover waits for the standby to have all WAL.'),
  choice(
    'connection_check_type',
    ['mix', 'ping', 'connection', 'query'],
    'ping',
    'How repmgrd looks at the primary. mix (Kingbase): ping and a connection.',
    { source: 'S repmgr.conf', cluster: 'mix' },
  ),
  seconds('primary_notification_timeout', '60', 0, 'How long a standby waits to be told of the new primary.'),
  seconds('repmgrd_standby_startup_timeout', '60', 0, 'How long repmgrd waits for its own standby to start.'),
  flag(
    'monitoring_history',
    'off',
    'Write lag into a table of the cluster’s database: it grows, and each row is a write on the primary.',
    { source: 'S repmgr.conf', cluster: 'no' },
  ),
  seconds('degraded_monitoring_timeout', '-1', -1, 'When repmgrd ends itself after it lost the primary; -1 is never.', {
    refused: {
      values: ['0'],
      reason: 'repmgrd would end at the first hiccup, and with it automatic failover',
      alternative: 'leave it out: -1 is never',
    },
  }),
  seconds('async_query_timeout', '60', 0, 'How long repmgrd waits for a query.'),
  flag(
    'standby_disconnect_on_failover',
    'off',
    'Standbys end their streaming before an election, so that none receives more meanwhile. Needs a superuser.',
    upr,
  ),
  seconds('sibling_nodes_disconnect_timeout', '30', 0, 'How long an election then waits for the others.'),
  flag('primary_visibility_consensus', 'off', 'No failover while another standby still sees the primary.', upr),
  text(
    'failover_validation_command',
    '',
    'Command that must succeed before a promotion: %n node id, %a node name.',
    upr,
  ),
  seconds('election_rerun_interval', '15', 0, 'Pause before an election is held again after that command failed.'),
  seconds('child_nodes_check_interval', '5', 1, 'How often the primary’s repmgrd counts its standbys.'),
  count('child_nodes_connected_min_count', '-1', [-1, MAX], 'Below this many standbys the command below runs.', upr),
  count('child_nodes_disconnect_min_count', '-1', [-1, MAX], 'From this many lost standbys on it runs.', upr),
  flag('child_nodes_connected_include_witness', 'off', 'Count the witness too.', upr),
  seconds('child_nodes_disconnect_timeout', '30', 0, 'How long they must be away: a fence for an isolated primary.'),
  text(
    'child_nodes_disconnect_command',
    '',
    'Command that runs then, for example one that stops the isolated primary.',
    upr,
  ),
  count(
    'archive_ready_warning',
    '16',
    [1, MAX],
    'Segments waiting for the archive: warning of `repmgr node check`.',
    upr,
  ),
  count('archive_ready_critical', '128', [1, MAX], 'The same: critical.', upr),
  seconds('replication_lag_warning', '300', 1, 'Lag: warning of `repmgr node check`.'),
  seconds('replication_lag_critical', '600', 1, 'The same: critical.'),
  text(
    'mount_point_list',
    '',
    'Kingbase: directories that kbha tests every 60 s; empty is the data directory. The separator is not established: name one.',
    { source: 'D dba9', change: 'restart' },
  ),
  count('lsn_lag_threshold', '16', [0, MAX], 'Kingbase: lag in MB above which a standby counts as too far behind.', {
    unit: 'MB',
    source: 'S dkr, unit I',
  }),
];
