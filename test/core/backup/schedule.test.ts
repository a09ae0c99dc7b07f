// What users mean by a schedule, the fields of cron that come of it, and how far apart their runs really lie.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapsOf, meet, parseSchedule, SCHEDULE_FORMS } from '../../../core/backup/schedule';

const DAY = 86_400;

function cronOf(text: string): string | undefined {
  const parsed = parseSchedule(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.schedule?.cron;
}

describe('parseSchedule', () => {
  it.each([
    ['daily 04:00', '0 4 * * *'],
    ['every day at 4:05', '5 4 * * *'],
    ['weekly on Sunday 02:00', '0 2 * * 0'],
    ['Sunday 02:00', '0 2 * * 0'],
    ['on Monday, Thursday 02:00', '0 2 * * 1,4'],
    ['every Saturday and Tuesday at 23:59', '59 23 * * 2,6'],
    ['Wed wed WEDNESDAY 00:00', '0 0 * * 3'],
    ['monthly on 1 03:00', '0 3 1 * *'],
    ['monthly on the 28th at 03:30', '30 3 28 * *'],
    ['monthly day 2 03:00', '0 3 2 * *'],
    ['every 6 hours', '0 0,6,12,18 * * *'],
    ['every 1 hour', '0 * * * *'],
    ['  Every 12h ', '0 0,12 * * *'],
    ['never', undefined],
  ])('reads "%s"', (text, cron) => {
    expect(cronOf(text)).toBe(cron);
  });

  it.each([
    ['Sunday', 'has no time such as 02:00 at its end'],
    ['每周日 02:00', '"每周日" is no day'],
    ['0 2 */7 * *', 'has no time such as 02:00 at its end'],
    ['daily 24:00', '24:00 is no time of a day'],
    ['daily 02:60', '02:60 is no time of a day'],
    ['weekly 02:00', 'names no day'],
    ['02:00', 'names no day'],
    ['Sunday, Funday 02:00', '"funday" is no day'],
    ['su 02:00', '"su" is no day'],
    ['monthly on 29 03:00', 'day 29 does not come in every month, 1 to 28 do'],
    ['monthly on 0 03:00', 'day 0 does not come in every month, 1 to 28 do'],
    ['every 5 hours', 'only 1, 2, 3, 4, 6, 8 and 12 hours divide a day evenly (24 hours: daily 00:00)'],
    ['every 0 hours', 'only 1, 2, 3, 4, 6, 8 and 12 hours divide a day evenly (24 hours: daily 00:00)'],
  ])('says of "%s" what is wrong', (text, reason) => {
    expect(parseSchedule(text)).toEqual({ ok: false, reason: `"${text}" is no schedule: ${reason}` });
  });

  it('understands every form that its messages name', () => {
    for (const form of SCHEDULE_FORMS.split('; ')) expect(parseSchedule(form)).toMatchObject({ ok: true });
  });

  it.each([
    ['daily 04:00', DAY],
    ['weekly on Sunday 02:00', 7 * DAY],
    ['Monday, Thursday 02:00', 4 * DAY],
    ['monthly on 1 03:00', 31 * DAY],
    ['every 6 hours', DAY / 4],
    ['every 1 hours', 3600],
  ])('knows the longest gap of "%s"', (text, seconds) => {
    const parsed = parseSchedule(text);
    expect(parsed.ok && parsed.schedule?.longestGapSeconds).toBe(seconds);
  });

  it('never steps through the days of a month, and never leaves a longer gap than it says, over two years', () => {
    fc.assert(
      fc.property(intents(), fc.integer({ min: 0, max: 1460 }), (text, offset) => {
        const parsed = parseSchedule(text);
        if (!parsed.ok || parsed.schedule === undefined) throw new Error(text);
        const { cron, longestGapSeconds } = parsed.schedule;
        expect(cron.split(' ')[2]).not.toContain('/');
        const runs = runsOf(cron, offset, 2 * 365);
        const gaps = runs.slice(1).map((run, index) => run - (runs[index] as number));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(longestGapSeconds);
        // Not longer than needed either: each gap that it knows does come, but for a leap year.
        for (const gap of gapsOf(cron)) expect(gaps.some((real) => Math.abs(real - gap) <= DAY)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('meet', () => {
  it('agrees with the calendar', () => {
    fc.assert(
      fc.property(intents(), intents(), (a, b) => {
        const [one, other] = [cronOf(a) as string, cronOf(b) as string];
        const runs = new Set(runsOf(one, 0, 3 * 365));
        expect(meet(one, other)).toBe(runsOf(other, 0, 3 * 365).some((run) => runs.has(run)));
      }),
      { numRuns: 60 },
    );
  });
});

/** Few times of the day, so that two of them often meet. */
function intents(): fc.Arbitrary<string> {
  const time = fc.constantFrom('00:00', '02:00', '02:30', '06:00', '23:59');
  const day = fc.constantFrom('Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday');
  return fc.oneof(
    time.map((at) => `daily ${at}`),
    fc
      .tuple(fc.uniqueArray(day, { minLength: 1, maxLength: 7 }), time)
      .map(([days, at]) => `weekly on ${days.join(', ')} ${at}`),
    fc.tuple(fc.integer({ min: 1, max: 28 }), time).map(([on, at]) => `monthly on ${on} ${at}`),
    fc.constantFrom(1, 2, 3, 4, 6, 8, 12).map((hours) => `every ${hours} hours`),
  );
}

/** What cron(8) does with the five fields, in UTC: numbers, lists and stars only. Seconds since 1970. */
function runsOf(cron: string, offsetDays: number, days: number): number[] {
  const [minutes = '', hours = '', dates = '', , weekdays = ''] = cron.split(' ');
  const has = (field: string, value: number): boolean => field === '*' || field.split(',').includes(String(value));
  const first = Date.UTC(2024, 0, 1) / 1000 + offsetDays * DAY;
  const hoursOfDay = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => has(hours, hour));
  return Array.from({ length: days }, (_, index) => first + index * DAY).flatMap((midnight) => {
    const date = new Date(midnight * 1000);
    const isDay = has(dates, date.getUTCDate()) && has(weekdays, date.getUTCDay());
    return isDay ? hoursOfDay.map((hour) => midnight + hour * 3600 + Number(minutes) * 60) : [];
  });
}
