/**
 * Ten thousand clusters that something happened to, judged by an oracle that knows what was really written where.
 * Seen to fail: with digests not compared, with a position taken for proof, without the fence before a promotion, without evidence before a rewind:
 * each guard of compare, choosePrimary and planRecovery taken out once.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailureClass } from '../../../core/recovery/types';
import { diagnoseCluster } from '../../../core/recovery/diagnoseCluster';
import { classOf, judgeChoice, judgePlan } from './oracle';
import { project } from './project';
import { anyStory, live, type Story } from './world';

const RUNS = 10_000;
/** Of these there have to be some, or the ten thousand say little. */
const WANTED: readonly FailureClass[] = [
  'healthy',
  'singlePrimaryFailedStandbys',
  'noPrimary',
  'multiplePrimaries',
  'partialNodeFailure',
  'fullClusterFailure',
];

/** Found among millions, and judged in every run: nodes that were promoted to one timeline, and one between them whose WAL cannot be read. */
const FOUND: readonly Story[] = [
  {
    size: 3,
    events: [
      { kind: 'blind', node: 0 },
      { kind: 'promote', node: 1 },
      { kind: 'write', node: 1, commit: false, bytes: 1 },
      { kind: 'promote', node: 2 },
      { kind: 'write', node: 2, commit: true, bytes: 1 },
      { kind: 'reclone', node: 0, other: 1 },
    ],
  },
  {
    size: 5,
    events: [
      { kind: 'write', node: 0, commit: true, bytes: 1 },
      { kind: 'promote', node: 4 },
      { kind: 'write', node: 4, commit: false, bytes: 2 },
      { kind: 'promote', node: 1 },
      { kind: 'promote', node: 2 },
      { kind: 'write', node: 2, commit: false, bytes: 2 },
      { kind: 'blind', node: 4 },
      { kind: 'write', node: 1, commit: true, bytes: 1 },
    ],
  },
];

describe('diagnoseCluster, over generated clusters', () => {
  it('names the class, picks no wrong primary, and plans nothing that loses or doubles one', () => {
    const seen = new Map<string, number>();
    const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(anyStory, (story) => {
        const world = live(story);
        const diagnosis = diagnoseCluster(project(world));
        const wanted = classOf(world);
        count(wanted);
        count(diagnosis.primary.kind);
        const complaints = [
          ...(diagnosis.class === wanted ? [] : [`class ${diagnosis.class}, not ${wanted}`]),
          ...judgeChoice(world, diagnosis.primary),
          ...judgePlan(world, diagnosis),
        ];
        if (complaints.length > 0) throw new Error(complaints.join('\n'));
      }),
      { numRuns: RUNS, examples: FOUND.map((story) => [story]) },
    );
    expect(WANTED.filter((each) => (seen.get(each) ?? 0) < 20)).toEqual([]);
    expect(seen.get('undecidable') ?? 0).toBeGreaterThan(100);
  }, 120_000);
});
