// One JSON file per measurement and run: machine, rows with verdicts, every single run with its medians and percentiles.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine';
import { summarize } from './statistics';
import type { Outcome } from './types';
import { judgeRow, ratioOf } from './verdict';

export interface ResultHead {
  readonly measurement: string;
  readonly title: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly seconds: number;
}

export function toResult(head: ResultHead, outcome: Outcome): Record<string, unknown> {
  return {
    ...head,
    rows: outcome.rows.map((row) => ({ ...row, ratio: ratioOf(row), verdict: judgeRow(row) })),
    series: outcome.series.map((series) => ({ ...series, ...summarize(series.values) })),
    notes: outcome.notes,
  };
}

/** `<date>-<name>.json`. */
export function resultName(head: Pick<ResultHead, 'measurement' | 'machine'>): string {
  return `${head.machine.date.slice(0, 19).replaceAll(':', '')}-${head.measurement}.json`;
}

export function writeResult(folder: string, head: ResultHead, outcome: Outcome): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, resultName(head));
  writeFileSync(path, `${JSON.stringify(toResult(head, outcome), null, 2)}\n`);
  return path;
}
