/** How the histories of two nodes relate, and what has to be asked of their WAL before that is believed: positions alone also agree by accident. */
import { formatLsn, type HeldStanding, type Stretch } from './standing';
import type { BranchQuestions, PrintQuestion, SpanAnswer, SpanQuestion } from './types';

/** The last place up to which both may share their history. */
export interface Junction {
  readonly timeline: number;
  readonly lsn: bigint;
}

export interface Relation {
  /** Of the first to the second: it holds all of it, the reverse, both, or neither. unknown: a history is missing. */
  readonly kind: 'same' | 'holds' | 'isHeld' | 'parted' | 'unknown';
  readonly at: Junction | undefined;
  /** Their WAL up to the junction: the same bytes, other ones, or it could not be read. */
  readonly bytes: 'same' | 'other' | 'unread';
}

const known = new WeakMap<HeldStanding, WeakMap<HeldStanding, Relation>>();

/** Asked again and again of the same pair while one cluster is judged. */
export function relate(one: HeldStanding, two: HeldStanding): Relation {
  const ofOne = known.get(one) ?? new WeakMap<HeldStanding, Relation>();
  known.set(one, ofOne);
  const relation = ofOne.get(two) ?? compare(one, two);
  ofOne.set(two, relation);
  return relation;
}

function compare(one: HeldStanding, two: HeldStanding): Relation {
  if (one.path === undefined || two.path === undefined) return { kind: 'unknown', at: undefined, bytes: 'unread' };
  const { kind, at } = relatePaths(one.path, two.path);
  if (at === undefined) return { kind, at, bytes: 'unread' };
  const bytes = sameBytes(one, two, at);
  // The junction is a mistake then: they parted before it, nobody knows where.
  return bytes === 'other' ? { kind: 'parted', at: undefined, bytes } : { kind, at, bytes };
}

export function relatePaths(
  one: readonly Stretch[],
  two: readonly Stretch[],
): { readonly kind: Relation['kind']; readonly at: Junction | undefined } {
  for (let index = 0; ; index += 1) {
    const [a, b] = [one[index], two[index]];
    if (a === undefined || b === undefined || a.timeline !== b.timeline) return { kind: 'parted', at: undefined };
    const [aEnds, bEnds] = [index === one.length - 1, index === two.length - 1];
    const at = { timeline: a.timeline, lsn: a.end < b.end ? a.end : b.end };
    if (aEnds && bEnds) return { kind: a.end === b.end ? 'same' : a.end > b.end ? 'holds' : 'isHeld', at };
    if (aEnds) return { kind: a.end <= b.end ? 'isHeld' : 'parted', at };
    if (bEnds) return { kind: b.end <= a.end ? 'holds' : 'parted', at };
    if (a.end !== b.end || one[index + 1]?.timeline !== two[index + 1]?.timeline) return { kind: 'parted', at };
  }
}

function sameBytes(one: HeldStanding, two: HeldStanding, at: Junction): Relation['bytes'] {
  if (isFedBy(one, two) || isFedBy(two, one)) return 'same';
  const key = printKey({ timeline: at.timeline, lsn: formatLsn(at.lsn) });
  const [a, b] = [one.node.answers?.prints[key], two.node.answers?.prints[key]];
  return a === undefined || b === undefined ? 'unread' : a === b ? 'same' : 'other';
}

/** It receives the other's WAL right now. */
function isFedBy(standby: HeldStanding, source: HeldStanding): boolean {
  const answers = standby.node.observation.reachable ? standby.node.observation.server.answers : undefined;
  const receiver = answers?.receiver;
  return (
    answers?.inRecovery === true &&
    receiver?.status === 'streaming' &&
    receiver.senderHost === source.node.target.host &&
    source.serving !== undefined
  );
}

/** What `one` wrote after the place where it parted from the other; undefined: could not be counted. */
export function commitsSince(one: HeldStanding, at: Junction | undefined): SpanAnswer | undefined {
  if (at === undefined) return undefined;
  const spans = spansSince(one, at);
  const read = spans.map((span) => one.node.answers?.spans[spanKey(span)]);
  if (read.some((answer) => answer === undefined)) return undefined;
  const found = (read as readonly SpanAnswer[]).filter(({ commits }) => commits > 0);
  return {
    commits: found.reduce((sum, { commits }) => sum + commits, 0),
    firstAt: found[0]?.firstAt,
    lastAt: found.at(-1)?.lastAt,
  };
}

function spansSince({ path = [] }: HeldStanding, at: Junction): SpanQuestion[] {
  const first = path.findIndex(({ timeline }) => timeline === at.timeline);
  return path.slice(first).flatMap(({ timeline, end }, index) => {
    const from = index === 0 ? at.lsn : (path[first + index - 1] as Stretch).end;
    const isLast = first + index === path.length - 1;
    return from >= end ? [] : [{ timeline, from: formatLsn(from), to: isLast ? undefined : formatLsn(end) }];
  });
}

export function printKey({ timeline, lsn }: Pick<PrintQuestion, 'timeline' | 'lsn'>): string {
  return `${timeline}@${lsn}`;
}

export function spanKey({ timeline, from, to }: SpanQuestion): string {
  return `${timeline}@${from}-${to ?? 'end'}`;
}

/** What each node has to be asked about its own WAL before any two of these are compared. */
export function questionsFor(held: readonly HeldStanding[]): ReadonlyMap<string, BranchQuestions> {
  const all = new Map<string, { prints: Map<string, PrintQuestion>; spans: Map<string, SpanQuestion> }>();
  held.forEach((one, index) => {
    for (const two of held.slice(index + 1)) {
      if (one.path === undefined || two.path === undefined || one.systemIdentifier !== two.systemIdentifier) continue;
      const { kind, at } = relatePaths(one.path, two.path);
      if (at === undefined) continue;
      for (const each of [one, two]) {
        const mine = all.get(each.node.target.name) ?? { prints: new Map(), spans: new Map() };
        all.set(each.node.target.name, mine);
        const print = printQuestion(each, at);
        mine.prints.set(printKey(print), print);
        const hasMore = kind === 'parted' || kind === (each === one ? 'holds' : 'isHeld');
        if (hasMore) for (const span of spansSince(each, at)) mine.spans.set(spanKey(span), span);
      }
    }
  });
  return new Map(
    [...all].map(([name, { prints, spans }]) => [name, { prints: [...prints.values()], spans: [...spans.values()] }]),
  );
}

function printQuestion({ path = [], node }: HeldStanding, { timeline, lsn }: Junction): PrintQuestion {
  const later = path.map((stretch) => stretch.timeline).filter((each) => each >= timeline);
  return {
    timeline,
    lsn: formatLsn(lsn),
    files: later,
    segmentBytes: node.facts?.control?.segmentBytes ?? 16 * 1024 * 1024,
  };
}
