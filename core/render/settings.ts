/** Settings of es_rep.conf as the vendor's installer writes them; a parameter of the user's takes the place of a default. */
import { KEEPALIVES } from '../topology/planCluster';
import type { ClusterSpec } from '../spec/types';
import type { NodePaths } from '../topology/types';
import { escapes, Literal, settingLiteral } from './escape';
import type { View } from './template';

/** The vendor puts these in quotes, all others bare. */
const QUOTED = new Set([
  'listen_addresses',
  'archive_command',
  'control_file_copy',
  'log_destination',
  'timezone',
  'lc_messages',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
]);

/** Our values; the same for every node of a cluster, as es_rep.conf is copied between them. */
export function ownSettings(spec: ClusterSpec, paths: NodePaths): Readonly<Record<string, string>> {
  return {
    listen_addresses: '*',
    port: String(spec.database.port),
    full_page_writes: 'on',
    wal_log_hints: 'on',
    max_wal_senders: '32',
    wal_keep_segments: '512',
    max_connections: '100',
    wal_level: 'replica',
    archive_mode: spec.archive.mode,
    archive_command: spec.archive.command,
    control_file_copy: `${paths.prefix}/copy_file`,
    max_replication_slots: '32',
    hot_standby: 'on',
    hot_standby_feedback: 'on',
    logging_collector: 'on',
    log_destination: 'csvlog',
    log_checkpoints: 'on',
    log_replication_commands: 'on',
    wal_compression: 'on',
    synchronous_commit: 'remote_apply',
    max_prepared_transactions: '100',
    shared_buffers: '512MB',
    fsync: 'on',
    timezone: spec.os.timezone,
    lc_messages: 'C',
    lc_monetary: 'C',
    lc_numeric: 'C',
    lc_time: 'C',
    password_encryption: spec.database.auth,
    tcp_keepalives_idle: String(KEEPALIVES.idle),
    tcp_keepalives_interval: String(KEEPALIVES.interval),
    tcp_keepalives_count: String(KEEPALIVES.count),
    tcp_user_timeout: String(spec.failover.tcpUserTimeoutMs),
    wal_sender_timeout: String(spec.failover.walSenderTimeoutMs),
    wal_receiver_timeout: String(spec.failover.walReceiverTimeoutMs),
  };
}

/** What es_rep.conf says in the end, by name: ours, then the user's own sorted by name. Handlers and policies read it too. */
export function effectiveSettings(spec: ClusterSpec, paths: NodePaths): Readonly<Record<string, string>> {
  const own = ownSettings(spec, paths);
  const given = Object.entries(spec.database.parameters);
  const more = given.filter(([name]) => !Object.hasOwn(own, name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const overridden = given.filter(([name]) => Object.hasOwn(own, name));
  return { ...own, ...Object.fromEntries(overridden), ...Object.fromEntries(more) };
}

export function settingsView(spec: ClusterSpec, paths: NodePaths, isDatabase: boolean): View {
  const own = ownSettings(spec, paths);
  const literals = Object.entries(effectiveSettings(spec, paths)).map(
    ([name, value]) => [name, settingLiteral(value, QUOTED.has(name))] as const,
  );
  const view: Record<string, Literal> = Object.fromEntries(literals.filter(([name]) => Object.hasOwn(own, name)));
  const more = literals.filter(([name]) => !Object.hasOwn(own, name)).map(([name, value]) => ({ name, value }));
  return { ...view, isDatabase, more };
}

/**
 * The inside of the quotes of shared_preload_libraries. What initdb wrote is known on the node only: `@@node:preload@@` is replaced there
 * by the list found outside our block, `repmgr` put first.
 */
export function preloadList(spec: ClusterSpec): string {
  return ['@@node:preload@@', ...(spec.database.preloadLibraries ?? [])].join(', ');
}

/** A left-bound column of a table, at least one blank wide after the value. */
export function column(value: string, width: number): Literal {
  return new Literal(escapes.word(value).padEnd(width));
}
