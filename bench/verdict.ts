// Rows of the result table and what they are held to. A number that could not be measured never keeps a limit.
export interface Limit {
  /** limit: missing it fails the run. aim: missing it is said, nothing more. */
  readonly kind: 'limit' | 'aim';
  readonly of: 'value' | 'ratio';
  readonly max: number;
}

export interface Row {
  readonly name: string;
  readonly unit: Unit;
  readonly ours: number;
  readonly reference?: number;
  readonly limits: readonly Limit[];
}

export type Unit = 's' | 'ms' | 'MiB' | 'count' | 'ratio';
export type Verdict = 'ok' | 'aim missed' | 'MISSED' | 'shown';

export function ratioOf(row: Pick<Row, 'ours' | 'reference'>): number | undefined {
  return row.reference === undefined ? undefined : row.ours / row.reference;
}

function kept(row: Row, limit: Limit): boolean {
  const found = limit.of === 'value' ? row.ours : ratioOf(row);
  // NaN compares false with everything: what was not measured is not kept.
  return found !== undefined && found <= limit.max;
}

export function judgeRow(row: Row): Verdict {
  if (row.limits.length === 0) return 'shown';
  const missed = row.limits.filter((limit) => !kept(row, limit));
  if (missed.some((limit) => limit.kind === 'limit')) return 'MISSED';
  return missed.length > 0 ? 'aim missed' : 'ok';
}

export function anyMissed(rows: readonly Row[]): boolean {
  return rows.some((row) => judgeRow(row) === 'MISSED');
}

export const atMost = (max: number): Limit => ({ kind: 'limit', of: 'value', max });
export const atMostRatio = (max: number): Limit => ({ kind: 'limit', of: 'ratio', max });
export const aim = (max: number): Limit => ({ kind: 'aim', of: 'value', max });
export const aimRatio = (max: number): Limit => ({ kind: 'aim', of: 'ratio', max });
