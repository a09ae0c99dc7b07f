/** Attempts of the health check: how many, how far apart, how long each took, and what they met. */
import type { PrimaryFault } from '../../v8r3/detectionBudget';
import type { EventName } from '../patterns/names';
import type { Episode, LogEvent } from '../types';
import { eventOf, eventsOf, secondsBetween } from './events';

const FAILED: ReadonlySet<EventName> = new Set<EventName>([
  'persistFailed',
  'authFailed',
  'checkTimedOut',
  'connectFailed',
]);

export interface Retries {
  readonly seen: number;
  /** Seconds from one to the next, on average. */
  readonly cadence: number | null;
  /** Seconds from a failed attempt to the next retry; null: the lines of the attempts are not there. */
  readonly delay: number | null;
  /** Seconds that an attempt took, the longest. */
  readonly attempt: number | null;
}

export function retriesOf(episode: Episode | null): Retries {
  const events = episode?.events ?? [];
  const retries = events.filter(({ name }) => name === 'retry' || name === 'reconnectTry');
  const counts = retries.map(retryNumber).filter(Number.isFinite);
  const first = retries[0];
  const last = retries.at(-1);
  const steps = (counts.at(-1) ?? 0) - (counts[0] ?? 0);
  const span = secondsBetween(first?.at, last?.at);
  const [delays, attempts] = gaps(events);
  // With lines of the attempts missing, what was measured between retries holds an attempt as well: only the shortest can be the delay.
  return {
    seen: counts.length === 0 ? 0 : Math.max(...counts),
    cadence: span === null || steps <= 0 ? null : Math.round((span / steps) * 10) / 10,
    delay: delays.length === 0 ? null : Math.min(...delays),
    attempt: attempts.length === 0 ? null : Math.max(...attempts),
  };
}

function retryNumber({ name, args }: LogEvent): number {
  if (name === 'reconnectTry') return Number(args[2]);
  return Number(args.length > 1 && args[1] !== '' ? args[1] : args[0]);
}

function gaps(events: readonly LogEvent[]): readonly [readonly number[], readonly number[]] {
  const [delays, attempts]: [number[], number[]] = [[], []];
  let failedAt: number | null = null;
  let retriedAt: number | null = null;
  for (const { name, at } of events) {
    if (at === null) continue;
    if (FAILED.has(name)) {
      if (retriedAt !== null) attempts.push((at - retriedAt) / 1000);
      [failedAt, retriedAt] = [at, null];
    } else if (name === 'retry') {
      if (failedAt !== null && retriedAt === null) delays.push((at - failedAt) / 1000);
      [failedAt, retriedAt] = [null, at];
    }
  }
  return [delays.filter((one) => one > 0), attempts];
}

export function faultKindOf(episode: Episode): PrimaryFault | null {
  if (eventOf(episode, 'checkTimedOut') !== null) return 'hung';
  const said = eventsOf(episode, 'connectFailed', 'connectDetail', 'shuttingDown').map(({ name, args }) =>
    name === 'shuttingDown' ? 'refused' : kindOfError(name === 'connectDetail' ? args[0] : args[1]),
  );
  // A server that shuts down refuses first; what the later attempts met decides.
  return said.filter((one) => one !== null).at(-1) ?? null;
}

function kindOfError(text: string | undefined): PrimaryFault | null {
  if (text === undefined) return null;
  if (/no route|unreachable|没有到主机的路由/i.test(text)) return 'noRoute';
  if (/timed out|timeout|超时/i.test(text)) return 'blackholed';
  return /refused|拒绝/i.test(text) ? 'refused' : null;
}

/** Seconds that the first attempt had taken when it was told: a hung database is silent for as long as the check waits. */
export function firstAttempt(episode: Episode | null, checkTimeout: number | null): number {
  const fault = episode === null ? null : faultKindOf(episode);
  if (fault === null || fault === 'refused') return 0;
  const measured = retriesOf(episode).attempt;
  return fault === 'hung' ? (checkTimeout ?? measured ?? 0) : (measured ?? 0);
}
