/** From what a user means ("weekly on Sunday 02:00") to cron's five fields, and how far apart the runs of such fields lie. */

export interface ParsedSchedule {
  readonly intent: string;
  /** minute hour day-of-month month day-of-week */
  readonly cron: string;
  readonly longestGapSeconds: number;
}

export type ScheduleResult =
  | { readonly ok: true; readonly schedule: ParsedSchedule | undefined }
  | { readonly ok: false; readonly reason: string };

/** What is understood, for messages and docs. */
export const SCHEDULE_FORMS =
  'daily 04:00; weekly on Sunday 02:00; Monday, Thursday 02:00; monthly on 1 03:00; every 6 hours; never';

const DAY = 86_400;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/**
 * Case does not count, `at` and `on` may be left out. No form yields a step in the day of the month: there, `*\/7` means the days 1, 8, 15,
 * 22 and 29 and not every seventh day.
 */
export function parseSchedule(text: string): ScheduleResult {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/\bat\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (words === 'never') return { ok: true, schedule: undefined };
  const hourly = /^every (\d{1,2}) ?(?:h|hours?)$/.exec(words);
  if (hourly !== null) return everyHours(text, Number(hourly[1]));
  const timed = /^(.*?) ?(\d{1,2}):(\d{2})$/.exec(words);
  if (timed === null) return wrong(text, 'has no time such as 02:00 at its end');
  const [hour, minute] = [Number(timed[2]), Number(timed[3])];
  if (hour > 23 || minute > 59) return wrong(text, `${timed[2]}:${timed[3]} is no time of a day`);
  return onDays(text, timed[1] ?? '', `${minute} ${hour}`);
}

function everyHours(text: string, hours: number): ScheduleResult {
  if (hours < 1 || hours > 12 || 24 % hours !== 0) {
    return wrong(text, 'only 1, 2, 3, 4, 6, 8 and 12 hours divide a day evenly (24 hours: daily 00:00)');
  }
  const list = Array.from({ length: 24 / hours }, (_, index) => index * hours).join(',');
  return right(text, `0 ${hours === 1 ? '*' : list} * * *`);
}

function onDays(text: string, when: string, time: string): ScheduleResult {
  if (when === 'daily' || when === 'every day') return right(text, `${time} * * *`);
  const monthly = /^monthly (?:on )?(?:the |day )?(\d{1,2})(?:st|nd|rd|th)?$/.exec(when);
  if (monthly !== null) {
    const day = Number(monthly[1]);
    return day >= 1 && day <= 28
      ? right(text, `${time} ${day} * *`)
      : wrong(text, `day ${day} does not come in every month, 1 to 28 do`);
  }
  const names = when.replace(/^(weekly|every)\b/, '').replace(/^ ?on\b/, '');
  return onWeekdays(
    text,
    names.split(/,| and |\s+/).filter((name) => name !== ''),
    time,
  );
}

function onWeekdays(text: string, names: readonly string[], time: string): ScheduleResult {
  if (names.length === 0) return wrong(text, 'names no day');
  const numbers = names.map((name) => weekday(name));
  const unknown = names[numbers.indexOf(undefined)];
  if (unknown !== undefined) return wrong(text, `"${unknown}" is no day`);
  const sorted = [...new Set(numbers as number[])].sort((a, b) => a - b);
  return right(text, `${time} * * ${sorted.join(',')}`);
}

function weekday(name: string): number | undefined {
  const at = DAYS.findIndex((day) => day === name || (name.length >= 3 && day.startsWith(name)));
  return at < 0 ? undefined : at;
}

function right(text: string, cron: string): ScheduleResult {
  return { ok: true, schedule: { intent: text.trim(), cron, longestGapSeconds: Math.max(...gapsOf(cron)) } };
}

function wrong(text: string, reason: string): ScheduleResult {
  return { ok: false, reason: `"${text}" is no schedule: ${reason}` };
}

/** Days of the months of a year that is no leap year. */
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Seconds from each run to the next, over and over, of the fields that parseSchedule writes. Changes of the clock for summer are not
 * counted, nor the 29th of February, which makes one gap longer and none the longest.
 */
export function gapsOf(cron: string): readonly number[] {
  const { hours, dayOfMonth, weekdays } = fieldsOf(cron);
  if (dayOfMonth !== undefined) return MONTHS.map((days) => days * DAY);
  return weekdays === undefined
    ? cyclic(
        hours.map((hour) => hour * 3600),
        DAY,
      )
    : cyclic(
        weekdays.map((day) => day * DAY),
        7 * DAY,
      );
}

/** Do both ever start in the same minute? */
export function meet(a: string, b: string): boolean {
  const [one, other] = [fieldsOf(a), fieldsOf(b)];
  const share = (left: readonly number[] | undefined, right: readonly number[] | undefined): boolean =>
    left === undefined || right === undefined || left.some((value) => right.includes(value));
  return (
    one.minute === other.minute &&
    share(one.hours, other.hours) &&
    share(one.weekdays, other.weekdays) &&
    (one.dayOfMonth === undefined || other.dayOfMonth === undefined || one.dayOfMonth === other.dayOfMonth)
  );
}

interface Fields {
  readonly minute: number;
  readonly hours: readonly number[];
  /** undefined: every day. */
  readonly dayOfMonth: number | undefined;
  readonly weekdays: readonly number[] | undefined;
}

const EVERY_HOUR = Array.from({ length: 24 }, (_, hour) => hour);

function fieldsOf(cron: string): Fields {
  const [minute, hours, dayOfMonth, , weekdays] = cron.split(' ') as [string, string, string, string, string];
  const numbers = (field: string): number[] => field.split(',').map(Number);
  return {
    minute: Number(minute),
    hours: hours === '*' ? EVERY_HOUR : numbers(hours),
    dayOfMonth: dayOfMonth === '*' ? undefined : Number(dayOfMonth),
    weekdays: weekdays === '*' ? undefined : numbers(weekdays),
  };
}

function cyclic(points: readonly number[], period: number): readonly number[] {
  return points.map((point, index) => (points[index + 1] ?? (points[0] as number) + period) - point);
}
