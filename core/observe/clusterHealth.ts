/** The health rule: vendor's (every status running without a mark, every standby on the primary, one table everywhere) plus daemons, topology and virtual IP. */
import type { ClusterStatusReport, NodeStatus, ObservedNode } from './reportTypes';
import { explainStatus, isHealthyStatus, parseUpstream } from './repmgrStatus';
import type { ReachableNode, RepmgrRecord } from './types';

export interface HealthFacts {
  readonly observed: readonly ObservedNode[];
  readonly nodes: readonly NodeStatus[];
  readonly primaries: readonly ObservedNode[];
  readonly primary: ObservedNode | undefined;
  readonly virtualIp: ClusterStatusReport['virtualIp'];
}

type Rule = (facts: HealthFacts) => string[];

const RULES: readonly Rule[] = [
  everyNodeAnswers,
  exactlyOnePrimary,
  everyStatusRunning,
  everyStandbyStreams,
  oneTimeline,
  daemonsRun,
  declaredNodesRegistered,
  sameRecordsEverywhere,
  virtualIpOnPrimary,
  virtualIpAnsweredOnce,
];

export function healthFindings(facts: HealthFacts): string[] {
  return RULES.flatMap((rule) => rule(facts));
}

/** Worth knowing, but no fault: what an operator did on purpose, or what a Membership update is about to remove. */
export function warningsOf({ observed, nodes, primary }: HealthFacts): string[] {
  const declared = new Set(observed.map((node) => node.target.id));
  const extra = (recordsOf(primary) ?? []).filter((record) => !declared.has(record.id));
  return [
    ...nodes
      .filter((node) => node.automation === 'paused')
      .map(
        (node) =>
          `${node.name}: automation is paused (its kbha cron line is commented out): nothing restarts kbha there`,
      ),
    ...nodes
      .filter((node) => node.automation === 'missing')
      .map((node) => `${node.name}: its kbha cron line is missing: nothing restarts kbha there`),
    ...extra.map((record) => `${record.name}: registered with repmgr as node ${record.id}, but not declared`),
  ];
}

function everyNodeAnswers({ nodes }: HealthFacts): string[] {
  return nodes.flatMap((node) => (node.reason === null ? [] : [`${node.name}: ${node.reason}`]));
}

function exactlyOnePrimary({ primaries }: HealthFacts): string[] {
  if (primaries.length === 1) {
    return [];
  }
  if (primaries.length === 0) {
    return ['no node accepts writes: there is no primary'];
  }
  const list = primaries.map((node) => `${node.target.name} (timeline ${timelineOf(node) ?? 'unknown'})`).join(', ');
  return [`${primaries.length} nodes accept writes: ${list}`];
}

function everyStatusRunning({ observed, nodes }: HealthFacts): string[] {
  const registered = new Set(
    observed.filter((node) => node.target.role !== 'repository').map((node) => node.target.name),
  );
  return nodes
    .filter((node) => registered.has(node.name) && node.reason === null && !isHealthyStatus(node.status))
    .map((node) => {
      const meaning = explainStatus(node.status);
      return `${node.name}: repmgr says "${node.status}"${meaning === undefined ? '' : ` (${meaning})`}`;
    });
}

function everyStandbyStreams({ nodes, primary }: HealthFacts): string[] {
  if (primary === undefined) {
    return [];
  }
  const replicas = reachable(primary)?.server.answers?.replicas ?? [];
  return nodes
    .filter((node) => node.role === 'standby')
    .flatMap((node) => {
      const row = replicas.find((replica) => replica.name === node.name);
      if (row === undefined) {
        return [`${node.name}: not connected to the primary ${primary.target.name} for replication`];
      }
      if (row.state !== 'streaming') {
        return [`${node.name}: replication from ${primary.target.name} is in state ${row.state}, not streaming`];
      }
      return doubtfulUpstream(node, primary);
    });
}

function doubtfulUpstream(node: NodeStatus, primary: ObservedNode): string[] {
  const shown = reachable(primary)?.repmgr.clusterShow?.find((row) => row.name === node.name);
  const upstream = shown === undefined ? undefined : parseUpstream(shown.upstream);
  if (upstream !== undefined && upstream.name !== null && upstream.name !== primary.target.name) {
    return [`${node.name}: registered as following ${upstream.name}, but the primary is ${primary.target.name}`];
  }
  return upstream?.doubtful === true ? [`${node.name}: repmgr doubts its upstream ("${shown?.upstream}")`] : [];
}

function oneTimeline({ nodes, primary }: HealthFacts): string[] {
  const wanted = timelineOf(primary);
  return wanted === undefined
    ? []
    : nodes
        .filter((node) => node.role === 'standby' && node.timeline !== null && node.timeline !== wanted)
        .map((node) => `${node.name}: on timeline ${node.timeline}, the primary is on ${wanted}`);
}

function daemonsRun({ nodes }: HealthFacts): string[] {
  return nodes.flatMap((node) => [
    ...(node.repmgrd === false ? [`${node.name}: repmgrd does not run`] : []),
    ...(node.kbha === false ? [`${node.name}: kbha does not run`] : []),
    ...(node.repmgrdPaused === true ? [`${node.name}: repmgrd is paused: no automatic failover`] : []),
  ]);
}

function declaredNodesRegistered({ observed, primary }: HealthFacts): string[] {
  const records = recordsOf(primary);
  if (primary === undefined) {
    return [];
  }
  if (records === undefined) {
    return [`${primary.target.name}: the repmgr records could not be read`];
  }
  return observed
    .filter((node) => node.target.role !== 'repository')
    .flatMap(({ target }) => {
      const record = records.find((row) => row.id === target.id);
      if (record === undefined) {
        return [`${target.name}: not registered with repmgr`];
      }
      return record.name === target.name
        ? []
        : [`${target.name}: node id ${target.id} is registered as "${record.name}"`];
    });
}

/** repmgr acts by the table of the node it runs on: a node with another table would act wrongly in a failover. */
function sameRecordsEverywhere({ observed, primary }: HealthFacts): string[] {
  const wanted = recordsOf(primary);
  if (wanted === undefined) {
    return [];
  }
  return observed.flatMap((node) => {
    const seen = node === primary ? undefined : recordsOf(node);
    return seen === undefined || sameRecords(seen, wanted)
      ? []
      : [`${node.target.name}: its repmgr records differ from those of ${primary?.target.name ?? 'the primary'}`];
  });
}

function virtualIpOnPrimary({ virtualIp, primary }: HealthFacts): string[] {
  if (virtualIp === null || primary === undefined) {
    return [];
  }
  const others = virtualIp.holders.filter((name) => name !== primary.target.name);
  return [
    ...others.map((name) => `${name}: holds the virtual IP ${virtualIp.address} although it is not the primary`),
    ...(virtualIp.holders.includes(primary.target.name)
      ? []
      : [`${primary.target.name}: is primary but does not hold the virtual IP ${virtualIp.address}`]),
  ];
}

/** Clients go to whoever answered last: with two that answer, some write nowhere while every node looks well. */
function virtualIpAnsweredOnce({ virtualIp, observed }: HealthFacts): string[] {
  if (virtualIp === null) return [];
  const owners = new Map(
    observed.flatMap(({ target, observation }) =>
      observation.reachable && observation.hardwareAddress !== undefined
        ? [[observation.hardwareAddress, target.name] as const]
        : [],
    ),
  );
  const answers = observed.map(({ observation }) =>
    observation.reachable ? (observation.virtualIpAnswers ?? []) : [],
  );
  const most = answers.reduce((a, b) => (b.length > a.length ? b : a), []);
  // A single one may be a switch that answers for its hosts.
  if (most.length < 2) return [];
  const names = most.map(
    (address) => `${owners.get(address) ?? 'a host that is no node of this cluster'} (${address})`,
  );
  return [`the virtual IP ${virtualIp.address} is answered by ${most.length} hosts: ${names.join(', ')}`];
}

export function sameRecords(a: readonly RepmgrRecord[], b: readonly RepmgrRecord[]): boolean {
  return digest(a) === digest(b);
}

function digest(records: readonly RepmgrRecord[]): string {
  return [...records]
    .sort((a, b) => a.id - b.id)
    .map((row) => [row.id, row.name, row.type, row.active, row.upstreamId ?? '-', row.conninfo].join('|'))
    .join('\n');
}

function recordsOf(node: ObservedNode | undefined): readonly RepmgrRecord[] | undefined {
  return reachable(node)?.repmgr.records;
}

function timelineOf(node: ObservedNode | undefined): number | undefined {
  return reachable(node)?.server.answers?.timeline;
}

function reachable(node: ObservedNode | undefined): ReachableNode | undefined {
  return node?.observation.reachable === true ? node.observation : undefined;
}
