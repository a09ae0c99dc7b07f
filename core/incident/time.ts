/** Moments: as logs write them (no zone), as people read them, and with a zone only where somebody named it. */

const STAMP = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

/** Logs say the same second again and again: the last answer is kept. */
let last: { readonly text: string; readonly at: number | null } = { text: '', at: null };

/** Wall-clock milliseconds as if UTC; null: no such moment. */
export function parseStamp(text: string): number | null {
  if (last.text !== text) last = { text, at: readStamp(text) };
  return last.at;
}

function readStamp(text: string): number | null {
  const parts = STAMP.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    ...[number, number, number, number, number, number],
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second) + Number(`0.${parts[7] ?? '0'}`) * 1000;
}

/** `HH:MM:SS` on the day of another moment: a crawler ate the date. */
export function parseClock(text: string, near: number | null): number | null {
  if (near === null) return null;
  return parseStamp(`${formatStamp(near).slice(0, 10)} ${text}`);
}

/** `2022-08-30 15:38:09`. */
export function formatStamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** Whether the runtime knows such a zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}

/** ISO 8601 with the offset that the zone had then; without a zone, without an offset: the reader sees that nobody said it. */
export function formatIso(at: number, zone: string | null): string {
  const wall = new Date(at).toISOString().slice(0, 19);
  return zone === null ? wall : wall + formatOffset(offsetMinutes(at, zone));
}

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Of a wall-clock moment: found by asking twice, because the offset depends on the moment that it gives. */
function offsetMinutes(wall: number, zone: string): number {
  const first = wallIn(wall, zone) - wall;
  const second = wallIn(wall - first, zone) - (wall - first);
  return Math.round(second / 60_000);
}

/** A format is a hundred times as expensive as its use, and each line of a timeline has a moment. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  } as Intl.DateTimeFormatOptions);
  formats.set(zone, format);
  return format;
}

function wallIn(utc: number, zone: string): number {
  const parts = formatIn(zone).formatToParts(utc);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** `+2s`, `-1m30s`, `8h`, `1.5` (seconds) → seconds; null: no such length. */
export function parseSkew(text: string): number | null {
  const parts = /^([+-]?)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text);
  if (parts === null || parts.slice(2).every((part) => part === undefined)) return null;
  const [hours, minutes, seconds] = parts.slice(2).map((part) => Number(part ?? 0)) as [number, number, number];
  const size = hours * 3600 + minutes * 60 + seconds;
  return parts[1] === '-' ? -size : size;
}
