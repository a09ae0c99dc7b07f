// Proves the arithmetic and the verdicts behind `npm run bench`; not that anything is fast.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth, median, percentile, summarize } from '../../../bench/statistics';
import { formatTable, formatValue } from '../../../bench/table';
import { aim, aimRatio, anyMissed, atMost, atMostRatio, judgeRow, ratioOf, type Row } from '../../../bench/verdict';

const row = (changes: Partial<Row>): Row => ({ name: 'up', unit: 's', ours: 3, limits: [], ...changes });

describe('percentile', () => {
  it.each([
    [[7], 50, 7],
    [[4, 1, 3, 2], 50, 2],
    [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 50, 5],
    [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 95, 10],
    [[1, 2, 3], 0, 1],
    [[1, 2, 3], 100, 3],
    [Array.from({ length: 100 }, (_, at) => at + 1), 95, 95],
  ])('of %j at %i is %d', (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  it('is always a measured value, and at least that share of the runs is not above it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 100 }),
        (values, percent) => {
          const found = percentile(values, percent);
          expect(values).toContain(found);
          expect(values.filter((value) => value <= found).length / values.length).toBeGreaterThanOrEqual(percent / 100);
        },
      ),
    );
  });

  it('of nothing is not a number, so that no limit is kept by it', () => {
    expect(percentile([], 95)).toBeNaN();
    expect(median([])).toBeNaN();
  });
});

describe('median', () => {
  it('lies between the two middle runs where their number is even', () => {
    expect(median([9, 1, 2, 4])).toBe(3);
    expect(median([9, 1, 2])).toBe(2);
  });

  it('leaves the order of the runs alone', () => {
    const values = [3, 1, 2];
    expect(summarize(values)).toEqual({ runs: 3, min: 1, median: 2, p50: 2, p95: 3, max: 3 });
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('growth', () => {
  const points = (cost: (size: number) => number): { size: number; cost: number }[] =>
    [1, 10, 50].map((size) => ({ size, cost: cost(size) }));

  it('is 1 for a straight line, whatever the fixed cost', () => {
    expect(growth(points((size) => 100 + 2 * size))).toBeCloseTo(1);
  });

  it('is above 1 for a cost that grows faster than the size, even under a large fixed cost', () => {
    expect(growth(points((size) => 1000 + size * size))).toBeCloseTo(60 / 11);
  });

  it('is not a number where the small sizes show no difference', () => {
    expect(growth(points((size) => (size === 50 ? 9 : 5)))).toBeNaN();
    expect(growth([{ size: 1, cost: 1 }])).toBeNaN();
  });
});

describe('judgeRow', () => {
  it.each<[string, Partial<Row>]>([
    ['shown', {}],
    ['ok', { limits: [atMost(3)] }],
    ['MISSED', { limits: [atMost(2.99)] }],
    ['ok', { reference: 2, limits: [atMostRatio(1.5), aimRatio(1.5)] }],
    ['aim missed', { reference: 2, limits: [atMostRatio(1.8), aimRatio(1.3)] }],
    ['MISSED', { reference: 1, limits: [atMostRatio(1.8), aimRatio(1.3)] }],
    ['aim missed', { limits: [aim(2)] }],
  ])('says %s for %j', (verdict, changes) => {
    expect(judgeRow(row(changes))).toBe(verdict);
  });

  it('never lets a limit be kept by what was not measured', () => {
    expect(judgeRow(row({ ours: NaN, limits: [atMost(10)] }))).toBe('MISSED');
    expect(judgeRow(row({ limits: [atMostRatio(10)] }))).toBe('MISSED');
    expect(judgeRow(row({ reference: NaN, limits: [atMostRatio(10)] }))).toBe('MISSED');
    expect(judgeRow(row({ reference: 0, limits: [atMostRatio(10)] }))).toBe('MISSED');
  });

  it('fails the run for a missed limit, not for a missed aim', () => {
    expect(anyMissed([row({ limits: [aim(1)] }), row({})])).toBe(false);
    expect(anyMissed([row({}), row({ limits: [atMost(1)] })])).toBe(true);
  });

  it('has no ratio without a reference', () => {
    expect(ratioOf(row({}))).toBeUndefined();
    expect(ratioOf(row({ reference: 1.5 }))).toBe(2);
  });
});

describe('formatTable', () => {
  it('shows each row with its unit, ratio, limits and verdict', () => {
    const text = formatTable([
      row({ name: 'first up', ours: 12.34, reference: 6.8, limits: [atMostRatio(1.8), aimRatio(1.3)] }),
      row({ name: 'resources', unit: 'count', ours: 12, limits: [atMost(12)] }),
      row({ name: 'memory', unit: 'MiB', ours: 312.7, limits: [atMost(300)] }),
      row({ name: 'failover', ours: NaN, limits: [atMost(9)] }),
    ]);
    expect(text.split('\n')).toEqual([
      'measurement          ours  reference  ratio  limit                       verdict',
      '-----------  ------------  ---------  -----  --------------------------  -------',
      'first up           12.3 s     6.80 s   1.81  ≤ ratio 1.8, aim ratio 1.3  MISSED',
      'resources              12          -      -  ≤ 12                        ok',
      'memory            313 MiB          -      -  ≤ 300 MiB                   MISSED',
      'failover     not measured          -      -  ≤ 9 s                       MISSED',
    ]);
  });

  it('rounds to three figures and keeps whole numbers whole', () => {
    expect(['0.12345', '1', '9.876', '45.67', '123.4'].map((text) => formatValue(Number(text), 's'))).toEqual([
      '0.12 s',
      '1 s',
      '9.88 s',
      '45.7 s',
      '123 s',
    ]);
  });
});
