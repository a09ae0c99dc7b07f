/**
 * Episodes of all logs, runs of the script and of the recovery → groups, each one incident. Both pools print the whole sequence of a failover, so
 * counting it would give two: views of one fault join by the failed node, the moment, and the failover's id (which is 0 where a pool is alone, and repeats).
 */
import type { EventName } from '../patterns/names';
import type { Episode, LogEvent, RecoveryRun, ScriptRun, SourceReport } from '../types';
import { nodeNameOf } from '../read/facts';
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
  const groups = groupEpisodes(reports.flatMap(({ episodes }) => episodes));
  const scripts = reports.flatMap(({ scripts: all }) => all);
  addScripts(groups, sorted(scripts, scriptAt));
  const recoveries = reports.flatMap(({ recoveries: all }) => all).filter((run) => !isQuiet(run));
  addRecoveries(
    groups,
    sorted(recoveries, ({ beginAt }) => beginAt),
  );
  addBackground(
    groups,
    reports.flatMap(({ background }) => background),
  );
  return sorted(groups, groupAt);
}

/** What is compared of an episode, worked out once: a large log has hundreds, and each would be compared with each. */
interface View {
  readonly episode: Episode;
  readonly anchor: number | null;
  readonly failedId: number | null;
  readonly failoverId: number | null;
  /** Whom it asked for the lock: the pool that ran the script, if that one did. */
  readonly askedNode: string | null;
  readonly ran: boolean;
}

/** Only episodes whose moments stand in the same slot or in two that touch can be views of one fault. */
const SLOT_MS = SAME_ID_MS;

function groupEpisodes(episodes: readonly Episode[]): Group[] {
  const groups: Group[] = [];
  const views: View[][] = [];
  const slots = new Map<number, Set<number>>();
  for (const episode of sorted(episodes, anchorOf)) {
    const view = viewOf(episode);
    const own = slotsOf(view);
    const near = own.flatMap((slot) => [slot - 1, slot, slot + 1]).flatMap((slot) => [...(slots.get(slot) ?? [])]);
    const found = near.filter((at) => (views[at] ?? []).every((other) => isSame(other, view)));
    const at = found.length === 0 ? groups.length : Math.min(...found);
    (groups[at] ??= emptyGroup()).episodes.push(episode);
    (views[at] ??= []).push(view);
    for (const slot of own) slots.set(slot, (slots.get(slot) ?? new Set()).add(at));
  }
  return groups;
}

function viewOf(episode: Episode): View {
  const [asked, ran] = [eventOf(episode, 'lockForwarded'), eventOf(episode, 'exec') !== null];
  return {
    ...{ episode, anchor: anchorOf(episode), failedId: failedIdOf(episode), failoverId: failoverIdOf(episode) },
    ...{ askedNode: asked === null ? null : nodeNameOf(asked.args[0] ?? ''), ran },
  };
}

function slotsOf({ anchor, episode: { firstAt } }: View): readonly number[] {
  return [anchor, firstAt].filter((at) => at !== null).map((at) => Math.floor(at / SLOT_MS));
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

function isSame(a: View, b: View): boolean {
  if (a.failedId !== null && b.failedId !== null && a.failedId !== b.failedId) return false;
  const apart = Math.min(distance(a.anchor, b.anchor), distance(a.episode.firstAt, b.episode.firstAt));
  // The same log twice (a copy), or the two halves of a file that was rotated meanwhile.
  if (a.episode.source === b.episode.source || (a.episode.node !== null && a.episode.node === b.episode.node))
    return apart <= 2000;
  const known = a.failedId !== null && a.failedId === b.failedId;
  const sameId = a.failoverId !== null && a.failoverId === b.failoverId;
  if (known && (sameId || askedFor(a, b) || askedFor(b, a))) return apart <= SAME_ID_MS;
  return apart <= TOGETHER_MS;
}

/** A pool that waits says for whom, and no id. */
function askedFor(a: View, b: View): boolean {
  return a.askedNode !== null && !a.ran && b.ran && a.askedNode === b.episode.node;
}

function distance(a: number | null, b: number | null): number {
  return a === null || b === null ? Infinity : Math.abs(a - b);
}

function scriptAt(script: ScriptRun): number | null {
  return script.events.find(({ at }) => at !== null)?.at ?? null;
}

function addScripts(groups: Group[], scripts: readonly ScriptRun[]): void {
  const windows = groups.map(({ episodes }) => episodes.flatMap(scriptWindows));
  for (const script of scripts) {
    const at = scriptAt(script);
    const found = windows.findIndex((all) => at !== null && all.some(([from, to]) => at >= from && at <= to));
    const fits = groups[found];
    // A copy of failover.log says the same again.
    const again = fits?.scripts.some((one) => distance(scriptAt(one), at) <= 1000 && one.begun === script.begun);
    if (again === true) continue;
    if (fits !== undefined) fits.scripts.push(script);
    else groups.push({ ...emptyGroup(), scripts: [script] });
  }
}

/** When the script may have begun that belongs to an episode: with the line that runs it, or between the decision and the end. */
function scriptWindows(episode: Episode): readonly (readonly [number, number])[] {
  const exec = eventOf(episode, 'exec')?.at ?? null;
  const from = anchorOf(episode);
  const to = eventOf(episode, 'done', 'newPrimary')?.at ?? from;
  const around = (begin: number | null, end: number | null): readonly (readonly [number, number])[] =>
    begin === null || end === null ? [] : [[begin - SCRIPT_MS, end + SCRIPT_MS]];
  return [...around(exec, exec), ...around(from, to)];
}

/** A run that went so far and has no end hangs, or was cut: no tick of a minute in which all was well. */
const TELLING: ReadonlySet<EventName> = new Set<EventName>(['mountGaveUp', 'rewindBegin', 'startBegin']);

function isQuiet({ verdict, events }: RecoveryRun): boolean {
  if (events.some(({ name }) => TELLING.has(name))) return false;
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

/** In the order of time. A run belongs to the last group that had begun by then. */
function addRecoveries(groups: Group[], runs: readonly RecoveryRun[]): void {
  const begins = groups.map((group) => groupAt(group) ?? Infinity);
  for (const run of runs) {
    const limit = run.beginAt === null ? -Infinity : run.beginAt + 5000;
    let last = -1;
    for (const [at, begin] of begins.entries()) if (begin <= limit && begin >= (begins[last] ?? -Infinity)) last = at;
    const before = groups[last];
    if (before !== undefined && isOpen(before, run)) before.recoveries.push(run);
    else last = groups.push({ ...emptyGroup(), recoveries: [run] }) - 1;
    begins[last] = Math.min(begins[last] ?? Infinity, run.beginAt ?? Infinity);
  }
}

function isOpen(group: Group, run: RecoveryRun): boolean {
  const last = group.recoveries.at(-1);
  const since = last?.lastAt ?? last?.beginAt ?? null;
  if (group.episodes.length + group.scripts.length === 0) return distance(since, run.beginAt) <= AFTERMATH_MS;
  const success = group.recoveries.filter(({ verdict }) => verdict === 'success').at(-1);
  if (success === undefined) return true;
  return distance(success.lastAt, run.beginAt) <= AFTERMATH_MS;
}

function addBackground(groups: readonly Group[], events: readonly LogEvent[]): void {
  const spans = groups.map((group) => {
    const from = groupAt(group) ?? Infinity;
    const to = Math.max(...group.episodes.map(({ lastAt, firstAt }) => lastAt ?? firstAt ?? 0), from);
    return { group, from: from - BACKGROUND_MS, to: to + BACKGROUND_MS };
  });
  for (const event of events) {
    const at = event.at;
    const group = at === null ? undefined : spans.find(({ from, to }) => at >= from && at <= to)?.group;
    const known = group?.episodes.some((one) =>
      one.events.some(({ file, line }) => file === event.file && line === event.line),
    );
    if (known === false) group?.background.push(event);
  }
}
