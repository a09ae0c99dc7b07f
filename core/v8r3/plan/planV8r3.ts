/** V8r3Spec → V8r3Plan: ids, paths, ports, peers, firewall, cron, endpoints. */
import { widestCidrs } from '../../topology/addresses';
import { STATE_DIRECTORY } from '../../topology/planPaths';
import type { FirewallRule } from '../../topology/types';
import type { V8r3NodeSpec, V8r3Spec } from '../spec/types';
import type { V8r3NodePlan, V8r3Paths, V8r3Plan, V8r3PoolPlan } from './types';

export function planV8r3(spec: V8r3Spec): V8r3Plan {
  return {
    spec,
    nodes: spec.nodes.map((node) => planNode(spec, node)),
    endpoints: {
      pool: `${addressOf(spec.virtualIps.cluster)}:${spec.pool.port}`,
      database: `${addressOf(spec.virtualIps.database)}:${spec.database.port}`,
    },
  };
}

export function addressOf(virtualIp: string): string {
  return virtualIp.split('/')[0] as string;
}

function planNode(spec: V8r3Spec, node: V8r3NodeSpec): V8r3NodePlan {
  const paths = planV8r3Paths(spec);
  const pool = planPool(spec, node);
  return {
    cluster: spec.name,
    name: node.name,
    id: node.id,
    host: node.host,
    node,
    pool,
    paths,
    ports: { database: spec.database.port, ssh: sshPort(spec, node) },
    peers: spec.nodes
      .filter((other) => other.name !== node.name)
      .map((other) => ({ name: other.name, host: other.host, hostKey: other.hostKey, sshPort: sshPort(spec, other) })),
    firewall: planFirewall(spec, node, pool),
    cron: [
      `*/1 * * * * ${spec.os.user}  ${paths.bin}/network_rewind.sh`,
      // root whatever executeUser is: the scripts search the line with this very text.
      ...(pool === undefined ? [] : [`*/1 * * * * root  ${paths.poolBin}/restartcluster.sh`]),
    ],
  };
}

function planPool(spec: V8r3Spec, node: V8r3NodeSpec): V8r3PoolPlan | undefined {
  const index = spec.pools.indexOf(node.name);
  if (index < 0) return undefined;
  const peer = spec.nodes.find(({ name }) => name === spec.pools[1 - index]) as V8r3NodeSpec;
  return { priority: spec.pool.watchdog.priorities[index] as number, peer: peer.host };
}

function planFirewall(spec: V8r3Spec, node: V8r3NodeSpec, pool: V8r3PoolPlan | undefined): FirewallRule[] {
  const nodes = widestCidrs(spec.nodes.filter((other) => other.name !== node.name).map(({ host }) => host));
  const clients = widestCidrs([...nodes, ...spec.clients]);
  const { port, pcpPort, watchdogPort, heartbeatPort } = spec.pool;
  const database: FirewallRule[] = [
    { port: spec.database.port, protocol: 'tcp', sources: clients, why: 'database: pools, nodes and clients' },
    { port: sshPort(spec, node), protocol: 'tcp', sources: nodes, why: 'ssh of the scripts' },
    { port: 'icmp', protocol: 'icmp', sources: clients, why: 'ping' },
  ];
  if (pool === undefined) return database;
  const peer = widestCidrs([pool.peer]);
  return [
    ...database,
    { port, protocol: 'tcp', sources: clients, why: 'pool: scripts and clients' },
    { port: pcpPort, protocol: 'tcp', sources: nodes, why: 'pcp_attach_node from any node' },
    { port: watchdogPort, protocol: 'tcp', sources: peer, why: 'watchdog of the other pool' },
    { port: heartbeatPort, protocol: 'udp', sources: peer, why: 'its heartbeat' },
  ];
}

function sshPort(spec: V8r3Spec, node: V8r3NodeSpec): number {
  return node.connection?.port ?? spec.connection.port;
}

export function planV8r3Paths(spec: V8r3Spec): V8r3Paths {
  const { cluster, data, archive } = spec.directories;
  const { home } = spec.os;
  return {
    cluster,
    bin: `${cluster}/db/bin`,
    etc: `${cluster}/db/etc`,
    lib: `${cluster}/db/lib`,
    poolBin: `${cluster}/kingbasecluster/bin`,
    poolEtc: `${cluster}/kingbasecluster/etc`,
    poolLib: `${cluster}/kingbasecluster/lib`,
    data,
    archive,
    log: `${cluster}/log`,
    run: `${cluster}/run/kingbasecluster`,
    home,
    state: `${STATE_DIRECTORY}/${spec.name}`,
    ssh: {
      directory: `${home}/.ssh`,
      config: `${home}/.ssh/config`,
      knownHosts: `${home}/.ssh/known_hosts_pulumi_kingbase`,
      authorizedKeys: `${home}/.ssh/authorized_keys`,
      identity: `${home}/.ssh/id_ed25519_pulumi_kingbase`,
    },
  };
}
