/** Whole numbers within what a kind can do with them. */
import type { Finding } from '../finding';
import { wrongRecord } from './checkInputs';
import type { ActionInputs } from './kinds/types';

export type Ranges = Readonly<Record<string, readonly [least: number, most: number]>>;

export function wrongNumbers(inputs: ActionInputs, ranges: Ranges, path: string): readonly Finding[] {
  return Object.entries(ranges).flatMap(([name, [least, most]]) => {
    const value = inputs[name];
    return value === undefined || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)
      ? []
      : [wrongRecord(`${path}.${name}`, `${String(value)} is no whole number from ${least} to ${most}`)];
  });
}
