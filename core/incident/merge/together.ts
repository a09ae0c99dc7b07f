/** When which pool was MASTER, and when which held the delegate IP, by what its log tells; and which did so at one time. */
import type { EventName } from '../patterns/names';
import type { LogEvent, SourceReport } from '../types';

export interface Span {
  readonly node: string;
  /** The line by which it began. */
  readonly event: LogEvent;
  readonly from: number;
  readonly to: number;
}

export type Together = readonly (readonly [Span, Span])[];

/** The one begins while the other leaves: not yet two. */
const HANDOVER_MS = 2000;
const GONE: ReadonlySet<EventName> = new Set<EventName>(['poolStop', 'poolStart', 'poolGone']);

/** Worked out once for all incidents: with a long log there are thousands of states. */
export function mastersTogether(reports: readonly SourceReport[]): Together {
  const isMaster = ({ name, args }: LogEvent): boolean => name === 'wdState' && /^(MASTER|LEADER)$/.test(args[1] ?? '');
  return pairs(reports.flatMap((report) => spans(report, isMaster, ({ name }) => name === 'wdState')));
}

export function holdersTogether(reports: readonly SourceReport[]): Together {
  return pairs(
    reports.flatMap((report) =>
      spans(
        report,
        ({ name }) => name === 'vipAcquired',
        ({ name }) => name === 'vipReleased' || name === 'vipFailed',
      ),
    ),
  );
}

function pairs(all: readonly Span[]): Together {
  if (new Set(all.map(({ node }) => node)).size < 2) return [];
  return all.flatMap((a) =>
    all.filter((b) => b.node !== a.node && b.from > a.from && b.from + HANDOVER_MS < a.to).map((b) => [a, b] as const),
  );
}

function spans(
  { background, lastAt, node, source }: SourceReport,
  begins: (event: LogEvent) => boolean,
  ends: (event: LogEvent) => boolean,
): readonly Span[] {
  const found: { node: string; event: LogEvent; from: number; to: number }[] = [];
  for (const event of background) {
    if (event.at === null) continue;
    const open = found.at(-1);
    if ((GONE.has(event.name) || ends(event)) && open !== undefined && open.to === Infinity) open.to = event.at;
    if (begins(event)) found.push({ node: node ?? source, event, from: event.at, to: Infinity });
  }
  // After its last line nobody knows.
  return found.map((one) => ({ ...one, to: Math.min(one.to, lastAt ?? one.from) }));
}
