/** Clocks of two nodes, compared by what both wrote at the same moment. Never put right silently: the user is told, and how. */
import type { FindingArgs, IncidentFinding } from '../incidentTypes';
import { nodeNameOf } from '../read/facts';
import type { LogEvent } from '../types';
import { finding, type Judged } from '../verdict/rule';
import { episodeLabel } from './case';
import { eventOf, eventsOf } from './events';
import { failoverIdOf } from './group';
import { label } from './nodes';

/** Stamps are whole seconds. */
const TOLERATED_SECONDS = 2;
const FAREWELL_MS = 600_000;

export function skewFindings(about: Judged): readonly IncidentFinding[] {
  const found = [...betweenViews(about), ...byFarewell(about)];
  // Two signs of the same difference are one.
  return found.filter(({ args }, at) => found.findIndex((one) => sameNodes(one.args, args)) === at);
}

function sameNodes(a: FindingArgs, b: FindingArgs): boolean {
  return [a['node'], a['than']].sort().join() === [b['node'], b['than']].sort().join();
}

/** `Watchdog is shutting down` of the one, and the other that is told so in the same second. */
function byFarewell(about: Judged): readonly IncidentFinding[] {
  const { group, around } = about;
  return group.episodes.flatMap((episode) => {
    const heard = eventOf(episode, 'peerShutdown');
    const peer = around.nodes.find(nodeNameOf(heard?.args[0] ?? ''));
    if (heard === null || peer === null) return [];
    const said = around.reports
      .filter(({ node }) => around.nodes.find(node) === peer)
      .flatMap(({ background }) => background)
      .filter(({ name, at }) => name === 'poolStop' && Math.abs((at ?? Infinity) - (heard.at ?? 0)) <= FAREWELL_MS);
    // Of two nobody knows which was heard.
    const [one] = said;
    if (one === undefined || said.length > 1) return [];
    return difference([one, heard], { node: episodeLabel(about, episode), than: label(peer) });
  });
}

function difference(
  [a, b]: readonly [LogEvent, LogEvent],
  names: { readonly node: string; readonly than: string },
): readonly IncidentFinding[] {
  const seconds = ((b.at ?? 0) - (a.at ?? 0)) / 1000;
  if (Math.abs(seconds) <= TOLERATED_SECONDS) return [];
  const fix = `${seconds > 0 ? '-' : '+'}${Math.abs(seconds)}s`;
  return [finding('clock-skew', 'warn', [a, b], { args: { ...names, seconds, fix } })];
}

function betweenViews(about: Judged): readonly IncidentFinding[] {
  const [first, ...others] = about.group.episodes;
  if (first === undefined) return [];
  return others.flatMap((other) => {
    const pairs = [
      pair(eventOf(first, 'degeneration'), failoverIdOf(first) === null ? null : eventOf(other, 'degeneration')),
      pair(executedAt(first), eventOf(other, 'lockForwarded')),
      pair(eventOf(first, 'lockForwarded'), executedAt(other)),
    ].filter((one) => one !== null);
    const [best] = pairs;
    const names = { node: episodeLabel(about, other), than: episodeLabel(about, first) };
    return best === undefined ? [] : difference(best, names);
  });
}

function executedAt(episode: Judged['main'] & object): LogEvent | null {
  return eventsOf(episode, 'exec').at(0) ?? null;
}

function pair(a: LogEvent | null, b: LogEvent | null): readonly [LogEvent, LogEvent] | null {
  return a?.at === undefined || a.at === null || b?.at === undefined || b.at === null ? null : [a, b];
}
