/** Events of hamgr.log and kbha.log → episodes of the same shape as the pool's. */
import type { EventName } from '../patterns/names';
import type { Episode, LogEvent } from '../types';
import { createKept, type Kept } from './keep';

const OPENERS: ReadonlySet<EventName> = new Set<EventName>([
  ...(['pingFailed', 'reconnectTry', 'reconnectFailed', 'promoteCommand', 'promoting', 'gatewayPingFailed'] as const),
  ...(['kbhaStops', 'kbhaMountFailed', 'kbhaMountStops', 'notConfirmed', 'notAttached', 'multiplePrimaries'] as const),
]);
const ENDS: ReadonlySet<EventName> = new Set<EventName>(['promoted', 'reconnected', 'kbhaStops']);
const QUIET_MS = 600_000;
const AFTER_END_MS = 60_000;
const MOST_EPISODES = 1000;

export interface RepmgrTracker {
  readonly add: (event: LogEvent) => void;
  readonly finish: () => readonly Omit<Episode, 'source' | 'node'>[];
}

interface Open {
  readonly kept: Kept;
  readonly firstAt: number | null;
  lastAt: number | null;
  endedAt: number | null;
}

export function createRepmgrTracker(): RepmgrTracker {
  const episodes: Omit<Episode, 'source' | 'node'>[] = [];
  let open: Open | null = null;
  const close = (): void => {
    if (open !== null && isWorthKeeping(open)) {
      const { kept, firstAt, lastAt } = open;
      episodes.push({ system: 'v8r6', events: kept.events, counts: kept.counts, firstAt, lastAt });
      if (episodes.length > MOST_EPISODES) episodes.shift();
    }
    open = null;
  };
  return {
    add: (event) => {
      if (open !== null && OPENERS.has(event.name) && isOver(open, event.at)) close();
      if (open === null && !OPENERS.has(event.name)) return;
      open ??= { kept: createKept(), firstAt: event.at, lastAt: event.at, endedAt: null };
      open.kept.add(event);
      open.lastAt = event.at ?? open.lastAt;
      if (ENDS.has(event.name)) open.endedAt = open.lastAt ?? 0;
    },
    finish: () => {
      close();
      return episodes;
    },
  };
}

function isOver({ lastAt, endedAt }: Open, at: number | null): boolean {
  if (at === null) return false;
  if (endedAt !== null) return at - endedAt > AFTER_END_MS;
  return lastAt !== null && at - lastAt > QUIET_MS;
}

/** One ping that failed and was not followed by anything is no disturbance. */
function isWorthKeeping({ kept: { counts } }: Open): boolean {
  const names: readonly EventName[] = [
    ...(['reconnectTry', 'reconnectFailed', 'promoteCommand', 'promoting', 'promoted', 'kbhaStops'] as const),
    ...(['kbhaMountFailed', 'kbhaMountStops', 'notConfirmed', 'multiplePrimaries'] as const),
  ];
  return names.some((name) => (counts[name] ?? 0) > 0);
}
