/**
 * Durations as KWDB's settings take and show them. The server takes 0 and negative intervals of checkpoints, too, and then writes thousands of them a
 * second (facts: measured), so a number of ours is always positive; a bare number would be an integer there, which it refuses.
 */
export type IntervalResult =
  { readonly ok: true; readonly seconds: number } | { readonly ok: false; readonly reason: string };

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
const CLOCK = /^(\d{2,3}):(\d{2}):(\d{2})(?:\.0+)?$/;
const PARTS = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
const DAYS = /^\d+\s*(?:d|day|days|w|week|weeks|mon|month|months|y|year|years)$/i;

/** `90s`, `5m`, `1h30m`, as a user writes it; also `00:05:00` and `5m0s`, as SHOW prints it. */
export function parseInterval(text: string): IntervalResult {
  const trimmed = text.trim();
  const clock = CLOCK.exec(trimmed);
  if (clock !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map(Number);
    return minutes > 59 || seconds > 59
      ? wrong(text, 'is no time of hours, minutes and seconds')
      : { ok: true, seconds: hours * 3600 + minutes * 60 + seconds };
  }
  if (DAYS.test(trimmed)) return wrong(text, 'has a unit of days or months, which KWDB refuses for this setting');
  if (/^\d+$/.test(trimmed)) return wrong(text, 'has no unit');
  if (trimmed.startsWith('-')) return wrong(text, 'is negative: KWDB would take it, and checkpoint without a pause');
  const parts = PARTS.exec(trimmed);
  if (parts === null || trimmed === '') return wrong(text, 'is no duration');
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return { ok: true, seconds: hours * 3600 + minutes * 60 + seconds };
}

/** The shortest text that means it, with units: 90 is `1m30s`. */
export function formatInterval(seconds: number): string {
  let rest = seconds;
  const text = Object.entries(UNITS).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  });
  return text.join('') || '0s';
}

function wrong(text: string, reason: string): IntervalResult {
  return { ok: false, reason: `${JSON.stringify(text)} ${reason}` };
}
