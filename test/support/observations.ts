/** Builders of observed nodes: a healthy one by default, each test says only what differs. */
import type { SeenNode } from '../../core/member/clusterView';
import type { ObservedNode, ReportTarget } from '../../core/observe/clusterReport';
import type {
  ClusterShowRow,
  LedgerTexts,
  NodeObservation,
  ReachableNode,
  RepmgrRecord,
  ServerAnswers,
} from '../../core/observe/types';
import type { NodeRole } from '../../core/spec/types';

export const SYSTEM = '7100000000000000001';
export const OTHER_SYSTEM = '7200000000000000002';
export const CLUSTER = 'orders';

export function hostOf(name: string): string {
  return `10.0.0.${10 + idOf(name)}`;
}

export function idOf(name: string): number {
  return name === 'witness' ? 9 : name === 'repo' ? 14 : Number(name.replace(/\D/g, ''));
}

export function record(name: string, type: string, changes: Partial<RepmgrRecord> = {}): RepmgrRecord {
  return {
    id: idOf(name),
    name,
    type,
    active: true,
    upstreamId: type === 'standby' ? 1 : undefined,
    location: 'default',
    priority: 100,
    slotName: `repmgr_slot_${idOf(name)}`,
    conninfo: `host=${hostOf(name)} user=esrep dbname=esrep port=54321`,
    ...changes,
  };
}

export function showRow(
  name: string,
  role: string,
  status: string,
  changes: Partial<ClusterShowRow> = {},
): ClusterShowRow {
  return {
    id: idOf(name),
    name,
    role,
    status,
    upstream: role === 'standby' ? 'node1' : '',
    location: 'default',
    priority: 100,
    timeline: 1,
    lagBytes: role === 'standby' ? 0 : undefined,
    ...changes,
  };
}

export const THREE_RECORDS = [record('node1', 'primary'), record('node2', 'standby'), record('node3', 'standby')];
export const THREE_ROWS = [
  showRow('node1', 'primary', '* running'),
  showRow('node2', 'standby', 'running'),
  showRow('node3', 'standby', 'running'),
];

const ANSWERS: ServerAnswers = {
  inRecovery: false,
  timeline: 1,
  writeLsn: '0/5000000',
  replayLsn: undefined,
  receiver: undefined,
  replicas: [],
  slots: [],
  synchronousStandbyNames: 'ANY 1(node2,node3)',
  clusterRole: { superuser: true, replication: true, login: true, inKcluster: false },
  settings: [],
  fileSettings: [],
};

/** Runs as primary with two standbys attached, everything in order. */
export function primaryNode(
  name: string,
  changes: Partial<ReachableNode> = {},
  answers: Partial<ServerAnswers> = {},
): ReachableNode {
  const replicas = ['node1', 'node2', 'node3']
    .filter((other) => other !== name)
    .map((other) => ({
      name: other,
      address: hostOf(other),
      state: 'streaming',
      syncState: 'quorum',
      replayLsn: '0/5000000',
      lagBytes: 0,
    }));
  const slots = replicas.map((row) => ({
    name: `repmgr_slot_${idOf(row.name)}`,
    type: 'physical',
    active: true,
    restartLsn: '0/5000000',
  }));
  return {
    reachable: true,
    name,
    machineId: `machine-${name}`,
    epochSeconds: 1_795_000_000,
    data: {
      state: 'present',
      standbySignal: false,
      mountPoint: false,
      unfinishedBootstrap: false,
      started: true,
      baseBackup: false,
    },
    control: {
      systemIdentifier: SYSTEM,
      state: 'in production',
      timeline: 1,
      checkpointLsn: '0/4000028',
      minRecoveryLsn: undefined,
    },
    server: { running: true, answers: { ...ANSWERS, replicas, slots, ...answers }, reason: undefined },
    repmgr: { records: THREE_RECORDS, paused: false, clusterShow: THREE_ROWS },
    repmgrdPid: 100,
    kbhaPid: 101,
    automation: 'active',
    addresses: [`${hostOf(name)}/24`],
    managedSettingsText: undefined,
    ledger: noLedger(),
    ...changes,
  };
}

/** Runs as a standby that streams from node1. */
export function standbyNode(
  name: string,
  changes: Partial<ReachableNode> = {},
  answers: Partial<ServerAnswers> = {},
): ReachableNode {
  const node = primaryNode(name);
  return {
    ...node,
    data: { ...node.data, standbySignal: true },
    control: {
      systemIdentifier: SYSTEM,
      state: 'in archive recovery',
      timeline: 1,
      checkpointLsn: '0/4000028',
      minRecoveryLsn: '0/5000000',
    },
    server: {
      running: true,
      reason: undefined,
      answers: {
        ...ANSWERS,
        inRecovery: true,
        replayLsn: '0/5000000',
        receiver: {
          status: 'streaming',
          senderHost: hostOf('node1'),
          slotName: `repmgr_slot_${idOf(name)}`,
          timeline: 1,
        },
        ...answers,
      },
    },
    ...changes,
  };
}

const STOPPED = { running: false, answers: undefined, reason: 'the database does not run' };

/** Has data, does not run; without standby.signal, so it was primary when it last ran. */
export function stoppedPrimary(name: string, changes: Partial<ReachableNode> = {}): ReachableNode {
  const node = primaryNode(name);
  return {
    ...node,
    server: STOPPED,
    control: {
      systemIdentifier: SYSTEM,
      state: 'shut down',
      timeline: 1,
      checkpointLsn: '0/5000000',
      minRecoveryLsn: undefined,
    },
    repmgr: { records: undefined, paused: undefined, clusterShow: undefined },
    repmgrdPid: null,
    ...changes,
  };
}

export function stoppedStandby(name: string, changes: Partial<ReachableNode> = {}): ReachableNode {
  const node = stoppedPrimary(name);
  return {
    ...node,
    data: { ...node.data, standbySignal: true },
    control: {
      systemIdentifier: SYSTEM,
      state: 'shut down in recovery',
      timeline: 1,
      checkpointLsn: '0/5000000',
      minRecoveryLsn: '0/5000078',
    },
    ...changes,
  };
}

export function emptyNode(name: string, changes: Partial<ReachableNode> = {}): ReachableNode {
  return {
    ...stoppedPrimary(name),
    data: {
      state: 'empty',
      standbySignal: false,
      mountPoint: false,
      unfinishedBootstrap: false,
      started: false,
      baseBackup: false,
    },
    control: undefined,
    kbhaPid: null,
    automation: 'missing',
    ...changes,
  };
}

/** What a clone that was cut off left behind: nothing was started from it. whole: its control file came already. */
export function cutOffClone(name: string, whole = false): ReachableNode {
  const node = whole ? stoppedStandby(name) : { ...stoppedPrimary(name), control: undefined };
  return {
    ...node,
    data: { ...node.data, started: false, baseBackup: true },
    ledger: noLedger({ member: memberNote(name, 'cloning') }),
  };
}

export function foreignNode(name: string): ReachableNode {
  const node = stoppedPrimary(name);
  return { ...node, control: { ...node.control, systemIdentifier: OTHER_SYSTEM } as ReachableNode['control'] };
}

export function gone(name: string): NodeObservation {
  return { reachable: false, name, reason: 'connection refused' };
}

export function noLedger(changes: Partial<LedgerTexts> = {}): LedgerTexts {
  return { bootstrap: undefined, member: undefined, rollout: undefined, teardown: undefined, ...changes };
}

const PATHS = { data: '/kbdata/data', wal: '' };

export function bootstrapNote(phase: string, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    cluster: CLUSTER,
    node: 'node1',
    phase,
    systemIdentifier: SYSTEM,
    createdAtSeconds: 1_795_000_000,
    ...PATHS,
    ...changes,
  });
}

export function memberNote(name: string, phase: string, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    cluster: CLUSTER,
    node: name,
    phase,
    systemIdentifier: SYSTEM,
    instanceIdentifier: '',
    incarnation: `machine-${name}`,
    ...PATHS,
    ...changes,
  });
}

export function roleOf(name: string): NodeRole {
  return name === 'witness' ? 'witness' : name === 'repo' ? 'repository' : 'database';
}

export function seen(observation: NodeObservation): SeenNode {
  return { name: observation.name, host: hostOf(observation.name), role: roleOf(observation.name), observation };
}

export function observed(observation: NodeObservation, target: Partial<ReportTarget> = {}): ObservedNode {
  const { name } = observation;
  return {
    target: { name, id: idOf(name), host: hostOf(name), role: roleOf(name), data: '/kbdata/data', ...target },
    observation,
  };
}
