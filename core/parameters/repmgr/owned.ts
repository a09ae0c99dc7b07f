// repmgr.conf parameters that follow from the specification, or that no cluster should have.
import { choice, count, flag, forbidden, MAX, measure, owned, text } from '../rows';
import type { Parameter } from '../types';

const scr = { source: 'S repmgr.conf' } as const;
const upr = { source: 'U repmgr 5.0' } as const;
const daemon = { change: 'restart' } as const;
const PER_NODE = 'it differs from node to node';
const BUDGET = 'the RTO budget is computed from it';
const VENDOR = 'the vendor’s tools and ours look for it there';

const identity: readonly Parameter[] = [
  owned(count('node_id', '', [1, MAX], 'Id of the node.', { ...scr, ...daemon }), 'nodes[].id', PER_NODE),
  owned(text('node_name', '', 'Name of the node.', { ...scr, ...daemon }), 'nodes[].name', PER_NODE),
  owned(
    text('conninfo', '', 'How others reach the node.', scr),
    'nodes[].host, database.port, failover.connectTimeoutSeconds',
    PER_NODE,
  ),
  owned(text('location', 'default', 'Location of the node.', scr), 'nodes[].location', PER_NODE),
  owned(count('priority', '100', [0, MAX], 'Promotion priority.', upr), 'nodes[].priority', PER_NODE),
  owned(
    text('replication_user', '', 'User of replication; default that of conninfo.', upr),
    'nothing: it is esrep',
    'sys_hba and the password files are written for esrep',
  ),
  owned(
    choice('replication_type', ['physical', 'bdr'], 'physical', 'Kind of replication.', { ...upr, ...daemon }),
    'nothing: it stays physical',
    'only physical replication is built here',
  ),
  owned(
    flag('use_replication_slots', 'off', 'Slots for standbys.', upr),
    'nothing: slots are always used',
    'without its slot a standby that was away for long must be cloned again',
  ),
  owned(
    choice('ha_running_mode', ['DG', 'TPTC'], 'DG', 'Kingbase: plain cluster, or two sites and three centres.', {
      ...scr,
      ...daemon,
    }),
    'nothing: it stays DG',
    'two sites and three centres are not built here',
  ),
  owned(
    flag('sync_in_same_location', 'off', 'Kingbase, TPTC: confirm in the same location.', scr),
    'replication',
    'only for two sites and three centres, which are not built here',
  ),
  owned(
    choice(
      'failover_need_server_alive',
      ['off', 'none', 'any', 'all'],
      'off',
      'Kingbase, TPTC: live nodes a failover needs.',
      scr,
    ),
    'failover',
    'only for two sites and three centres, which are not built here',
  ),
];

const paths: readonly Parameter[] = [
  ...['data_directory', 'sys_bindir', 'repmgr_bindir', 'config_directory'].map((name) =>
    owned(text(name, '', 'Path on the node.', { ...scr, ...daemon }), 'directories', VENDOR),
  ),
  ...['log_file', 'kbha_log_file', 'repmgrd_pid_file', 'kbha_pid_file'].map((name) =>
    owned(
      text(name, '', 'Path on the node.', { ...scr, ...daemon }),
      'directories.prefix',
      name.endsWith('pid_file') ? 'with another path a second daemon could start beside the first' : VENDOR,
    ),
  ),
  ...['ping_path', 'ipaddr_path', 'arping_path'].map((name) =>
    owned(
      text(name, '', 'Directory of the program.', { ...scr, ...daemon }),
      'virtualIp.privilege',
      'the copies with the needed rights lie there',
    ),
  ),
  owned(
    text('passfile', '', 'Password file.', upr),
    'the secret kingbase:passwords',
    'the passwords lie in ~/.kbpass on every node',
  ),
  owned(
    flag('use_primary_conninfo_password', 'off', 'Write the password into primary_conninfo.', upr),
    'the secret kingbase:passwords',
    'the password would stand in kingbase.auto.conf',
  ),
  owned(
    text('sys_basebackup_options', '', 'Options of the clone.', scr),
    'directories.wal',
    '--waldir follows from it',
  ),
];

const seconds = (name: string, fallback: string, source: Pick<Parameter, 'source'>, description: string): Parameter =>
  measure(name, 's', fallback, [0, MAX], description, source);

const failover: readonly Parameter[] = [
  owned(
    choice('failover', ['manual', 'automatic'], 'manual', 'Automatic failover.', scr),
    'failover.failover',
    'it is a field of its own',
  ),
  owned(
    choice('recovery', ['standby', 'automatic', 'manual'], 'standby', 'Kingbase: what becomes of a failed node.', scr),
    'failover.recovery',
    'it is a field of its own',
  ),
  owned(
    choice(
      'synchronous',
      ['quorum', 'sync', 'all', 'async', 'custom'],
      'quorum',
      'Kingbase: which standbys confirm.',
      scr,
    ),
    'replication.synchronous',
    'it is a field of its own',
  ),
  owned(text('sync_nodes', '', 'Kingbase: custom.', scr), 'replication.syncNodes', 'it is a field of its own'),
  owned(
    text('potential_nodes', '', 'Kingbase: custom.', scr),
    'replication.potentialNodes',
    'it is a field of its own',
  ),
  owned(text('async_nodes', '', 'Kingbase: custom.', scr), 'replication.asyncNodes', 'it is a field of its own'),
  owned(
    seconds('monitor_interval_secs', '2', upr, 'How often repmgrd looks.'),
    'failover.monitorIntervalSeconds',
    BUDGET,
  ),
  owned(
    count('reconnect_attempts', '6', [0, MAX], 'Looks before the primary counts as lost.', { ...scr, cluster: '10' }),
    'failover.reconnectAttempts',
    BUDGET,
  ),
  owned(seconds('reconnect_interval', '10', scr, 'Pause between them.'), 'failover.reconnectIntervalSeconds', BUDGET),
  owned(
    seconds('vip_timeout', '60', { source: 'D c9, default I' }, 'Kingbase: how long the virtual IP may take.'),
    'failover.vipTimeoutSeconds',
    BUDGET,
  ),
  owned(
    text('trusted_servers', '', 'Kingbase: addresses outside the cluster.', scr),
    'failover.trustedServers',
    'it is a field of its own',
  ),
  owned(
    flag('running_under_failure_trusted_servers', 'on', 'Kingbase: all of them are silent.', scr),
    'failover.runningUnderFailureTrustedServers',
    'it is a field of its own',
  ),
  owned(
    choice('auto_cluster_recovery_level', ['1', '0', '2'], '1', 'Kingbase: all nodes were down.', scr),
    'failover.autoClusterRecoveryLevel',
    'it is a field of its own',
  ),
  owned(
    flag('use_check_disk', 'off', 'Kingbase: the disk test failed.', scr),
    'failover.useCheckDisk',
    'it is a field of its own',
  ),
  owned(
    count('mount_check_max_retries', '6', [1, MAX], 'Kingbase: failed disk tests in a row.', { source: 'D dba9' }),
    'failover.mountCheckMaxRetries',
    'it is a field of its own',
  ),
  owned(
    text('virtual_ip', '', 'Kingbase: the virtual IP.', { ...scr, ...daemon }),
    'virtualIp',
    'it is a field of its own',
  ),
  owned(
    text('net_device', '', 'Kingbase: device of the virtual IP.', { ...scr, ...daemon }),
    'nodes[].netDevice',
    PER_NODE,
  ),
  owned(
    text('net_device_ip', '', 'Kingbase: address of that device.', { ...scr, ...daemon }),
    'nodes[].host',
    PER_NODE,
  ),
  owned(
    flag('use_scmd', 'on', 'Kingbase: sys_securecmd instead of ssh.', { ...scr, ...daemon }),
    'remoteChannel',
    'it is a field of its own',
  ),
  owned(
    text('scmd_options', '', 'Kingbase: options of that channel.', scr),
    'remoteChannel',
    'host keys are pinned there',
  ),
  owned(
    text('promote_command', '', 'How a standby is promoted.', scr),
    'nothing',
    'it calls repmgr standby promote with the right file',
  ),
  owned(
    text('follow_command', '', 'How a standby follows.', scr),
    'nothing',
    'it calls repmgr standby follow with the right file',
  ),
];

const SERVICE = [
  'service_start_command',
  'service_stop_command',
  'service_restart_command',
  'service_reload_command',
  'service_promote_command',
  'repmgrd_service_start_command',
  'repmgrd_service_stop_command',
];

const refused: readonly Parameter[] = [
  ...SERVICE.map((name) =>
    forbidden(
      text(name, '', 'Command of a service manager.', upr),
      'kbha and cron start and stop these processes; a second manager would work against them',
      'leave it out',
    ),
  ),
  ...['barman_host', 'barman_server', 'barman_config'].map((name) =>
    forbidden(
      text(name, '', 'Clone from Barman.', upr),
      'standbys are cloned from a node of the cluster',
      'leave it out',
    ),
  ),
  ...['restore_command', 'archive_cleanup_command', 'recovery_min_apply_delay'].map((name) =>
    forbidden(
      text(name, '', 'Written into a standby at its clone.', upr),
      'it would differ between nodes by when they were cloned',
      'leave it out; see the same name in parameters-kingbase.md',
    ),
  ),
  ...['es_user', 'es_password', 'es_port'].map((name) =>
    forbidden(
      text(name, '', 'Kingbase: channel before sys_securecmd.', { source: 'S dkr' }),
      'the old es_server channel keeps a password in plain text',
      'remoteChannel',
    ),
  ),
];

export const ownedRepmgr: readonly Parameter[] = [...identity, ...paths, ...failover, ...refused];
