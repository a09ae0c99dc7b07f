/** Clocks of two nodes, compared by what both wrote at the same moment. Never put right silently: the user is told, and how. */
import type { IncidentFinding } from '../incidentTypes';
import type { LogEvent } from '../types';
import { finding, type Judged } from '../verdict/rule';
import { episodeLabel } from './case';
import { eventOf, eventsOf } from './events';
import { failoverIdOf } from './group';

/** Stamps are whole seconds. */
const TOLERATED_SECONDS = 2;

export function skewFindings(about: Judged): readonly IncidentFinding[] {
  const [first, ...others] = about.group.episodes;
  if (first === undefined) return [];
  return others.flatMap((other) => {
    const pairs = [
      pair(eventOf(first, 'degeneration'), failoverIdOf(first) === null ? null : eventOf(other, 'degeneration')),
      pair(executedAt(first), eventOf(other, 'lockForwarded')),
      pair(eventOf(first, 'lockForwarded'), executedAt(other)),
    ].filter((one) => one !== null);
    const seconds = pairs[0] === undefined ? 0 : (pairs[0][1].at ?? 0) / 1000 - (pairs[0][0].at ?? 0) / 1000;
    if (Math.abs(seconds) <= TOLERATED_SECONDS) return [];
    const args = {
      node: episodeLabel(about, other),
      than: episodeLabel(about, first),
      seconds,
      fix: `${seconds > 0 ? '-' : '+'}${Math.abs(seconds)}s`,
    };
    return [finding('clock-skew', 'warn', pairs[0] ?? [], { args })];
  });
}

function executedAt(episode: Judged['main'] & object): LogEvent | null {
  return eventsOf(episode, 'exec').at(0) ?? null;
}

function pair(a: LogEvent | null, b: LogEvent | null): readonly [LogEvent, LogEvent] | null {
  return a?.at === undefined || a.at === null || b?.at === undefined || b.at === null ? null : [a, b];
}
