// Values as the server reads them: units, ranges, spellings. Equal values get one canonical text.
import type { Parameter, ParameterUnit } from './types';

// Bytes and microseconds; the server's own factors (guc.c), units are case-sensitive there.
const SIZES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  '8kB': 8192,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};
const TIMES: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, min: 6e7, h: 3.6e9, d: 8.64e10 };

export type ParsedValue =
  | { readonly ok: true; readonly canonical: string }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** The canonical text of a value: base unit, on/off, the first spelling; or what is wrong with it. */
export function parseValue(parameter: Parameter, text: string): ParsedValue {
  if (/^'.*'$/.test(text) || (/^".*"$/.test(text) && parameter.type !== 'text')) {
    return wrong(
      `${text} has quotes of its own`,
      `write the value alone: ${text.slice(1, -1)}; it is quoted as its file needs it.`,
    );
  }
  switch (parameter.type) {
    case 'boolean':
      return parseBoolean(text);
    case 'enum':
      return parseEnum(parameter, text);
    case 'integer':
    case 'real':
      return parseNumber(parameter, text);
    default:
      return { ok: true, canonical: text };
  }
}

function parseBoolean(text: string): ParsedValue {
  const word = text.trim().toLowerCase();
  if (['on', 'true', 'yes', '1', 't', 'y'].includes(word)) return { ok: true, canonical: 'on' };
  if (['off', 'false', 'no', '0', 'f', 'n'].includes(word)) return { ok: true, canonical: 'off' };
  return wrong(`${JSON.stringify(text)} is neither on nor off`, 'write on or off.');
}

function parseEnum(parameter: Parameter, text: string): ParsedValue {
  const values = parameter.values ?? [];
  const word = text.trim().toLowerCase();
  const found = values.find((value) => value.toLowerCase() === word);
  if (found !== undefined) return { ok: true, canonical: found };
  // The server takes true and false for on and off where an enum has these words.
  const flag = parseBoolean(text);
  if (flag.ok && values.includes(flag.canonical)) return flag;
  return wrong(`${JSON.stringify(text)} is not one of ${values.join(', ')}`, `write one of ${values.join(', ')}.`);
}

function parseNumber(parameter: Parameter, text: string): ParsedValue {
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  const what = parameter.type === 'integer' ? 'a whole number' : 'a number';
  if (match === null) {
    const units = unitsOf(parameter.unit);
    return wrong(
      `${JSON.stringify(text)} is not ${what}`,
      units.length > 0
        ? `write a number and a unit (${units.join(', ')}), for example ${parameter.default}.`
        : `write ${what}.`,
    );
  }
  const amount = Number(match[1]);
  const unit = match[2] as string;
  if (unit !== '' && parameter.unit === undefined)
    return wrong(`${text.trim()} has a unit, ${parameter.name} is a plain number`, `write ${match[1]}.`);
  const factor = unit === '' || parameter.unit === undefined ? 1 : factorOf(unit, parameter.unit);
  if (factor === undefined) return unknownUnit(parameter, text, match[1] as string, unit);
  const exact = amount * factor;
  if (parameter.type === 'integer' && unit === '' && !Number.isInteger(amount))
    return wrong(`${text.trim()} is not ${what}`, `write ${Math.round(amount)}.`);
  const value = parameter.type === 'integer' ? Math.round(exact) : exact;
  return checkRange(parameter, value, text.trim()) ?? { ok: true, canonical: String(value) };
}

function checkRange(parameter: Parameter, value: number, text: string): ParsedValue | undefined {
  const { min = -Infinity, max = Infinity } = parameter;
  // Zero and -1 often mean "off" or "automatic": shown as they are, not as a size.
  const shown = /[A-Za-z]$/.test(text) ? text : formatAmount(value, parameter.unit);
  const range = `choose ${formatAmount(min, parameter.unit)} to ${formatAmount(max, parameter.unit)}; the default is ${parameter.default}.`;
  if (value < min) return wrong(`${shown} is below ${formatAmount(min, parameter.unit)}`, range);
  if (value > max) return wrong(`${shown} is above ${formatAmount(max, parameter.unit)}`, range);
  return undefined;
}

function unknownUnit(parameter: Parameter, text: string, amount: string, unit: string): ParsedValue {
  const units = unitsOf(parameter.unit);
  const near = units.find(
    (known) => known.toLowerCase() === unit.toLowerCase() || known.toLowerCase() === `${unit.toLowerCase()}b`,
  );
  const hint =
    near === undefined ? `use one of ${units.join(', ')}.` : `units are case-sensitive: write ${amount}${near}.`;
  return wrong(`${text.trim()} has the unknown unit ${unit}`, hint);
}

function factorOf(unit: string, base: ParameterUnit): number | undefined {
  const scale = Object.hasOwn(SIZES, base) ? SIZES : TIMES;
  // 8kB is a unit of the server's tables, not one that a user may write.
  const factor = unit !== '8kB' && Object.hasOwn(scale, unit) ? scale[unit] : undefined;
  return factor === undefined ? undefined : factor / (scale[base] as number);
}

function unitsOf(base: ParameterUnit | undefined): string[] {
  if (base === undefined) return [];
  const scale = Object.hasOwn(SIZES, base) ? SIZES : TIMES;
  return Object.keys(scale).filter((unit) => unit !== '8kB');
}

/** A number of base units, in the largest unit that says it exactly. */
export function formatAmount(value: number, base: ParameterUnit | undefined): string {
  if (base === undefined || value <= 0) return String(value);
  const scale = Object.hasOwn(SIZES, base) ? SIZES : TIMES;
  const units = unitsOf(base).reverse();
  const total = value * (scale[base] as number);
  const unit = units.find((candidate) => total % (scale[candidate] as number) === 0);
  return unit === undefined ? `${value}${base}` : `${total / (scale[unit] as number)}${unit}`;
}

function wrong(message: string, hint: string): ParsedValue {
  return { ok: false, message, hint };
}
