/** ClusterSpec → ClusterPlan: ids, paths, ports, peers, firewall, cron, endpoints. Everything that follows from the spec, derived once. */
import { planBackup, planNodeBackup } from '../backup/planBackup';
import type { ClusterSpec, NodeSpec } from '../spec/types';
import { hostPort, widestCidrs } from './addresses';
import { CRON_FILE } from './cronFile';
import { planPaths } from './planPaths';
import type { ClusterPlan, CronPlan, FirewallRule, NodePaths, NodePlan, PeerPlan } from './types';

/** Database and user of repmgr's own metadata, as the vendor's installer names them. */
export const REPMGR_DATABASE = 'esrep';
export const REPMGR_USER = 'esrep';
/** What the vendor's installer writes to tcp_keepalives_* and into conninfo (install.conf defaults). */
export const KEEPALIVES = { idle: 2, interval: 2, count: 3 } as const;

export function planCluster(spec: ClusterSpec): ClusterPlan {
  const backup = planBackup(spec, planPaths(spec));
  return {
    spec,
    nodes: spec.nodes.map((node) => planNode(spec, node)),
    endpoints: planEndpoints(spec),
    ...(backup === undefined ? {} : { backup }),
  };
}

function planNode(spec: ClusterSpec, node: NodeSpec): NodePlan {
  const paths = planPaths(spec);
  const backup = planNodeBackup(spec, node, paths);
  return {
    cluster: spec.name,
    name: node.name,
    id: node.id,
    host: node.host,
    role: node.role,
    node,
    paths,
    ports: {
      database: spec.database.port,
      ssh: sshPort(spec, node),
      remoteChannel: spec.remoteChannel.port,
    },
    peers: spec.nodes.filter((other) => other.name !== node.name).map((other) => planPeer(spec, other)),
    slotName: `repmgr_slot_${node.id}`,
    conninfo: conninfo(spec, node),
    firewall: planFirewall(spec, node),
    cron: node.role === 'repository' ? undefined : planCron(spec, paths),
    ...(backup === undefined ? {} : { backup }),
  };
}

function planPeer(spec: ClusterSpec, node: NodeSpec): PeerPlan {
  return {
    name: node.name,
    host: node.host,
    role: node.role,
    id: node.id,
    hostKey: node.hostKey,
    sshPort: sshPort(spec, node),
  };
}

/** repmgr.conf carries one `-p` for all peers: over ssh that port is everybody's; else each node's own sshd counts. */
function sshPort(spec: ClusterSpec, node: NodeSpec): number {
  return spec.remoteChannel.kind === 'ssh' ? spec.remoteChannel.port : (node.connection?.port ?? spec.connection.port);
}

/** In the vendor's order; tools of the vendor compare and edit this string as text. */
function conninfo(spec: ClusterSpec, node: NodeSpec): string {
  return [
    `host=${node.host}`,
    `user=${REPMGR_USER}`,
    `dbname=${REPMGR_DATABASE}`,
    `port=${spec.database.port}`,
    `connect_timeout=${spec.failover.connectTimeoutSeconds}`,
    'keepalives=1',
    `keepalives_idle=${KEEPALIVES.idle}`,
    `keepalives_interval=${KEEPALIVES.interval}`,
    `keepalives_count=${KEEPALIVES.count}`,
    `tcp_user_timeout=${spec.failover.tcpUserTimeoutMs}`,
  ].join(' ');
}

function planFirewall(spec: ClusterSpec, node: NodeSpec): FirewallRule[] {
  const others = spec.nodes.filter((other) => other.name !== node.name);
  const all = widestCidrs(others.map((other) => other.host));
  const database = widestCidrs(others.filter((other) => other.role !== 'repository').map((other) => other.host));
  const clients = widestCidrs([...database, ...spec.clients]);
  const rules: FirewallRule[] = [
    { port: sshPort(spec, node), protocol: 'tcp', sources: all, why: 'ssh between the nodes' },
    { port: 'icmp', protocol: 'icmp', sources: widestCidrs([...all, ...spec.clients]), why: 'ping between the nodes' },
  ];
  if (node.role !== 'repository') {
    rules.unshift({ port: spec.database.port, protocol: 'tcp', sources: clients, why: 'database: nodes and clients' });
  }
  if (spec.remoteChannel.kind === 'securecmdd') {
    rules.push({
      port: spec.remoteChannel.port,
      protocol: 'tcp',
      sources: all,
      why: 'sys_securecmdd between the nodes',
    });
  }
  if (node.role === 'database' && spec.endpoint?.kind === 'loadBalancer') {
    const { checkPort, checkSources } = spec.endpoint;
    rules.push({ port: checkPort, protocol: 'tcp', sources: widestCidrs(checkSources), why: 'health check' });
  }
  return rules.filter((rule) => rule.sources.length > 0);
}

/**
 * V8R6 keeps the kbha line in /etc/cron.d with a user column, V9 in the user's crontab without one; two blanks stand where the column was
 * (field reports). The redirect of the V8R6 line is the vendor's as far as it could be established.
 */
function planCron(spec: ClusterSpec, paths: NodePaths): CronPlan {
  const { user } = spec.os;
  if (spec.version === 'V8R6') {
    const command = `${paths.bin}/kbha -A daemon -f ${paths.bin}/../etc/repmgr.conf >> ${paths.bin}/../log/kbha.log 2>&1`;
    return { form: 'cron.d', path: CRON_FILE, line: `*/1 * * * * ${user}  . /etc/profile;${command}` };
  }
  const command = `${paths.bin}/kbha -A daemon -f ${paths.repmgrConf}`;
  return { form: 'crontab', path: `crontab:${user}`, line: `*/1 * * * *  . /etc/profile;${command}` };
}

/** The database an administrator connects to before any other exists. */
export function maintenanceDatabase(spec: ClusterSpec): string {
  return spec.version === 'V8R6' ? 'test' : 'kingbase';
}

/** No endpoint names a role: the virtual IP (or the endpoint of a cloud) follows the primary, and so does a client that tries several hosts. */
function planEndpoints(spec: ClusterSpec): ClusterPlan['endpoints'] {
  const { port } = spec.database;
  const database = maintenanceDatabase(spec);
  const hosts = spec.nodes
    .filter((node) => node.role === 'database')
    .map((node) => hostPort(node.host, port))
    .join(',');
  const virtualIp = spec.virtualIp?.address.split('/')[0];
  const fixed = virtualIp === undefined ? spec.endpoint?.addresses : [virtualIp];
  const readWrite = fixed === undefined ? hosts : fixed.map((address) => hostPort(address, port)).join(',');
  return {
    readWrite,
    readOnly: `postgresql://${hosts}/${database}?target_session_attrs=prefer-standby`,
    multiHostUri: `postgresql://${hosts}/${database}?target_session_attrs=read-write`,
    jdbc:
      fixed === undefined
        ? `jdbc:kingbase8://${hosts}/${database}?targetServerType=master`
        : // A load balancer that sees no healthy target sends clients to any node: one that takes no writes is not what they ask for.
          `jdbc:kingbase8://${readWrite}/${database}${spec.endpoint?.kind === 'loadBalancer' ? '?targetServerType=master' : ''}`,
  };
}
