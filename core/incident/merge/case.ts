/** A group with what it is about: who failed, who ran the script, when it began. What rules and timelines ask for, worked out once. */
import type { HaConf, PoolConf } from '../conf';
import type { Basis, Incident, IncidentKind } from '../incidentTypes';
import type { EventName } from '../patterns/names';
import type { Episode, LogEvent, ScriptRun, SourceReport } from '../types';
import { parsePoolName } from '../read/facts';
import { firstAttempt } from './attempts';
import { eventOf, eventsOf, firstOfAll, lastOf } from './events';
import { parseExec, type ExecArgs } from './execArgs';
import { failedIdOf, groupAt, type Group } from './group';
import { label, type NodeTable } from './nodes';
import type { Together } from './together';

export interface Surroundings {
  readonly reports: readonly SourceReport[];
  readonly nodes: NodeTable;
  readonly poolConf: PoolConf | null;
  readonly haConf: HaConf | null;
  readonly timeZone: string | null;
  /** Of all logs: pools that were MASTER at one time, and such as held the delegate IP at one time. */
  readonly masters: Together;
  readonly holders: Together;
}

export interface Case {
  readonly group: Group;
  readonly around: Surroundings;
  /** The view of the pool that ran the script, else the one that decided, else the fullest. */
  readonly main: Episode | null;
  readonly executor: Episode | null;
  readonly script: ScriptRun | null;
  readonly exec: ExecArgs | null;
  readonly kind: IncidentKind;
  readonly kindBasis: Basis;
  readonly failedId: number | null;
  readonly oldPrimaryId: number | null;
  /** The last that a pool set; -1: nobody. */
  readonly newPrimaryId: number | null;
  readonly decision: LogEvent | null;
  readonly firstFailure: LogEvent | null;
  readonly faultAt: number | null;
  readonly faultFrom: Incident['faultFrom'];
}

const FAILURES: readonly EventName[] = [
  ...(['connectFailed', 'persistFailed', 'authFailed', 'checkTimedOut', 'shuttingDown', 'pingFailed'] as const),
];

export function buildCase(group: Group, around: Surroundings): Case {
  const { episodes } = group;
  const executor = episodes.find((one) => eventOf(one, 'exec', 'promoteCommand') !== null) ?? null;
  const holder = episodes.find((one) => eventsOf(one, 'lockGot').some(({ args }) => args[0] === 'local')) ?? null;
  const main = executor ?? holder ?? fullest(episodes);
  const execEvent = executor === null ? null : eventOf(executor, 'exec');
  const exec = execEvent === null ? null : parseExec(execEvent.args[1] ?? '');
  const script = group.scripts[0] ?? null;
  const stats = script === null ? null : eventOf(script, 'scriptArgs');
  const failedId =
    exec?.failedId ?? number(stats?.args[2]) ?? episodes.map(failedIdOf).find((id) => id !== null) ?? null;
  const oldPrimaryId = exec?.oldPrimaryId ?? number(stats?.args[1]);
  const base = {
    ...{ group, around, main, executor, script, exec, failedId, oldPrimaryId },
    newPrimaryId: newPrimaryOf(group, main, around),
    decision: firstOfAll(main === null ? episodes : [main, ...episodes], ...DECISIONS),
    firstFailure: main === null ? null : earliest(eventsOf(main, ...FAILURES)),
  };
  const [kind, kindBasis] = kindOf(base);
  const begun = faultOf(base);
  return {
    ...base,
    kind,
    kindBasis,
    ...begun,
    oldPrimaryId: oldPrimaryId ?? (kind === 'primary-failover' ? failedId : null),
  };
}

const DECISIONS: readonly EventName[] = ['nodeDown', 'degenerate', 'degeneration', 'reconnectFailed', 'exec'];

type Base = Omit<Case, 'kind' | 'kindBasis' | 'faultAt' | 'faultFrom'>;

function fullest(episodes: readonly Episode[]): Episode | null {
  return [...episodes].sort((a, b) => b.events.length - a.events.length)[0] ?? null;
}

function number(text: string | undefined): number | null {
  return text === undefined || !/^-?\d+$/.test(text) ? null : Number(text);
}

function earliest(events: readonly LogEvent[]): LogEvent | null {
  return events.find(({ at }) => at !== null) ?? null;
}

function newPrimaryOf({ episodes }: Group, main: Episode | null, around: Surroundings): number | null {
  const of = (episode: Episode): number | null => {
    const set = number(lastOf(episode, 'newPrimary')?.args[0]);
    // What was found by asking the databases counts where the line that sets it is missing.
    return set ?? number(eventOf(episode, 'primaryFound')?.args[0]);
  };
  const own = main === null ? null : of(main);
  if (own !== null) return own;
  const promoted = episodes.find((one) => eventOf(one, 'promoted') !== null);
  const candidate = promoted === undefined ? null : eventOf(promoted, 'candidate');
  if (promoted !== undefined) return number(candidate?.args[1]) ?? around.nodes.find(promoted.node)?.id ?? null;
  return episodes.map(of).find((id) => id !== null) ?? null;
}

function kindOf({ group, exec, script, oldPrimaryId, failedId }: Base): readonly [IncidentKind, Basis] {
  const { episodes, recoveries } = group;
  const has = (...names: readonly EventName[]): boolean => firstOfAll(episodes, ...names) !== null;
  if (exec !== null || (oldPrimaryId !== null && failedId !== null)) {
    return [oldPrimaryId === failedId ? 'primary-failover' : 'standby-down', 'seen'];
  }
  if (script !== null && eventOf(script, 'scriptStandbyDown') !== null) return ['standby-down', 'seen'];
  if (script !== null && eventOf(script, 'scriptPrimaryDown', 'promoteBegin') !== null)
    return ['primary-failover', 'seen'];
  if (has('promoteCommand', 'promoted', 'promoting')) return ['primary-failover', 'seen'];
  if (has('nodeDown', 'degenerate', 'degeneration', 'reconnectFailed')) {
    if (has('findPrimary', 'primaryFound')) return ['primary-failover', 'absent'];
    return has('newPrimary') ? ['standby-down', 'absent'] : ['node-down', 'absent'];
  }
  if (has('networkLost', 'gatewaysLost')) return ['network-lost', 'seen'];
  if (has('kbhaStops', 'kbhaMountStops'))
    return [has('gatewayPingFailed') ? 'network-lost' : 'database-stopped', 'seen'];
  if (has('newPrimary', 'findPrimary')) return ['node-down', 'absent'];
  if (has('coordinatorLost', 'masterLost', 'peerLost')) return ['pool-only', 'absent'];
  if (episodes.length > 0) return [has('retry', 'reconnectTry') ? 'blip' : 'pool-only', 'absent'];
  return script === null && recoveries.length > 0 ? ['recovery-only', 'seen'] : ['node-down', 'absent'];
}

function faultOf(base: Base): Pick<Case, 'faultAt' | 'faultFrom'> {
  const { group, firstFailure, decision } = base;
  const before = (event: LogEvent | null): event is LogEvent =>
    event !== null &&
    event.at !== null &&
    (decision?.at === undefined || decision.at === null || event.at <= decision.at);
  const peer = group.episodes
    .map((episode) => eventOf(episode, 'peerShutdown', 'peerLost'))
    .filter(before)
    .find((event) => isFailedPeer(base, event));
  const check = before(firstFailure) ? firstFailure.at : null;
  if (peer !== undefined && (check === null || (peer.at ?? 0) <= check)) {
    const beat = peer.name === 'peerLost' ? lastBeat(group, peer) : null;
    return beat === null ? { faultAt: peer.at, faultFrom: 'peer' } : { faultAt: beat, faultFrom: 'heartbeat' };
  }
  if (check !== null) {
    const took = firstAttempt(base.main, base.around.poolConf?.detection.healthCheckTimeout ?? null);
    return took === 0 ? { faultAt: check, faultFrom: 'check' } : { faultAt: check - took * 1000, faultFrom: 'attempt' };
  }
  const first = groupAt(group);
  return { faultAt: first, faultFrom: first === null ? null : 'first line' };
}

/** Whether the pool that went stood on the host of the database that failed; where nobody knows, the watchdog's word counts. */
function isFailedPeer({ around, failedId }: Base, event: LogEvent): boolean {
  const peer = parsePoolName(event.args[0] ?? '');
  const failed = around.nodes.byId(failedId);
  const found = peer === null ? null : (around.nodes.find(peer.name) ?? around.nodes.find(peer.host));
  return failed === null || found === null || found.id === null || found.id === failed.id;
}

function lastBeat({ episodes }: Group, peer: LogEvent): number | null {
  const beat = episodes
    .map((one) => eventOf(one, 'heartbeat'))
    .find((one) => one !== null && one.at !== null && one.at <= (peer.at ?? 0));
  if (beat === null || beat === undefined || beat.at === null) return null;
  return beat.at - Number(beat.args[1]) * 1000;
}

export function nodeLabel(about: Case, id: number | null): string | null {
  if (id === null || id < 0) return null;
  const node = about.around.nodes.byId(id);
  return node === null ? `DB ${id}` : label(node);
}

export function episodeLabel({ around }: Case, episode: Episode): string {
  const node = around.nodes.find(episode.node);
  return node === null ? (episode.node ?? '?') : label(node);
}

/** Pools whose logs were being written when it was decided: their silence says something. */
export function poolsWatching(about: Case): number {
  const at = about.decision?.at ?? null;
  const watching = about.around.reports.filter(
    ({ files, firstAt, lastAt }) =>
      files.some(({ kinds }) => kinds.includes('cluster')) &&
      (at === null || (firstAt !== null && lastAt !== null && firstAt <= at && lastAt >= at)),
  );
  return new Set(watching.map(({ node, source }) => node ?? source)).size;
}
