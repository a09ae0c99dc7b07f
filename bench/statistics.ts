// What a series of runs says. Percentiles are nearest-rank: always a value that was really measured, never one between two.
export interface Summary {
  readonly runs: number;
  readonly min: number;
  readonly median: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Nearest rank: the smallest measured value that at least `percent` of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = ascending(values);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? NaN;
}

export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

export function summarize(values: readonly number[]): Summary {
  return {
    runs: values.length,
    min: percentile(values, 0),
    median: median(values),
    p50: percentile(values, 50),
    p95: percentile(values, 95),
    max: percentile(values, 100),
  };
}

/**
 * How much more one further unit costs at the upper end than at the lower end, from three sizes in ascending order: 1 is linear, more grows
 * faster. A fixed cost (start-up) falls out, so it cannot hide growth.
 */
export function growth(points: readonly { readonly size: number; readonly cost: number }[]): number {
  const [small, middle, large] = points;
  if (small === undefined || middle === undefined || large === undefined) return NaN;
  const lower = (middle.cost - small.cost) / (middle.size - small.size);
  const upper = (large.cost - middle.cost) / (large.size - middle.size);
  // Nothing measurable between the small sizes says nothing about growth: not a number, so the limit is not held to be kept.
  return lower > 0 ? upper / lower : NaN;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
