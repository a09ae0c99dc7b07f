/**
 * Lines of one log (however many files it came in, in the order of time) → what it reports. One text may hold several logs after each other, as pages on
 * the web do: what a line looks like decides, not the name of the file. Holds what is worth telling, never the text.
 */
import { evidenceText } from '../mask';
import { matchPool, matchPoolChild } from '../patterns/cluster';
import { matchScript } from '../patterns/failover';
import type { Match } from '../patterns/match';
import { matchRecovery } from '../patterns/recovery';
import { matchRepmgr } from '../patterns/repmgr';
import { createPoolTracker } from '../runs/pool';
import { createRecoveryTracker } from '../runs/recovery';
import { createRepmgrTracker } from '../runs/repmgr';
import { createScriptTracker } from '../runs/script';
import type { LogKind, NodeFact, SourceFile, SourceReport } from '../types';
import { factsOf, nodeNameOf } from './facts';
import { parseStamp } from '../time';
import { isContinuation } from './wrapped';
import { parseLine, parsePlainRecord, type Line } from './record';

export interface Reader {
  readonly beginFile: (name: string) => void;
  readonly line: (text: string, number: number) => void;
  readonly endFile: (lines: number) => void;
  readonly finish: () => SourceReport;
}

export interface ReaderOptions {
  /** What the report calls it. */
  readonly source: string;
  /** What a user said, or the folder suggests; what the log itself says comes first, unless the user said it. */
  readonly node: string | null;
  readonly nodeIsSure: boolean;
  /** Of a file without a sign of its own, which may be cut at its beginning. */
  readonly hint: LogKind | null;
}

type Mode = 'none' | 'cluster' | 'failover' | 'recovery';

/** A pool that lives says something every few seconds. */
const SILENCE_MS = 5000;
const STARTING_MS = 10_000;

interface Held {
  readonly line: Extract<Line, { shape: 'record' }>;
  readonly number: number;
  /** What a page wrapped onto the next lines. */
  readonly rest: string[];
}

export function createReader(options: ReaderOptions): Reader {
  const facts = new Map<string, NodeFact>();
  const learn = (fact: NodeFact): void => {
    if (facts.size < 500) facts.set(JSON.stringify(fact), fact);
  };
  const trackers = {
    ...{ pool: createPoolTracker(), script: createScriptTracker(), repmgr: createRepmgrTracker() },
    recovery: createRecoveryTracker(learn),
  };
  const files: SourceFile[] = [];
  const state = { mode: modeOf(options.hint), at: null as number | null, pasted: false };
  const silence = { from: null as number | null, to: 0 };
  const span = { first: null as number | null, last: null as number | null };
  let file = { name: '', first: null as number | null, last: null as number | null, kinds: new Set<LogKind>() };
  let held: Held | null = null;

  const see = (at: number | null): void => {
    if (at === null) return;
    if (state.at !== null && at - state.at > SILENCE_MS) [silence.from, silence.to] = [state.at, at];
    state.at = at;
    file.first = file.first === null ? at : Math.min(file.first, at);
    file.last = file.last === null ? at : Math.max(file.last, at);
  };
  const emit = (
    kind: LogKind,
    found: Match | null,
    line: { readonly text: string; readonly number: number; readonly pid: number },
  ): void => {
    if (found === null) return;
    file.kinds.add(kind);
    // The one text with its moment in the middle.
    if (found.name === 'scriptVipAdded') see(parseStamp(found.args[0] ?? ''));
    const { name, args } = found;
    const [at, text] = [state.at, evidenceText(line.text)];
    const event = { name, args, at, file: file.name, line: line.number, pid: line.pid, text };
    for (const fact of factsOf(event)) learn(fact);
    if (kind === 'cluster') {
      // Killed without a word: it was there until the silence before, and not until it was started again.
      const killed = name === 'poolStart' && at !== null && silence.from !== null && at - silence.to <= STARTING_MS;
      if (killed) trackers.pool.add({ ...event, name: 'poolGone', at: silence.from });
      trackers.pool.add(event);
    }
    if (kind === 'failover') trackers.script.add(event);
    else if (kind === 'recovery') trackers.recovery.add(event);
    else if (kind !== 'cluster') trackers.repmgr.add(event);
  };
  const flush = (): void => {
    if (held === null) return;
    const { line, number, rest } = held;
    held = null;
    see(line.at);
    state.mode = 'cluster';
    const text = [line.message, ...rest].join('');
    const found = matchPool(text) ?? (rest.length === 0 ? null : matchPool([line.message, ...rest].join(' ')));
    emit('cluster', found, { text, number, pid: line.pid });
  };
  const plain = (message: string, number: number): void => {
    const line = { text: message, number, pid: 0 };
    if (message === '') return;
    if (state.mode === 'cluster') return emit('cluster', matchPoolChild(message), line);
    if (state.mode === 'failover') return emit('failover', matchScript(message), line);
    const recovery = matchRecovery(message);
    if (recovery !== null && (state.mode === 'recovery' || isOwnOf(recovery))) {
      state.mode = 'recovery';
      return emit('recovery', recovery, line);
    }
  };
  const stamped = (at: number | null, message: string, number: number): void => {
    see(at);
    const line = { text: message, number, pid: 0 };
    const script = state.mode === 'recovery' ? null : matchScript(message);
    if (script !== null && (state.mode === 'failover' || message.includes('promote') || message.includes('VIP on'))) {
      return emit('failover', script, line);
    }
    const recovery = matchRecovery(message);
    if (
      recovery !== null &&
      (state.mode === 'recovery' || recovery.name === 'recoveryBegin' || options.hint === 'recovery')
    ) {
      state.mode = 'recovery';
      return emit('recovery', recovery, line);
    }
    if (state.mode === 'recovery') trackers.recovery.tick(state.at);
  };
  const handle = (line: Line, number: number): void => {
    if (line.shape === 'record') {
      flush();
      if (line.single) state.pasted = true;
      held = { line, number, rest: [] };
      // Only a page on the web wraps lines.
      if (!state.pasted) flush();
      return;
    }
    if (line.shape === 'plain' && held !== null && state.pasted && isContinuation(line.message)) {
      if (held.rest.length < 4) held.rest.push(line.message);
      return;
    }
    flush();
    if (line.shape === 'plain') return plain(line.message, number);
    if (line.shape === 'stamped') return stamped(line.at, line.message, number);
    if (line.shape === 'dashes') return void (state.mode === 'recovery' && trackers.recovery.boundary());
    see(line.at);
    if (line.shape === 'frame') {
      state.mode = line.which === 'begin' ? 'failover' : 'none';
      const name = line.which === 'begin' ? 'scriptBegin' : 'scriptEnd';
      return emit(
        'failover',
        { name, args: [] },
        { text: `failover ${line.which === 'begin' ? 'beging' : 'end'}`, number, pid: 0 },
      );
    }
    const kind = options.hint === 'kbha' ? 'kbha' : 'hamgr';
    emit(kind, matchRepmgr(line.message), { text: line.message, number, pid: 0 });
  };
  return {
    beginFile: (name) => {
      file = { name, first: null, last: null, kinds: new Set() };
    },
    line: (text, number) => {
      // Only a page on the web wraps lines, and what is held until the next comes from one.
      const record = state.pasted ? null : parsePlainRecord(text);
      if (record !== null) {
        see(record.at);
        state.mode = 'cluster';
        return emit('cluster', matchPool(record.message), { text: record.message, number, pid: record.pid });
      }
      for (const line of parseLine(text, state.at)) handle(line, number);
    },
    endFile: (lines) => {
      flush();
      const { name, first, last, kinds } = file;
      files.push({ name, kinds: [...kinds], node: null, firstAt: first, lastAt: last, lines });
      span.first = first === null ? span.first : Math.min(span.first ?? first, first);
      span.last = last === null ? span.last : Math.max(span.last ?? last, last);
    },
    finish: () => {
      const pool = trackers.pool.finish();
      const { source } = options;
      const said = pool.localName === null ? null : nodeNameOf(pool.localName);
      const node = options.nodeIsSure ? options.node : (said ?? options.node);
      // A text that holds several logs has its other parts from other nodes: only what the pool itself says is sure for its own part.
      const others = options.nodeIsSure || files.every(({ kinds }) => kinds.length < 2) ? node : null;
      return {
        ...{ source, node, files: files.map((one) => ({ ...one, node })), omitted: pool.omitted },
        episodes: [...pool.episodes, ...trackers.repmgr.finish()].map((one) => ({ ...one, source, node })),
        scripts: trackers.script.finish().map((one) => ({ ...one, source, node: others })),
        recoveries: trackers.recovery.finish().map((one) => ({ ...one, source, node: one.node ?? others })),
        background: pool.background,
        facts: [...facts.values()],
        ...{ firstAt: span.first, lastAt: span.last },
      };
    },
  };
}

function modeOf(hint: LogKind | null): Mode {
  return hint === 'failover' || hint === 'recovery' || hint === 'cluster' ? hint : 'none';
}

/** Texts that stand in recovery.log alone: a file that begins in the middle of a run is known by them. */
function isOwnOf({ name }: Match): boolean {
  return (
    name === 'recoveryNeeded' ||
    name === 'notStreaming' ||
    name === 'recoveryOk' ||
    name === 'skipped' ||
    name === 'recoveryPid'
  );
}
