/** When which pool was MASTER, by the states that its log tells; and which were so at one time. */
import type { LogEvent, SourceReport } from '../types';

export interface Master {
  readonly node: string;
  /** The line by which it became so. */
  readonly event: LogEvent;
  readonly from: number;
  readonly to: number;
}

export type MasterPair = readonly [Master, Master];

/** The one becomes MASTER while the other leaves: not yet two. */
const HANDOVER_MS = 2000;

/** Worked out once for all incidents: with a long log there are thousands of states. */
export function mastersTogether(reports: readonly SourceReport[]): readonly MasterPair[] {
  const all = reports.flatMap(mastersOf);
  if (new Set(all.map(({ node }) => node)).size < 2) return [];
  return all.flatMap((a) =>
    all
      .filter((b) => b.node !== a.node && b.from > a.from && b.from + HANDOVER_MS < a.to)
      .map((b): MasterPair => [a, b]),
  );
}

function mastersOf({ background, lastAt, node, source }: SourceReport): readonly Master[] {
  const found: { node: string; event: LogEvent; from: number; to: number }[] = [];
  for (const event of background) {
    if (event.at === null) continue;
    const open = found.at(-1);
    const ends = event.name === 'poolStop' || event.name === 'poolStart' || event.name === 'wdState';
    if (ends && open !== undefined && open.to === Infinity) open.to = event.at;
    if (event.name === 'wdState' && /^(MASTER|LEADER)$/.test(event.args[1] ?? '')) {
      found.push({ node: node ?? source, event, from: event.at, to: Infinity });
    }
  }
  // After its last line nobody knows.
  return found.map((one) => ({ ...one, to: Math.min(one.to, lastAt ?? one.from) }));
}
