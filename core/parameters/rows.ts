// Short forms for the rows of the tables: one line per parameter keeps a table a table.
import type { Parameter, ParameterUnit } from './types';

type Extra = Partial<Omit<Parameter, 'name' | 'type' | 'default' | 'description'>>;
type Range = readonly [min: number, max: number];

/** Largest value of a 32-bit integer, the server's own limit where it has no other. */
export const MAX = 2147483647;

function row(base: Pick<Parameter, 'name' | 'type' | 'default' | 'description'>, extra: Extra): Parameter {
  return { change: 'reload', versions: ['V8R6', 'V9'], source: 'U', class: 'free', ...base, ...extra };
}

export function flag(name: string, fallback: 'on' | 'off', description: string, extra: Extra = {}): Parameter {
  return row({ name, type: 'boolean', default: fallback, description }, extra);
}

export function count(name: string, fallback: string, range: Range, description: string, extra: Extra = {}): Parameter {
  return row({ name, type: 'integer', default: fallback, description }, { min: range[0], max: range[1], ...extra });
}

/** A size or a duration: an integer with a unit. */
export function measure(
  name: string,
  unit: ParameterUnit,
  fallback: string,
  range: Range,
  description: string,
  extra: Extra = {},
): Parameter {
  return count(name, fallback, range, description, { unit, ...extra });
}

export function real(name: string, fallback: string, range: Range, description: string, extra: Extra = {}): Parameter {
  return row({ name, type: 'real', default: fallback, description }, { min: range[0], max: range[1], ...extra });
}

export function choice(
  name: string,
  values: readonly string[],
  fallback: string,
  description: string,
  extra: Extra = {},
): Parameter {
  return row({ name, type: 'enum', default: fallback, description }, { values, ...extra });
}

export function text(name: string, fallback: string, description: string, extra: Extra = {}): Parameter {
  return row({ name, type: 'text', default: fallback, description }, extra);
}

/** The same row, refused because another field decides it. */
export function owned(parameter: Parameter, alternative: string, reason: string): Parameter {
  return { ...parameter, class: 'owned', alternative, reason };
}

/** The same row, refused because no value of it is safe in a cluster. */
export function forbidden(parameter: Parameter, reason: string, alternative: string): Parameter {
  return { ...parameter, class: 'forbidden', reason, alternative };
}

export function tableOf(...groups: readonly (readonly Parameter[])[]): ReadonlyMap<string, Parameter> {
  return new Map(groups.flat().map((parameter) => [parameter.name, parameter]));
}
