// What a measurement is to the bench: it runs, returns rows to judge and every single run behind them.
import type { Unit, Row } from './verdict';

export interface Series {
  readonly name: string;
  readonly unit: Unit;
  /** Every single run, in the order in which they were made. */
  readonly values: readonly number[];
  /** What else was seen in each run, in the same order. */
  readonly details?: readonly Readonly<Record<string, unknown>>[];
}

export interface Outcome {
  readonly rows: readonly Row[];
  readonly series: readonly Series[];
  /** What a reader must know to believe the numbers. */
  readonly notes: readonly string[];
}

export interface BenchContext {
  /** undefined: the measurement's own number. */
  readonly runs?: number;
  /** Fewer and smaller, to see that it works; such results say nothing about speed. */
  readonly quick: boolean;
  say(text: string): void;
  /** Runs when the bench ends for whatever reason, Ctrl-C included; the returned function runs it now and forgets it. */
  cleanup(undo: () => Promise<void>): () => Promise<void>;
}

export interface Measurement {
  readonly name: string;
  readonly title: string;
  /** root, network namespaces, the lab's image */
  readonly needsLab: boolean;
  run(context: BenchContext): Promise<Outcome>;
}

export function runsOf(context: BenchContext, normally: number): number {
  return context.runs ?? (context.quick ? 1 : normally);
}
