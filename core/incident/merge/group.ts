/**
 * Episodes of all logs, runs of the script and of the recovery → groups, each one incident. Both pools print the whole sequence of a failover, so
 * counting it would give two: views of one fault join by the failed node, the moment, and the failover's id (which is 0 where a pool is alone, and repeats).
 */
import type { Episode, LogEvent, RecoveryRun, ScriptRun, SourceReport } from '../types';
import { eventOf } from './events';
import { parseExec } from './execArgs';

export interface Group {
  readonly episodes: Episode[];
  readonly scripts: ScriptRun[];
  readonly recoveries: RecoveryRun[];
  /** Moments of any pool around it. */
  readonly background: LogEvent[];
}

const TOGETHER_MS = 30_000;
/** With the same id and the same node, clocks may differ by so much. */
const SAME_ID_MS = 600_000;
const SCRIPT_MS = 10_000;
/** What network_rewind.sh says so long after a recovery that succeeded has nothing to do with it any more. */
const AFTERMATH_MS = 600_000;
const BACKGROUND_MS = 30_000;

export function groupRuns(reports: readonly SourceReport[]): readonly Group[] {
  const groups: Group[] = [];
  const episodes = reports.flatMap(({ episodes: all }) => all);
  for (const episode of sorted(episodes, anchorOf)) {
    const near = groups.find((group) => group.episodes.every((other) => isSame(other, episode)));
    if (near === undefined) groups.push(emptyGroup(episode));
    else near.episodes.push(episode);
  }
  const scripts = reports.flatMap(({ scripts: all }) => all);
  for (const script of sorted(scripts, scriptAt)) addScript(groups, script);
  const recoveries = reports.flatMap(({ recoveries: all }) => all).filter((run) => !isQuiet(run));
  for (const run of sorted(recoveries, ({ beginAt }) => beginAt)) addRecovery(groups, run);
  const background = reports.flatMap((report) => report.background.map((event) => ({ event, source: report.source })));
  for (const { event } of background) addBackground(groups, event);
  return sorted(groups, groupAt);
}

function emptyGroup(...episodes: Episode[]): Group {
  return { episodes, scripts: [], recoveries: [], background: [] };
}

function sorted<T>(all: readonly T[], at: (one: T) => number | null): T[] {
  return [...all].sort((a, b) => (at(a) ?? Infinity) - (at(b) ?? Infinity) || 0);
}

/** The moment by which views of one fault are compared: that of the decision, which all pools print together. */
export function anchorOf(episode: Episode): number | null {
  const found = eventOf(episode, 'degeneration', 'nodeDown', 'degenerate', 'exec', 'reconnectFailed', 'promoteCommand');
  return found?.at ?? episode.firstAt;
}

export function failedIdOf(episode: Episode): number | null {
  const exec = eventOf(episode, 'exec');
  const args = exec === null ? null : parseExec(exec.args[1] ?? '');
  if (args !== null) return args.failedId;
  const down = eventOf(episode, 'nodeDown', 'degenerate');
  if (down !== null) return Number(down.args[0]);
  const lost = eventOf(episode, 'reconnectFailed', 'reconnectTry');
  const id = lost?.args[1] ?? '';
  return id === '' ? null : Number(id);
}

/** Of the lock; null where the pool was alone, or nothing says it. */
export function failoverIdOf(episode: Episode): number | null {
  const asked = eventOf(episode, 'lockAsked', 'lockReleased', 'lockPolled');
  const id = Number(asked?.args.at(-1) ?? 0);
  return Number.isFinite(id) && id > 0 ? id : null;
}

function isSame(a: Episode, b: Episode): boolean {
  const [failedA, failedB] = [failedIdOf(a), failedIdOf(b)];
  if (failedA !== null && failedB !== null && failedA !== failedB) return false;
  const apart = Math.min(distance(anchorOf(a), anchorOf(b)), distance(a.firstAt, b.firstAt));
  // The same log twice (a copy), or the two halves of a file that was rotated meanwhile.
  if (a.source === b.source || (a.node !== null && a.node === b.node)) return apart <= 2000;
  const [idA, idB] = [failoverIdOf(a), failoverIdOf(b)];
  if (idA !== null && idA === idB && failedA !== null && failedA === failedB) return apart <= SAME_ID_MS;
  return apart <= TOGETHER_MS;
}

function distance(a: number | null, b: number | null): number {
  return a === null || b === null ? Infinity : Math.abs(a - b);
}

function scriptAt(script: ScriptRun): number | null {
  return script.events.find(({ at }) => at !== null)?.at ?? null;
}

function addScript(groups: Group[], script: ScriptRun): void {
  const at = scriptAt(script);
  const fits = groups.find(({ episodes }) =>
    episodes.some((episode) => {
      const exec = eventOf(episode, 'exec');
      if (exec !== null && distance(exec.at, at) <= SCRIPT_MS) return true;
      const from = anchorOf(episode);
      const to = eventOf(episode, 'done', 'newPrimary')?.at ?? from;
      return at !== null && from !== null && to !== null && at >= from - SCRIPT_MS && at <= to + SCRIPT_MS;
    }),
  );
  // A copy of failover.log says the same again.
  const again = fits?.scripts.find((one) => distance(scriptAt(one), at) <= 1000 && one.begun === script.begun);
  if (again !== undefined) return;
  if (fits !== undefined) fits.scripts.push(script);
  else groups.push({ ...emptyGroup(), scripts: [script] });
}

function isQuiet({ verdict, events }: RecoveryRun): boolean {
  if (events.some(({ name }) => name === 'mountGaveUp')) return false;
  return verdict === 'idle_primary' || verdict === 'idle_standby' || verdict === 'unfinished';
}

export function groupAt(group: Group): number | null {
  const all = [
    ...group.episodes.map(({ firstAt }) => firstAt),
    ...group.scripts.map(scriptAt),
    ...group.recoveries.map(({ beginAt }) => beginAt),
  ].filter((at) => at !== null);
  return all.length === 0 ? null : Math.min(...all);
}

function addRecovery(groups: Group[], run: RecoveryRun): void {
  const at = run.beginAt;
  const before = sorted(groups, groupAt)
    .filter((group) => at !== null && (groupAt(group) ?? Infinity) <= at + 5000)
    .at(-1);
  if (before !== undefined && isOpen(before, run)) before.recoveries.push(run);
  else groups.push({ ...emptyGroup(), recoveries: [run] });
}

function isOpen(group: Group, run: RecoveryRun): boolean {
  const last = group.recoveries.at(-1);
  const since = last?.lastAt ?? last?.beginAt ?? null;
  if (group.episodes.length + group.scripts.length === 0) return distance(since, run.beginAt) <= AFTERMATH_MS;
  const success = group.recoveries.filter(({ verdict }) => verdict === 'success').at(-1);
  if (success === undefined) return true;
  return distance(success.lastAt, run.beginAt) <= AFTERMATH_MS;
}

function addBackground(groups: readonly Group[], event: LogEvent): void {
  const { at } = event;
  if (at === null) return;
  for (const group of groups) {
    const from = groupAt(group);
    const to = Math.max(...group.episodes.map(({ lastAt, firstAt }) => lastAt ?? firstAt ?? 0), from ?? 0);
    if (from === null || at < from - BACKGROUND_MS || at > to + BACKGROUND_MS) continue;
    const known = group.episodes.some(({ events }) =>
      events.some((one) => one.file === event.file && one.line === event.line),
    );
    if (!known) group.background.push(event);
    return;
  }
}
