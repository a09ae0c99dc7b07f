// Full backups that are kept by count against a window in days: a year of backups, as sys_rman would expire them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversWindow, cutByOneMore, fullBackupsFor } from '../../../core/backup/retention';
import { gapsOf } from '../../../core/backup/schedule';

const DAY = 86_400;
const WEEKLY = [7 * DAY];

describe('fullBackupsFor', () => {
  it.each([
    ['a week of daily backups', 7, '0 2 * * *', 9],
    ['a week of weekly backups', 7, '0 2 * * 0', 3],
    ['two weeks of weekly backups', 14, '0 2 * * 0', 4],
    ['six days of weekly backups', 6, '0 2 * * 0', 2],
    ['two weeks, Monday and Tuesday', 14, '0 2 * * 1,2', 6],
    ['a month of monthly backups', 30, '0 2 1 * *', 3],
    ['ten years of monthly backups', 3650, '0 2 1 * *', 122],
    ['a day, every six hours', 1, '0 0,6,12,18 * * *', 6],
  ])('keeps what %s needs', (_, window, cron, count) => {
    expect(fullBackupsFor(window, gapsOf(cron))).toBe(count);
  });

  it('never loses a part of the window once the first one has passed, however long each backup takes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('0 2 * * *', '0 2 * * 0', '0 2 * * 1,2', '0 2 * * 0,3,4', '0 2 1 * *', '0 0,12 * * *'),
        fc.integer({ min: 1, max: 90 }),
        fc.array(fc.integer({ min: 0, max: 95 }), { minLength: 50, maxLength: 50 }),
        (cron, windowDays, percents) => {
          const gaps = gapsOf(cron);
          const kept = fullBackupsFor(windowDays, gaps);
          expect(lostDays({ gaps, percents, kept, windowDays })).toEqual([]);
        },
      ),
    );
  });

  it('keeps no more than that: with one less, a window is lost where one backup takes longer than the next', () => {
    for (const windowDays of [7, 14, 28]) {
      const kept = fullBackupsFor(windowDays, WEEKLY) - 1;
      const percents = Array.from({ length: 50 }, (_, run) => (run === 8 ? 10 : 0));
      expect(lostDays({ gaps: WEEKLY, percents, kept, windowDays })).toHaveLength(1);
    }
  });
});

/**
 * A year of full backups: each begins when cron starts it, takes its part of a day (or of the shortest gap), and then expires what is too
 * many. The days, counted from the first start, on which the oldest one had ended too late for the window, although that had passed.
 */
function lostDays(year: {
  readonly gaps: readonly number[];
  readonly percents: readonly number[];
  readonly kept: number;
  readonly windowDays: number;
}): number[] {
  const { gaps, percents, kept, windowDays } = year;
  const unit = Math.min(DAY, ...gaps) / 100;
  const ends: number[] = [];
  const lost: number[] = [];
  for (let run = 0, start = 0; start < 365 * DAY; run += 1) {
    const now = start + (percents[run % percents.length] as number) * unit;
    ends.push(now);
    const begin = now - windowDays * DAY;
    const hasPassed = (ends[0] as number) <= begin;
    const oldest = ends.slice(-kept)[0] as number;
    if (hasPassed && oldest > begin) lost.push(now / DAY);
    start += gaps[run % gaps.length] as number;
  }
  return lost;
}

describe('coversWindow', () => {
  const retention = { windowDays: 14, fullBackups: 3 };
  const now = 1_800_000_000;
  const sets = (...ages: readonly number[]) =>
    ages.map((days) => ({ kind: 'full' as const, stopSeconds: now - days * DAY }));

  it.each([
    ['reaches back as far', sets(20, 1), true],
    ['reaches back exactly as far', sets(14), true],
    ['is young, and nothing has expired', sets(13, 6), null],
    ['is short although as many are kept as shall be', sets(13, 6, 1), false],
    ['is empty', [], false],
    [
      'has nothing that the others could rest on',
      [{ kind: 'incremental' as const, stopSeconds: now - 20 * DAY }],
      false,
    ],
  ])('tells of a repository that %s', (_, own, covered) => {
    expect(coversWindow(retention, own, now)).toBe(covered);
  });
});

describe('cutByOneMore', () => {
  const now = 1_795_000_000;
  const fullsOf = (...days: number[]): { kind: 'full'; stopSeconds: number }[] =>
    days.map((age) => ({ kind: 'full', stopSeconds: now - age * 86_400 }));

  it.each([
    ['pushes out the one that reached back far enough', 3, [15, 8, 1], 8],
    ['leaves nothing but the new one', 1, [15], 0],
    ['cuts what is kept in whatever order', 3, [1, 15, 8], 8],
  ])('says since when restores reach back where it %s', (_, fullBackups, ages, since) => {
    expect(cutByOneMore({ windowDays: 14, fullBackups }, fullsOf(...ages), now)).toBe(now - since * 86_400);
  });

  it.each([
    ['fewer are there than are kept', 4, [15, 8, 1]],
    ['the next one reaches back far enough too', 3, [22, 15, 8]],
    ['the window was not covered anyway', 3, [9, 8, 1]],
    ['there is none', 3, []],
  ])('is quiet where %s', (_, fullBackups, ages) => {
    expect(cutByOneMore({ windowDays: 14, fullBackups }, fullsOf(...ages), now)).toBeUndefined();
  });

  it('counts full backups alone', () => {
    const sets = [...fullsOf(15, 8), { kind: 'incremental' as const, stopSeconds: now - 86_400 }];
    expect(cutByOneMore({ windowDays: 14, fullBackups: 3 }, sets, now)).toBeUndefined();
  });
});
