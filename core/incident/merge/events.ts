/** Looking up what an episode or a run holds. */
import type { EventName } from '../patterns/names';
import type { LogEvent } from '../types';

interface Holds {
  readonly events: readonly LogEvent[];
}

/** The first event of the first of these names that is there. */
export function eventOf(from: Holds, ...names: readonly EventName[]): LogEvent | null {
  for (const name of names) {
    const found = from.events.find((event) => event.name === name);
    if (found !== undefined) return found;
  }
  return null;
}

export function lastOf(from: Holds, ...names: readonly EventName[]): LogEvent | null {
  return from.events.filter(({ name }) => names.includes(name)).at(-1) ?? null;
}

export function eventsOf(from: Holds, ...names: readonly EventName[]): readonly LogEvent[] {
  return from.events.filter(({ name }) => names.includes(name));
}

export function firstOfAll(all: readonly Holds[], ...names: readonly EventName[]): LogEvent | null {
  for (const one of all) {
    const found = eventOf(one, ...names);
    if (found !== null) return found;
  }
  return null;
}

/** Seconds from the one to the other; null where one has no moment. */
export function secondsBetween(from: number | null | undefined, to: number | null | undefined): number | null {
  return from === null || from === undefined || to === null || to === undefined ? null : (to - from) / 1000;
}
