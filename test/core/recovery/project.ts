/** What the nodes of a world would say: positions, history files, control data, digests. Only here does a list of entries become an LSN. */
import { formatLsn } from '../../../core/recovery/standing';
import { printKey, spanKey } from '../../../core/recovery/compare';
import { questionsOf } from '../../../core/recovery/diagnoseCluster';
import type {
  BranchAnswers,
  RecoveryEvidence,
  RecoveryFacts,
  RecoveryNode,
  TimelineHistory,
} from '../../../core/recovery/types';
import type { NodeObservation, ReachableNode } from '../../../core/observe/types';
import {
  emptyNode,
  gone,
  hostOf,
  idOf,
  primaryNode,
  record,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  SYSTEM,
} from '../../support/observations';
import { begins, type Entry, type World, type WorldNode } from './world';

const START = 0x3000000n;

export function endOf(log: readonly Entry[]): bigint {
  return log.reduce((sum, { bytes }) => sum + BigInt(bytes) * 8n, START);
}

/** The evidence with the answers to its questions. */
export function project(world: World): RecoveryEvidence {
  const first = {
    cluster: 'orders',
    at: Date.UTC(2026, 10, 21, 17, 0),
    nodes: world.nodes.map((node) => nodeOf(world, node)),
  };
  const questions = questionsOf(first);
  return {
    ...first,
    nodes: first.nodes.map((node, at) => {
      const asked = questions.get(node.target.name);
      return asked === undefined ? node : { ...node, answers: answersOf(world.nodes[at] as WorldNode, asked) };
    }),
  };
}

function nodeOf(world: World, node: WorldNode): RecoveryNode {
  const { name } = node;
  const target = {
    name,
    id: idOf(name),
    host: hostOf(name),
    role: 'database' as const,
    data: '/kbdata/data',
    bin: '/opt/kingbase/bin',
    repmgrConf: '/opt/kingbase/etc/repmgr.conf',
    osUser: 'kingbase',
    databasePort: 54321,
  };
  return {
    target,
    observation: observationOf(world, node),
    facts: node.reachable
      ? factsOf(
          node,
          world.nodes.find((each) => feeds(each, node)),
        )
      : undefined,
  };
}

function observationOf(world: World, node: WorldNode): NodeObservation {
  const { name, log } = node;
  if (!node.reachable) return gone(name);
  if (node.data === 'empty') return emptyNode(name);
  const position = formatLsn(endOf(log));
  const timeline = log.at(-1)?.timeline ?? 1;
  const leader = world.nodes.find((each) => each.running && each.writable);
  const records = world.nodes.map((each) =>
    record(
      each.name,
      each === leader ? 'primary' : 'standby',
      each === leader ? {} : { upstreamId: idOf(leader?.name ?? 'node1') },
    ),
  );
  const repmgr = { records, paused: false, clusterShow: undefined };
  if (!node.running) {
    const stopped = node.writable ? stoppedPrimary(name) : stoppedStandby(name);
    return { ...stopped, data: { ...stopped.data, standbySignal: node.signal } };
  }
  if (node.writable) {
    const replicas = world.nodes
      .filter((each) => feeds(node, each))
      .map((each) => ({
        name: each.name,
        address: hostOf(each.name),
        state: 'streaming',
        syncState: 'quorum',
        replayLsn: formatLsn(endOf(each.log)),
        lagBytes: 0,
      }));
    return primaryNode(name, { repmgr }, { timeline, writeLsn: position, replicas });
  }
  const source = world.nodes.find((each) => feeds(each, node));
  const receiver =
    source === undefined
      ? undefined
      : {
          status: 'streaming',
          senderHost: hostOf(source.name),
          slotName: `repmgr_slot_${idOf(name)}`,
          timeline: source.log.at(-1)?.timeline,
        };
  return standbyNode(
    name,
    { repmgr },
    { timeline: receiver?.timeline ?? timeline, writeLsn: position, replayLsn: position, receiver },
  ) satisfies ReachableNode;
}

/** It sends to the other: the other's history is the beginning of its own. */
function feeds(source: WorldNode, standby: WorldNode): boolean {
  return (
    source.running &&
    standby.running &&
    !standby.writable &&
    standby.reachable &&
    standby.upstream === source.name &&
    begins(source.log, standby.log)
  );
}

function factsOf(node: WorldNode, source: WorldNode | undefined): RecoveryFacts {
  const { log } = node;
  const end = log.at(-1)?.timeline ?? 1;
  const checkpointed = log.slice(0, Math.min(node.checkpoint, log.length));
  const isGood = node.control === 'good' && node.data === 'present';
  const state = node.writable
    ? node.running
      ? 'in production'
      : node.clean
        ? 'shut down'
        : 'in production'
    : node.running || !node.clean
      ? 'in archive recovery'
      : 'shut down in recovery';
  return {
    control: isGood
      ? {
          systemIdentifier: SYSTEM,
          state,
          timeline: checkpointed.at(-1)?.timeline ?? 1,
          checkpointLsn: formatLsn(endOf(checkpointed)),
          checkpointTime: undefined,
          minRecoveryTimeline: node.writable ? undefined : end,
          segmentBytes: 16 * 1024 * 1024,
        }
      : undefined,
    controlReason: isGood ? undefined : 'the checksum of the control file is wrong',
    histories: historiesOf(source?.log ?? log),
    walEnd: node.wal && !node.running ? { timeline: end, lsn: formatLsn(endOf(log)) } : undefined,
    walEndReason: node.wal ? undefined : 'sys_waldump gave no answer',
    flushLsn: undefined,
    databases: undefined,
    dataBytes: log.length,
    disks: [],
    archive: { waiting: 0, failedCount: 0, lastFailedWal: undefined, lastArchivedWal: undefined },
    cron: true,
  };
}

function historiesOf(log: readonly Entry[]): TimelineHistory[] {
  const steps: { timeline: number; lsn: string }[] = [];
  const found: TimelineHistory[] = [];
  log.forEach((entry, at) => {
    const before = log[at - 1];
    if (before === undefined || before.timeline === entry.timeline) return;
    steps.push({ timeline: before.timeline, lsn: formatLsn(endOf(log.slice(0, at))) });
    found.push({ timeline: entry.timeline, steps: [...steps] });
  });
  return found;
}

type Asked = Parameters<typeof answersOf>[1];

export function answersOf(
  { log, keptFrom, wal }: WorldNode,
  asked: NonNullable<ReturnType<ReturnType<typeof questionsOf>['get']>>,
): BranchAnswers {
  const starts: bigint[] = [];
  log.reduce((at, { bytes }) => (starts.push(at), at + BigInt(bytes) * 8n), START);
  const end = endOf(log);
  const gone = starts[keptFrom] ?? end;
  const parse = (lsn: string): bigint => BigInt(`0x${lsn.split('/')[1] ?? '0'}`);
  const prints = asked.prints.flatMap((print) => {
    const lsn = parse(print.lsn);
    if (!wal || lsn > end || (keptFrom > 0 && lsn <= gone)) return [];
    const bytes = log.flatMap(({ id }, at) =>
      (starts[at] as bigint) >= lsn
        ? []
        : [`${id}:${BigInt(Math.min(Number(lsn - (starts[at] as bigint)), (log[at]?.bytes ?? 0) * 8))}`],
    );
    return [[printKey(print), bytes.join(',')] as const];
  });
  const spans = asked.spans.flatMap((span) => {
    const [from, to] = [parse(span.from), span.to === undefined ? end : parse(span.to)];
    if (!wal || (keptFrom > 0 && from < gone)) return [];
    const commits = log.filter(
      ({ commit, timeline }, at) =>
        commit && timeline === span.timeline && (starts[at] as bigint) >= from && (starts[at] as bigint) < to,
    ).length;
    return [[spanKey(span), { commits, firstAt: undefined, lastAt: undefined }] as const];
  });
  return { prints: Object.fromEntries(prints), spans: Object.fromEntries(spans) };
}
export type { Asked };
