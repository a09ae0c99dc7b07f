/** From a plan to what each template of V8R3 needs. */
import { sortedCidrs } from '../../topology/addresses';
import { settingLiteral, escapes, Literal } from '../../render/escape';
import { column } from '../../render/settings';
import type { View } from '../../render/template';
import { addressOf } from '../plan/planV8r3';
import type { V8r3NodePlan, V8r3Peer, V8r3Plan, V8r3PoolPlan } from '../plan/types';
import type { V8r3Spec } from '../spec/types';

export function poolConfView({ spec }: V8r3Plan, node: V8r3NodePlan, own: V8r3PoolPlan): View {
  const { pool, virtualIps, database, recovery } = spec;
  return {
    port: pool.port,
    pcpPort: pool.pcpPort,
    children: pool.children,
    log: node.paths.log,
    run: node.paths.run,
    maintenanceUser: database.maintenanceUser,
    healthDatabase: database.healthDatabase,
    period: pool.healthCheck.periodSeconds,
    timeout: pool.healthCheck.timeoutSeconds,
    maxRetries: pool.healthCheck.maxRetries,
    retryDelay: pool.healthCheck.retryDelaySeconds,
    connectTimeout: pool.connectTimeoutMs,
    poolBin: node.paths.poolBin,
    searchPrimaryTimeout: pool.searchPrimaryTimeoutSeconds,
    trustedServers: spec.trustedServers.join(','),
    host: node.host,
    watchdogPort: pool.watchdogPort,
    priority: own.priority,
    virtualIp: addressOf(virtualIps.cluster),
    virtualIpLength: virtualIps.cluster.split('/')[1] ?? '',
    ipPath: recovery.ipPath,
    device: node.node.netDevice,
    arpingPath: recovery.arpingPath,
    interval: pool.watchdog.intervalSeconds,
    heartbeatPort: pool.heartbeatPort,
    keepalive: pool.watchdog.heartbeatKeepaliveSeconds,
    deadtime: pool.watchdog.heartbeatDeadtimeSeconds,
    peer: own.peer,
    backends: spec.nodes.map(({ id, host, weight }) => ({
      id,
      host,
      weight,
      port: database.port,
      data: node.paths.data,
    })),
    more: byName(pool.parameters).map(([name, value]) => ({ name, value })),
  };
}

export function haModuleView({ spec }: V8r3Plan, node: V8r3NodePlan): View {
  const { recovery, pool, database, virtualIps } = spec;
  const { paths } = node;
  return {
    device: node.node.netDevice,
    ipPath: recovery.ipPath,
    arpingPath: recovery.arpingPath,
    gateways: spec.trustedServers.join(','),
    host: node.host,
    syncFlag: bit(spec.replication.synchronous),
    databaseVirtualIp: virtualIps.database,
    clusterVirtualIp: addressOf(virtualIps.cluster),
    poolPort: pool.port,
    pcpPort: pool.pcpPort,
    watchdogPort: pool.watchdogPort,
    pcpUser: pool.pcpUser,
    etc: paths.etc,
    bin: paths.bin,
    lib: paths.lib,
    poolBin: paths.poolBin,
    poolLib: paths.poolLib,
    data: paths.data,
    log: paths.log,
    run: paths.run,
    maintenanceUser: database.maintenanceUser,
    database: database.name,
    databasePort: database.port,
    osUser: spec.os.user,
    allHosts: words(spec.nodes.map(({ host }) => host)),
    allNames: words(spec.nodes.map(({ name }) => name)),
    pool1: poolHost(spec, 0),
    pool2: poolHost(spec, 1),
    poolUser: pool.executeUser,
    pingTimes: recovery.pingTimes,
    sshTimeout: recovery.sshTimeoutSeconds,
    maxRetries: pool.healthCheck.maxRetries,
    retryDelay: pool.healthCheck.retryDelaySeconds,
    automaticPrimary: bit(recovery.automaticPrimary === true),
    name: node.name,
    availableLevel: bit(recovery.startWithoutPrimary),
    checkDisk: bit(recovery.checkDisk),
    mountPoints: words(recovery.mountPoints),
    mountRetries: recovery.mountCheckMaxRetries,
    dataSizeDiff: recovery.dataSizeDiffMiB,
  };
}

/** What the installer appends to kingbase.conf, as far as it says the same on each node; the user's own take their place, then follow by name. */
export function serverSettings(spec: V8r3Spec): Readonly<Record<string, string>> {
  const own: Readonly<Record<string, string>> = {
    max_wal_senders: '32',
    wal_keep_segments: '256',
    hot_standby_feedback: 'on',
    shared_buffers: '512MB',
    max_prepared_transactions: '100',
    port: String(spec.database.port),
    wal_level: 'replica',
    fsync: 'on',
    wal_log_hints: 'on',
    archive_mode: 'on',
    archive_dest: spec.directories.archive,
    max_replication_slots: String(spec.nodes.length * 2),
    hot_standby: 'on',
    log_destination: 'csvlog',
  };
  const given = byName(spec.database.parameters).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...own, ...Object.fromEntries(given) };
}

const QUOTED = new Set(['archive_dest', 'log_destination']);

export function serverView(spec: V8r3Spec): View {
  const settings = Object.entries(serverSettings(spec));
  return { settings: settings.map(([name, value]) => ({ name, value: settingLiteral(value, QUOTED.has(name)) })) };
}

/** A connection to a virtual IP from the node that carries it comes from that address. */
export function hbaView(spec: V8r3Spec): View {
  const own = sortedCidrs([...spec.nodes.map(({ host }) => host), ...Object.values(spec.virtualIps).map(addressOf)]);
  return {
    nodes: own.map((address) => ({ address: column(address, 18), user: column(spec.database.superuser, 15) })),
    clients: sortedCidrs(spec.clients).map((address) => ({ address: column(address, 18) })),
  };
}

export function poolHbaView(spec: V8r3Spec): View {
  const all = [
    ...spec.nodes.map(({ host }) => host),
    ...Object.values(spec.virtualIps).map(addressOf),
    ...spec.clients,
  ];
  return { addresses: sortedCidrs(all).map((address) => ({ address: column(address, 21) })) };
}

/** Another node's address: network_rewind.sh puts the primary's there before it uses the copy. */
export function recoveryDoneView({ spec }: V8r3Plan, node: V8r3NodePlan): View {
  return {
    port: spec.database.port,
    primary: node.peers[0]?.host ?? '',
    superuser: spec.database.superuser,
    name: node.name,
  };
}

/** This node among its peers, and itself as localhost: network_rewind.sh reaches root by ssh to localhost. */
export function sshConfigView({ spec }: V8r3Plan, node: V8r3NodePlan): View {
  const entry = ({ name, host, sshPort }: Pick<V8r3Peer, 'name' | 'host' | 'sshPort'>): View => ({
    name,
    host,
    port: sshPort,
    user: spec.os.user,
    identity: node.paths.ssh.identity,
    knownHosts: node.paths.ssh.knownHosts,
  });
  const localhost = { name: 'localhost', host: '127.0.0.1', sshPort: node.ports.ssh };
  return { hosts: [localhost, ...everyNode(node)].map(entry) };
}

export function knownHostsView(node: V8r3NodePlan): View {
  return {
    entries: everyNode(node).map(({ name, host, hostKey, sshPort }) => {
      const [type = '', key = ''] = hostKey.split(/\s+/);
      const names = name === node.name ? [host, '127.0.0.1', 'localhost'] : [host];
      return { names: names.map((one) => (sshPort === 22 ? one : `[${one}]:${sshPort}`)).join(','), type, key };
    }),
  };
}

/** Of the owner of the databases and of root alike: the failover script stops the old primary as the one and takes its address as the other. */
export function authorizedKeysView(node: V8r3NodePlan, publicKeys: Readonly<Record<string, string>>): View {
  const known = everyNode(node).filter(({ name }) => publicKeys[name] !== undefined);
  return {
    entries: known.map(({ name, host }) => {
      const [type = '', key = ''] = (publicKeys[name] as string).trim().split(/\s+/);
      const from = name === node.name ? `${host},127.0.0.1,::1` : host;
      return { from, type, key, comment: `pulumi-kingbase:${name}` };
    }),
  };
}

export function everyNode(node: V8r3NodePlan): V8r3Peer[] {
  const self = { name: node.name, host: node.host, hostKey: node.node.hostKey, sshPort: node.ports.ssh };
  return [self, ...node.peers].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function poolHost(spec: V8r3Spec, index: 0 | 1): string {
  return spec.nodes.find(({ name }) => name === spec.pools[index])?.host ?? '';
}

/** Inside the parentheses of a shell array; each word is refused where it is more than a word. */
function words(values: readonly string[]): Literal {
  return new Literal(values.map((value) => escapes.word(value)).join(' '));
}

function byName(values: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

function bit(value: boolean): number {
  return value ? 1 : 0;
}
