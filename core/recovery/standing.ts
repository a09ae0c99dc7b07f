/** Where one node stands in the history of the cluster: which timelines it went through, how far, and whether it wrote by itself when it last ran. */
import { highestLsn, parseLsn } from '../observe/lsn';
import type { ReachableNode } from '../observe/types';
import type { RecoveryFacts, RecoveryNode, TimelineHistory } from './types';

/** A stretch of one timeline; `end` is where the node left it, or how far it came. */
export interface Stretch {
  readonly timeline: number;
  readonly end: bigint;
}

export interface HeldStanding {
  readonly kind: 'held';
  readonly node: RecoveryNode;
  readonly systemIdentifier: string;
  /** It answers, and says which it is; undefined: no server answers there. */
  readonly serving: 'primary' | 'standby' | undefined;
  /** It was primary when it last ran, whatever lies in its directory now. */
  readonly wasPrimary: boolean;
  readonly timeline: number;
  readonly lsn: bigint;
  /** Oldest first, its own timeline last; undefined where a history file is missing. */
  readonly path: readonly Stretch[] | undefined;
  readonly bytes: number;
}

export interface OtherStanding {
  /** unread: it may hold anything. empty, unfinished: it holds nothing of its own. damaged: it holds data that cannot be judged. */
  readonly kind: 'unread' | 'empty' | 'unfinished' | 'damaged';
  readonly node: RecoveryNode;
  readonly why: string;
}

export type Standing = HeldStanding | OtherStanding;

export function standingOf(node: RecoveryNode): Standing {
  const { observation, facts } = node;
  if (!observation.reachable) return { kind: 'unread', node, why: observation.reason };
  const { data, server } = observation;
  if (data.state === 'absent' || data.state === 'empty') {
    return { kind: 'empty', node, why: `its data directory is ${data.state}` };
  }
  if (data.state === 'unreadable') return { kind: 'unread', node, why: 'its data directory cannot be listed' };
  if (facts === undefined)
    return { kind: 'unread', node, why: node.factsReason ?? 'what lies on its disks was not read' };
  if (data.baseBackup && !data.started && !server.running) {
    return { kind: 'unfinished', node, why: 'its data directory is a clone that was never started' };
  }
  if (facts.control === undefined) {
    return { kind: 'damaged', node, why: `its control file: ${facts.controlReason ?? 'cannot be read'}` };
  }
  if (server.running && server.answers === undefined) {
    return {
      kind: 'unread',
      node,
      why: `its database runs and does not answer: ${server.reason ?? 'no reason given'}`,
    };
  }
  return held(node, observation, facts, facts.control.systemIdentifier);
}

function held(
  node: RecoveryNode,
  observation: ReachableNode,
  facts: RecoveryFacts,
  systemIdentifier: string,
): Standing {
  const position = positionOf(observation, facts);
  if (position === undefined) {
    const reason = facts.walEndReason ?? 'the server did not say';
    return { kind: 'unread', node, why: `how far its WAL reaches could not be read: ${reason}` };
  }
  return {
    kind: 'held',
    node,
    systemIdentifier,
    serving:
      observation.server.answers === undefined
        ? undefined
        : observation.server.answers.inRecovery
          ? 'standby'
          : 'primary',
    wasPrimary: wasPrimary(observation, facts),
    ...placeOf(position.timeline, position.lsn, facts.histories),
    bytes: sizeOf(facts) ?? 0,
  };
}

/** A stopped one by its control file: the mark in the directory may have been laid or lost since. */
function wasPrimary({ server: { answers } }: ReachableNode, { control }: RecoveryFacts): boolean {
  return answers === undefined
    ? !/recovery$/.test(control?.state ?? '') || /crash recovery/.test(control?.state ?? '')
    : !answers.inRecovery;
}

function positionOf(
  { server: { answers } }: ReachableNode,
  { control, walEnd, flushLsn }: RecoveryFacts,
): { readonly timeline: number; readonly lsn: bigint } | undefined {
  if (control === undefined) return undefined;
  if (answers !== undefined) {
    const lsn = highestLsn([answers.writeLsn, answers.replayLsn, flushLsn]);
    const known = [answers.timeline, control.timeline, control.minRecoveryTimeline].filter(
      (each) => each !== undefined,
    );
    const timeline = answers.inRecovery ? Math.max(...known) : answers.timeline;
    return lsn === undefined || timeline === undefined ? undefined : { timeline, lsn };
  }
  const lsn = parseLsn(walEnd?.lsn);
  return walEnd === undefined || lsn === undefined ? undefined : { timeline: walEnd.timeline, lsn };
}

export function sizeOf({ databases, dataBytes }: RecoveryFacts): number | undefined {
  return dataBytes ?? databases?.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A standby may know of the next timeline before it holds any of it: it stands on the one that covers its position. */
function placeOf(
  timeline: number,
  lsn: bigint,
  histories: readonly TimelineHistory[],
): Pick<HeldStanding, 'timeline' | 'lsn' | 'path'> {
  const own = { timeline, end: lsn };
  if (timeline === 1) return { timeline, lsn, path: [own] };
  const history = histories.find((each) => each.timeline === timeline);
  const steps = (history?.steps ?? []).map((step) => ({ timeline: step.timeline, end: parseLsn(step.lsn) }));
  if (steps.length === 0 || steps.some(({ end }) => end === undefined)) return { timeline, lsn, path: undefined };
  const path = [...(steps as readonly Stretch[]), own];
  const at = path.findIndex(({ end }) => lsn <= end);
  const reached = path[at] as Stretch;
  return { timeline: reached.timeline, lsn, path: [...path.slice(0, at), { timeline: reached.timeline, end: lsn }] };
}

export function formatLsn(lsn: bigint): string {
  const half = (value: bigint): string => value.toString(16).toUpperCase();
  return `${half(lsn >> 32n)}/${half(lsn & 0xffffffffn)}`;
}
