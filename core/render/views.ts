/** From a plan to what each template needs. Names here and in the templates are the same set: a test compares them. */
import type { ClusterSpec } from '../spec/types';
import type { ClusterPlan, FirewallRule, NodePlan, PeerPlan } from '../topology/types';
import { isIpv6, sortedCidrs } from '../topology/addresses';
import { REPMGR_USER } from '../topology/planCluster';
import { LIBRARY_DIRECTORY } from '../topology/planPaths';
import { Literal } from './escape';
import { column } from './settings';
import type { View } from './template';

export const AUTOMATION = `${LIBRARY_DIRECTORY}/automation.sh`;
export const NFT_RULES = '/etc/pulumi-kingbase/pulumi-kingbase.nft';

export function securecmddConfigPath(plan: ClusterPlan): string {
  return plan.spec.version === 'V8R6' ? '/etc/.kes/securecmdd_config' : '/opt/kes/etc/securecmdd_config';
}

export function repmgrView({ spec }: ClusterPlan, node: NodePlan): View {
  const { paths } = node;
  const { failover, virtualIp } = spec;
  return {
    useScmd: spec.remoteChannel.kind === 'securecmdd' ? 'on' : 'off',
    nodeId: node.id,
    nodeName: node.name,
    conninfo: node.conninfo,
    dataDirectory: paths.data,
    logFile: paths.repmgrdLog,
    kbhaLogFile: paths.kbhaLog,
    binDirectory: paths.bin,
    scmdOptions: scmdOptions(node, failover.connectTimeoutSeconds),
    trustedServers: failover.trustedServers.join(','),
    runningUnderFailureTrustedServers: onOff(failover.runningUnderFailureTrustedServers),
    repmgrdPidFile: paths.repmgrdPid,
    kbhaPidFile: paths.kbhaPid,
    hasLocation: node.node.location !== 'default',
    location: node.node.location,
    failover: failover.failover,
    synchronous: spec.replication.synchronous,
    recovery: failover.recovery,
    autoClusterRecoveryLevel: failover.autoClusterRecoveryLevel,
    reconnectAttempts: failover.reconnectAttempts,
    reconnectInterval: failover.reconnectIntervalSeconds,
    repmgrConf: paths.repmgrConf,
    useCheckDisk: onOff(failover.useCheckDisk),
    hasVirtualIp: virtualIp !== undefined,
    virtualIp: virtualIp?.address ?? '',
    ipDirectory: directory(paths.ipPath),
    arpingDirectory: directory(paths.arpingPath),
    netDevice: node.role === 'witness' ? 'null' : node.node.netDevice,
    netDeviceIp: node.host,
    hasWalDirectory: paths.wal !== undefined,
    walDirectory: paths.wal ?? '',
    monitorIntervalSeconds: failover.monitorIntervalSeconds,
    more: moreRepmgrSettings(spec, node),
  };
}

/** Keys that the vendor's installer does not write, in a fixed order, then the user's by name. */
function moreRepmgrSettings(spec: ClusterSpec, node: NodePlan): View[] {
  const { failover, replication } = spec;
  const own: (readonly [string, string | number])[] = [];
  if (node.role === 'database') {
    own.push(['priority', node.node.priority]);
  }
  if (spec.virtualIp !== undefined) {
    own.push(['vip_timeout', failover.vipTimeoutSeconds]);
  }
  if (failover.useCheckDisk) {
    own.push(['mount_check_max_retries', failover.mountCheckMaxRetries]);
  }
  if (replication.synchronous === 'custom') {
    own.push(['sync_nodes', replication.syncNodes.join(',')]);
    own.push(['potential_nodes', replication.potentialNodes.join(',')]);
    own.push(['async_nodes', replication.asyncNodes.join(',')]);
  }
  const given = Object.entries(spec.repmgrParameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return [...own, ...given].map(([name, value]) => ({ name, value }));
}

/**
 * Options for ssh or sys_securecmd, in the vendor's order with ours in between: pinned host keys and our own key. For sys_securecmd these
 * are the options of the ssh it descends from; that the vendor's build takes them is not proved.
 */
export function scmdOptions(node: NodePlan, connectTimeoutSeconds: number): string {
  const { ssh } = node.paths;
  return [
    `-q -o ConnectTimeout=${connectTimeoutSeconds}`,
    '-o StrictHostKeyChecking=yes',
    `-o UserKnownHostsFile=${ssh.knownHosts}`,
    `-o IdentityFile=${ssh.identity}`,
    '-o BatchMode=yes',
    `-p ${node.ports.remoteChannel}`,
    '-o ServerAliveInterval=2 -o ServerAliveCountMax=3',
  ].join(' ');
}

/** Nodes connect to one another and to themselves; on the primary a connection to the virtual IP, or to the address that moves, also comes from it. */
export function hbaView({ spec, nodes }: ClusterPlan): View {
  const members = nodes.filter((node) => node.role !== 'repository').map((node) => node.host);
  const virtualIp = spec.virtualIp === undefined ? [] : [spec.virtualIp.address.split('/')[0] as string];
  const moved = spec.endpoint?.kind === 'secondaryAddress' ? spec.endpoint.addresses : [];
  const method = spec.database.auth;
  const rows = (addresses: readonly string[]) =>
    sortedCidrs(addresses).map((address) => ({ address: column(address, 43), method }));
  return { auth: method, nodes: rows([...members, ...virtualIp, ...moved]), clients: rows(spec.clients) };
}

export function passwordView({ spec }: ClusterPlan): View {
  return { port: spec.database.port, superuser: spec.database.superuser, repmgrUser: REPMGR_USER };
}

export function cronView({ cron }: Pick<NodePlan, 'cron'>): View {
  return { automation: AUTOMATION, line: cron?.line ?? '' };
}

export function automationView({ spec }: ClusterPlan, node: NodePlan): View {
  const form = node.cron?.form ?? 'cron.d';
  return { form, user: spec.os.user, file: form === 'cron.d' ? (node.cron?.path ?? '') : '' };
}

/** This node among its peers: the vendor's scripts reach their own host the same way as the others. */
function everyNode(node: NodePlan): PeerPlan[] {
  const self = { ...node, hostKey: node.node.hostKey, sshPort: node.ports.ssh };
  return [self, ...node.peers].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function sshConfigView({ spec }: ClusterPlan, node: NodePlan): View {
  const { ssh } = node.paths;
  return {
    hosts: everyNode(node).map((peer) => ({
      name: peer.name,
      host: peer.host,
      port: peer.sshPort,
      user: spec.os.user,
      identity: ssh.identity,
      knownHosts: ssh.knownHosts,
    })),
  };
}

export function knownHostsView({ spec }: ClusterPlan, node: NodePlan): View {
  const channel = spec.remoteChannel;
  const entries = everyNode(node).map((peer) => {
    const ports = channel.kind === 'securecmdd' ? [peer.sshPort, channel.port] : [peer.sshPort];
    const [type = '', key = ''] = peer.hostKey.trim().split(/\s+/);
    return { names: [...new Set(ports)].map((port) => knownName(peer.host, port)).join(','), type, key };
  });
  return { entries };
}

/** ssh looks an address up as it is at port 22, and as `[address]:port` elsewhere. */
function knownName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** publicKeys: node name → OpenSSH public key line. Nodes whose key is not known yet have no entry. */
export function authorizedKeysView(node: NodePlan, publicKeys: Readonly<Record<string, string>>): View {
  const known = everyNode(node).filter((peer) => publicKeys[peer.name] !== undefined);
  return {
    entries: known.map((peer) => {
      const [type = '', key = ''] = (publicKeys[peer.name] as string).trim().split(/\s+/);
      return { from: peer.host, type, key, comment: `pulumi-kingbase:${peer.name}` };
    }),
  };
}

export function securecmddView({ spec }: ClusterPlan, node: NodePlan): View {
  return {
    port: spec.remoteChannel.port,
    keyKind: hostKeyKind(node.node.hostKey),
    user: spec.os.user,
    authorizedKeys: node.paths.ssh.authorizedKeys,
  };
}

/** What firewall files need of a node. */
export interface FirewalledNode {
  readonly cluster: string;
  readonly firewall: readonly FirewallRule[];
  readonly ports: { readonly database: number; readonly ssh: number };
}

export function firewalldPolicyView(node: FirewalledNode): View {
  const rules = node.firewall.flatMap((rule) =>
    rule.sources.map((source) => ({
      family: isIpv6(source) ? 'ipv6' : 'ipv4',
      source,
      isService: rule.port === node.ports.database,
      isPort: rule.port !== 'icmp' && rule.port !== node.ports.database,
      isProtocol: rule.port === 'icmp',
      port: rule.port,
      protocol: rule.port === 'icmp' && isIpv6(source) ? 'ipv6-icmp' : rule.protocol,
    })),
  );
  return { cluster: node.cluster, rules };
}

/** Only the cluster's own ports: a table that restricts must not know ssh. */
export function nftView(node: FirewalledNode): View {
  return {
    ports: ownRules(node).map((rule) => ({
      port: rule.port as number,
      protocol: rule.protocol,
      // Only tcp has a reset; of udp nothing is said to a stranger.
      refusal: new Literal(rule.protocol === 'tcp' ? 'reject with tcp reset' : 'drop'),
      accepts: ['ip', 'ip6'].flatMap((family) => nftAccept(rule, family)),
    })),
  };
}

function nftAccept(rule: FirewallRule, family: string): View[] {
  const sources = rule.sources.filter((source) => isIpv6(source) === (family === 'ip6'));
  return sources.length === 0
    ? []
    : [{ family, sources: sources.join(','), protocol: rule.protocol, port: rule.port as number }];
}

function ownRules(node: FirewalledNode): FirewallRule[] {
  return node.firewall.filter((rule) => rule.port !== 'icmp' && rule.port !== node.ports.ssh);
}

/** The daemon shows the host key that is pinned for the host's sshd: one key to verify, not two. */
function hostKeyKind(hostKey: string): string {
  const type = hostKey.trim().split(/\s+/)[0] ?? '';
  return type.startsWith('ecdsa') ? 'ecdsa' : type === 'ssh-rsa' ? 'rsa' : 'ed25519';
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}

function directory(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
