/** Compares a value as written in a file with the value a server reports in its base unit: `512MB` is 65536 of 8kB. */

const MEMORY: Readonly<Record<string, number>> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };
const TIME: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Servers store some words under another: a build whose wal_compression knows methods makes pglz of on. */
const ENUM_ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  wal_compression: { on: 'pglz', true: 'pglz', yes: 'pglz', '1': 'pglz' },
};

export interface LiveSetting {
  readonly name: string;
  readonly value: string;
  /** '', '8kB', '16MB', 'ms', 's', 'min', … */
  readonly unit: string;
  readonly type: string;
}

export function sameSetting(written: string, live: LiveSetting): boolean {
  const text = unquoteSetting(written);
  if (live.type === 'bool') {
    return booleanOf(text) !== undefined && booleanOf(text) === booleanOf(live.value);
  }
  if (live.type === 'integer' || live.type === 'real') {
    const wanted = toBaseUnit(text, live.unit);
    return wanted !== undefined && closeEnough(wanted, Number(live.value), live.type);
  }
  if (live.type === 'enum') {
    const wanted = ENUM_ALIASES[live.name]?.[text.toLowerCase()] ?? text;
    return wanted.toLowerCase() === live.value.toLowerCase() || sameBoolean(wanted, live.value);
  }
  return text === live.value || sameList(text, live.value);
}

/** A quoted value of kingbase.conf as the server reads it. */
export function unquoteSetting(written: string): string {
  const text = written.trim();
  return text.length >= 2 && text.startsWith("'") && text.endsWith("'")
    ? text.slice(1, -1).replaceAll("''", "'").replaceAll("\\'", "'").replaceAll('\\\\', '\\')
    : text;
}

/** The written number in the server's base unit; undefined where it is no number. */
export function toBaseUnit(text: string, unit: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[0-9a-f]+)\s*([a-z]*)$/i.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const value = Number(match[1]);
  const suffix = match[2] ?? '';
  if (suffix === '' || unit === '') {
    return suffix === '' ? value : undefined;
  }
  const [, count, base] = /^(\d*)([A-Za-z]+)$/.exec(unit) ?? [];
  const scale = base !== undefined && base in MEMORY ? MEMORY : TIME;
  const from = scale[suffix];
  const to = scale[base ?? ''];
  if (from === undefined || to === undefined) {
    return undefined;
  }
  return (value * from) / (to * Number(count === '' ? 1 : count));
}

/** Servers round a written value to their base unit. */
function closeEnough(wanted: number, live: number, type: string): boolean {
  return type === 'integer' ? Math.abs(wanted - live) <= 0.5 : Math.abs(wanted - live) <= 1e-9 * Math.abs(live);
}

function booleanOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (['on', 'true', 'yes', '1', 't', 'y'].includes(word)) {
    return true;
  }
  return ['off', 'false', 'no', '0', 'f', 'n'].includes(word) ? false : undefined;
}

function sameBoolean(a: string, b: string): boolean {
  return booleanOf(a) !== undefined && booleanOf(a) === booleanOf(b);
}

/** Lists of names: spaces after the commas do not matter. */
function sameList(a: string, b: string): boolean {
  const norm = (text: string): string =>
    text
      .split(',')
      .map((item) => item.trim())
      .join(',');
  return (a.includes(',') || b.includes(',')) && norm(a) === norm(b);
}
