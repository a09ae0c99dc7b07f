/**
 * Events of one cluster.log → episodes. An episode begins with the first sign that something is lost and ends when the next one begins after it was done.
 * Both pools print the whole sequence: an episode is one pool's view, and no failover of its own.
 */
import type { EventName } from '../patterns/names';
import type { Episode, LogEvent, System } from '../types';
import { createKept, type Kept } from './keep';

/** They open an episode where none is open. */
const OPENERS: ReadonlySet<EventName> = new Set<EventName>([
  ...(['peerShutdown', 'peerLost', 'peerUnreachable', 'coordinatorLost', 'retry', 'nodeDown', 'degenerate'] as const),
  ...(['degeneration', 'exec', 'networkLost', 'gatewaysLost', 'splitBrain', 'allDown', 'vipFailed'] as const),
  ...(['connectFailed', 'persistFailed', 'authFailed', 'checkTimedOut'] as const),
]);
/** Of the health check, which the worker for the replication delay prints as well, on its own clock. */
const FAILURES: ReadonlySet<EventName> = new Set<EventName>([
  ...(['connectFailed', 'connectDetail', 'persistFailed', 'authFailed', 'shuttingDown', 'checkTimedOut'] as const),
]);
/** Only the main process prints them. */
const BY_MAIN: ReadonlySet<EventName> = new Set<EventName>([
  ...([
    'retry',
    'nodeDown',
    'exec',
    'degeneration',
    'findPrimary',
    'newPrimary',
    'done',
    'poolReady',
    'poolStart',
  ] as const),
]);
/** They say something without an episode too. */
const BACKGROUND: ReadonlySet<EventName> = new Set<EventName>([
  ...([
    'poolStart',
    'poolReady',
    'poolStop',
    'poolGone',
    'wdState',
    'vipAcquired',
    'vipReleased',
    'vipFailed',
    'leader',
  ] as const),
  ...(['failbackBegin', 'failbackDone', 'peerShutdown', 'peerLost', 'splitBrain'] as const),
]);
const ENDS: ReadonlySet<EventName> = new Set<EventName>(['done', 'followerDone']);
/** After `done` a pool that was told finishes its own round of checks: not a new fault. */
const STALE_MS = 60_000;
/** A pool that is told to stop does so within seconds of its peer: both were stopped. */
const STOP_TOGETHER_MS = 10_000;
/** A fault that says nothing for so long is another one. Longer than a hung check of the installer's 120 s and its delay. */
const QUIET_MS = 600_000;
const MOST_EPISODES = 1000;
const MOST_BACKGROUND = 6000;

interface Open {
  readonly kept: Kept;
  firstAt: number | null;
  lastAt: number | null;
  doneAt: number | null;
  /** Between `received failback request` and `failback done` the sequence of a failover is that of the way back. */
  failingBack: boolean;
}

export interface PoolTracker {
  readonly add: (event: LogEvent) => void;
  readonly finish: () => PoolView;
}

export interface PoolView {
  readonly episodes: readonly Omit<Episode, 'source' | 'node'>[];
  readonly background: readonly LogEvent[];
  readonly localName: string | null;
  readonly omitted: number;
}

interface State {
  open: Open | null;
  mainPid: number;
  localName: string | null;
  heartbeat: LogEvent | null;
  /** Failures of processes of which nobody knows yet whether one is the main one. */
  unplaced: LogEvent[];
  /** Node names that are known to be gone: the watchdog may report them again. */
  gone: Set<string>;
  system: System;
  omitted: number;
  readonly episodes: Omit<Episode, 'source' | 'node'>[];
  readonly background: LogEvent[];
}

export function createPoolTracker(): PoolTracker {
  const state: State = {
    ...{ open: null, mainPid: 0, localName: null, heartbeat: null, unplaced: [], gone: new Set(), system: 'v8r3' },
    ...{ omitted: 0, episodes: [], background: [] },
  };
  return {
    add: (event) => take(state, event),
    finish: () => {
      close(state);
      const { episodes, background, localName, omitted } = state;
      return { episodes, background, localName, omitted };
    },
  };
}

function take(state: State, event: LogEvent): void {
  note(state, event);
  if (event.name === 'poolGone') return;
  if (FAILURES.has(event.name) && event.pid !== state.mainPid && !isFourth(state, event)) {
    holdBack(state, event);
    return;
  }
  if (isRepeatedLoss(state, event)) {
    state.open?.kept.add({ ...event, name: 'peerDead' });
    return;
  }
  if (event.name === 'failbackAsked' || event.name === 'failbackBegin') return void beginFailback(state, event);
  if (state.open?.failingBack === true) return void duringFailback(state, event);
  if (OPENERS.has(event.name)) openFor(state, event);
  const { open } = state;
  if (open === null) return;
  if (isAfterwards(open, event)) return;
  append(state, open, event);
}

function note(state: State, event: LogEvent): void {
  const { name, args, pid } = event;
  if (BY_MAIN.has(name) && pid > 0 && name !== 'newPrimary') setMain(state, pid);
  if (name === 'localName' || (name === 'lockGot' && args[0] === 'local')) {
    state.localName = (name === 'localName' ? args[0] : args[1]) ?? state.localName;
  }
  if (name === 'heartbeat') state.heartbeat = event;
  if (name === 'poolStart') state.gone.clear();
  if (name === 'peerBack') state.gone.clear();
  if (name === 'retry' && args.length > 1 && args[1] !== '') state.system = 'pgpool4';
  if (name === 'followerDone' || (name === 'nodeDown' && args.length > 1)) state.system = 'pgpool4';
  if (BACKGROUND.has(name)) {
    state.background.push(event);
    if (state.background.length > MOST_BACKGROUND) state.background.splice(0, MOST_BACKGROUND / 4);
  }
}

/** pgpool-II 4 checks each node in a process of its own. */
function isFourth(state: State, event: LogEvent): boolean {
  return state.system === 'pgpool4' && event.name !== 'authFailed' && event.name !== 'persistFailed';
}

function setMain(state: State, pid: number): void {
  if (state.mainPid === pid) return;
  state.mainPid = pid;
  const own = state.unplaced.filter((event) => event.pid === pid);
  state.unplaced = [];
  for (const event of own) take(state, event);
}

/** Kept only until the next healthy moment or a few of them: the main process names itself with its first retry. */
function holdBack(state: State, event: LogEvent): void {
  state.unplaced.push(event);
  if (state.unplaced.length > 40) state.unplaced.shift();
}

function isRepeatedLoss(state: State, event: LogEvent): boolean {
  if (event.name !== 'peerShutdown' && event.name !== 'peerLost') return false;
  const [peer = ''] = event.args;
  if (state.gone.has(peer)) return true;
  state.gone.add(peer);
  return false;
}

function openFor(state: State, event: LogEvent): void {
  const { open } = state;
  if (open !== null && !isOver(open, event)) return;
  close(state);
  if (event.name === 'retry' && Number(event.args[0]) > 1 && isStale(state, event)) return;
  state.open = { kept: createKept(), firstAt: event.at, lastAt: event.at, doneAt: null, failingBack: false };
  if (state.heartbeat !== null && near(state.heartbeat.at, event.at, 120_000)) state.open.kept.add(state.heartbeat);
}

/** Whether this is the beginning of something new, after what is open. */
function isOver(open: Open, event: LogEvent): boolean {
  const { doneAt, lastAt } = open;
  if (event.at === null) return false;
  if (doneAt === null) return lastAt !== null && event.at - lastAt > QUIET_MS;
  if (!near(doneAt, event.at, STALE_MS)) return event.at > doneAt;
  // Within a minute of `done`: only what cannot belong to the round that was just finished.
  return event.at > doneAt && (event.name === 'peerShutdown' || event.name === 'peerLost' || isFirstRetry(event));
}

function isFirstRetry({ name, args }: LogEvent): boolean {
  return name === 'retry' && (args.length > 1 ? args[1] : args[0]) === '1';
}

function isStale(state: State, event: LogEvent): boolean {
  const last = state.episodes.at(-1);
  return last !== undefined && near(last.lastAt, event.at, STALE_MS);
}

/** What a finished failover still prints, and what says nothing about it any more. */
function isAfterwards(open: Open, event: LogEvent): boolean {
  if (open.doneAt === null) return false;
  return event.name === 'retry' || FAILURES.has(event.name) || event.name === 'lockPolled' || event.name === 'healthy';
}

function append(state: State, open: Open, event: LogEvent): void {
  open.kept.add(event);
  open.lastAt = event.at ?? open.lastAt;
  open.firstAt ??= event.at;
  if (ENDS.has(event.name)) open.doneAt = event.at ?? open.lastAt ?? 0;
  // Alive again without having been taken out: nothing is lost any more.
  const counts = open.kept.counts;
  if (event.name === 'healthy' && counts.nodeDown === undefined && counts.degeneration === undefined) {
    if (counts.coordinatorLost === undefined && counts.peerLost === undefined) close(state);
  }
  if (event.name === 'poolStop') close(state);
}

function beginFailback(state: State, event: LogEvent): void {
  if (state.open === null) return;
  state.open.failingBack = true;
  state.open.kept.add(event);
}

function duringFailback(state: State, event: LogEvent): void {
  const { open } = state;
  if (open === null) return;
  if (event.name === 'failbackDone') {
    open.kept.add(event);
    open.lastAt = event.at ?? open.lastAt;
  }
  const stopped = event.name === 'poolStop' || event.name === 'poolStart';
  if (event.name === 'failbackDone' || stopped || isFirstRetry(event)) open.failingBack = false;
  if (stopped || isFirstRetry(event)) take(state, event);
}

function close(state: State): void {
  const { open } = state;
  state.open = null;
  if (open === null || !isWorthKeeping(open)) return;
  state.episodes.push({
    ...{ system: state.system, events: open.kept.events, counts: open.kept.counts },
    ...{ firstAt: open.firstAt, lastAt: open.lastAt },
  });
  if (state.episodes.length > MOST_EPISODES) {
    state.episodes.shift();
    state.omitted += 1;
  }
}

/** A single failed look, a peer that was stopped on purpose, both pools stopped together: no disturbance of the service. */
function isWorthKeeping({ kept }: Open): boolean {
  const { counts } = kept;
  const has = (...names: readonly EventName[]): boolean => names.some((name) => (counts[name] ?? 0) > 0);
  // It asked to take out what was out already: a follower whose own round of checks ended after the leader had done it.
  if (has('requestInvalid') && !has('degenerate', 'degeneration', 'exec', 'newPrimary')) return false;
  if (has('retry', 'nodeDown', 'degenerate', 'degeneration', 'exec', 'networkLost', 'gatewaysLost', 'splitBrain'))
    return true;
  if (has('allDown', 'vipFailed', 'newPrimary', 'peerLost')) return true;
  if (!has('coordinatorLost', 'masterLost')) return false;
  return !stoppedTogether(kept.events);
}

function stoppedTogether(events: readonly LogEvent[]): boolean {
  const gone = events.find(({ name }) => name === 'peerShutdown' || name === 'coordinatorLost');
  const own = events.find(({ name }) => name === 'poolStop');
  return gone !== undefined && own !== undefined && near(gone.at, own.at, STOP_TOGETHER_MS);
}

function near(a: number | null, b: number | null, within: number): boolean {
  return a !== null && b !== null && Math.abs(a - b) <= within;
}
