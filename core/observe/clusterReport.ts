/** What the cluster is, as seen on all its nodes at once: who is primary, who follows, and whether that is what was declared. */
import { healthFindings, warningsOf } from './clusterHealth';
import { lsnDistance } from './lsn';
import { describeConflict, isConflict, readBackSettings, type SettingEffect } from './readBack';
import type {
  ClusterStatusReport,
  ObservedNode,
  ObservedRole,
  NodeStatus,
  ReportTarget,
  SettingConflict,
} from './reportTypes';
import { deriveStatus, parseUpstream } from './repmgrStatus';
import type { ClusterShowRow, ReachableNode, RepmgrRecord } from './types';

export type { ClusterStatusReport, ObservedNode, ObservedRole, NodeStatus, ReportTarget, SettingConflict };

export function buildClusterReport(cluster: string, observed: readonly ObservedNode[]): ClusterStatusReport {
  const primaries = writablePrimaries(observed);
  const primary = primaries.length === 1 ? (primaries[0] as ObservedNode) : undefined;
  const authority = primary ?? authorityOf(observed);
  const nodes = observed.map((node) => nodeStatus(node, primary, authority, observed));
  const virtualIp = virtualIpOf(observed);
  const facts = { observed, nodes, primaries, primary, virtualIp };
  const reasons = healthFindings(facts);
  const effects = observed.map((node) => ({ node: node.target.name, effects: effectsOf(node) }));
  const settingConflicts = effects.flatMap(({ node, effects: list }) =>
    list.filter(isConflict).map((effect) => ({ node, ...effect })),
  );
  return {
    cluster,
    primary: primary?.target.name ?? null,
    nodes,
    healthy: reasons.length === 0,
    reasons,
    warnings: [
      ...warningsOf(facts),
      ...settingConflicts.map((conflict) => `${conflict.node}: ${describeConflict(conflict)}`),
    ],
    virtualIp,
    synchronousStandbyNames: answersOf(primary)?.synchronousStandbyNames ?? null,
    settingConflicts,
    pendingRestart: Object.fromEntries(
      effects
        .map(({ node, effects: list }) => [node, namesWith(list, 'pendingRestart')] as const)
        .filter(([, names]) => names.length > 0),
    ),
  };
}

/** Database nodes that accept writes. A witness has a database of its own and does not count. */
export function writablePrimaries(observed: readonly ObservedNode[]): ObservedNode[] {
  return observed.filter(
    (node) => node.target.role === 'database' && answersOf(node) !== undefined && answersOf(node)?.inRecovery === false,
  );
}

/** Settings of the managed file of a node against its server; empty where either could not be read. */
export function effectsOf({ target, observation }: ObservedNode): SettingEffect[] {
  const answers = answersOf({ target, observation });
  const text = observation.reachable ? observation.managedSettingsText : undefined;
  return answers === undefined || text === undefined
    ? []
    : readBackSettings(`${target.data}/es_rep.conf`, text, answers);
}

export function answersOf(node: ObservedNode | undefined): ReachableNode['server']['answers'] {
  return node?.observation.reachable === true ? node.observation.server.answers : undefined;
}

/** Whose word counts where there is no single primary: the answering node with the highest timeline. */
function authorityOf(observed: readonly ObservedNode[]): ObservedNode | undefined {
  return observed
    .filter((node) => answersOf(node) !== undefined && node.target.role !== 'repository')
    .sort((a, b) => (answersOf(b)?.timeline ?? 0) - (answersOf(a)?.timeline ?? 0))[0];
}

function nodeStatus(
  node: ObservedNode,
  primary: ObservedNode | undefined,
  authority: ObservedNode | undefined,
  observed: readonly ObservedNode[],
): NodeStatus {
  const { target, observation } = node;
  const answers = answersOf(node);
  const runsDatabase = target.role !== 'repository';
  const row = showRow(authority, target);
  return {
    name: target.name,
    host: target.host,
    role: roleOf(node),
    status: statusOf(node, row, recordOf(authority, target)),
    upstream: upstreamOf(node, row, observed),
    timeline: answers?.timeline ?? null,
    lagBytes: lagOf(node, primary),
    repmgrd: runsDatabase && observation.reachable ? observation.repmgrdPid !== null : null,
    kbha: runsDatabase && observation.reachable ? observation.kbhaPid !== null : null,
    automation: runsDatabase && observation.reachable ? observation.automation : null,
    repmgrdPaused: observation.reachable ? (observation.repmgr.paused ?? null) : null,
    licenseDays: answers?.licenseDays ?? null,
    reason: reasonOf(node),
  };
}

function roleOf(node: ObservedNode): ObservedRole {
  if (!node.observation.reachable) {
    return 'unknown';
  }
  if (node.target.role === 'repository') {
    return 'repository';
  }
  const answers = answersOf(node);
  if (answers === undefined) {
    return 'unknown';
  }
  return node.target.role === 'witness' ? 'witness' : answers.inRecovery ? 'standby' : 'primary';
}

function statusOf(node: ObservedNode, row: ClusterShowRow | undefined, record: RepmgrRecord | undefined): string {
  if (node.target.role === 'repository') {
    return node.observation.reachable ? 'reachable' : 'unreachable';
  }
  if (row !== undefined) {
    return row.status;
  }
  return record === undefined
    ? 'not registered'
    : deriveStatus({ type: record.type, active: record.active, inRecovery: answersOf(node)?.inRecovery });
}

/** Where the walreceiver really is connected, else what repmgr has on record. */
function upstreamOf(
  node: ObservedNode,
  row: ClusterShowRow | undefined,
  observed: readonly ObservedNode[],
): string | null {
  const sender = answersOf(node)?.receiver?.senderHost;
  const real = observed.find((other) => other.target.host === sender);
  return real?.target.name ?? (row === undefined ? null : parseUpstream(row.upstream).name);
}

function lagOf(node: ObservedNode, primary: ObservedNode | undefined): number | null {
  const source = answersOf(primary);
  const answers = answersOf(node);
  if (source === undefined || answers === undefined || node.target.role !== 'database' || !answers.inRecovery) {
    return null;
  }
  const replica = source.replicas.find((row) => row.name === node.target.name);
  return replica?.lagBytes ?? lsnDistance(source.writeLsn, answers.replayLsn) ?? null;
}

function reasonOf({ target, observation }: ObservedNode): string | null {
  if (!observation.reachable) {
    return observation.reason;
  }
  return target.role === 'repository' ? null : (observation.server.reason ?? null);
}

function showRow(authority: ObservedNode | undefined, target: ReportTarget): ClusterShowRow | undefined {
  const rows = authority?.observation.reachable === true ? authority.observation.repmgr.clusterShow : undefined;
  return rows?.find((row) => row.id === target.id);
}

function recordOf(authority: ObservedNode | undefined, target: ReportTarget): RepmgrRecord | undefined {
  const records = authority?.observation.reachable === true ? authority.observation.repmgr.records : undefined;
  return records?.find((record) => record.id === target.id);
}

function virtualIpOf(observed: readonly ObservedNode[]): ClusterStatusReport['virtualIp'] {
  const address = observed.find((node) => node.target.virtualIp !== undefined)?.target.virtualIp;
  if (address === undefined) {
    return null;
  }
  const holders = observed.filter(
    ({ observation }) =>
      observation.reachable && observation.addresses.some((bound) => withoutLength(bound) === withoutLength(address)),
  );
  return { address, holders: holders.map((node) => node.target.name) };
}

/** Hosts may bind it with another prefix length (ip addr add without one makes /32); the address is what counts. */
function withoutLength(address: string): string {
  return address.split('/')[0] ?? address;
}

function namesWith(effects: readonly SettingEffect[], effect: SettingEffect['effect']): string[] {
  return effects.filter((entry) => entry.effect === effect).map((entry) => entry.name);
}
