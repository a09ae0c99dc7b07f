// Judges a history against what every node holds: acknowledged and missing is loss, and nodes must agree with one another.
import type { Attempt } from './writer';

export interface Verdict {
  readonly acknowledged: number;
  /** Acknowledged numbers that a node lacks, per node. */
  readonly lost: Readonly<Record<string, readonly number[]>>;
  /** Numbers that some nodes hold and others do not. */
  readonly disagreement: readonly number[];
  readonly ok: boolean;
}

export function judge(attempts: readonly Attempt[], rows: Readonly<Record<string, readonly number[]>>): Verdict {
  const acked = attempts.filter((attempt) => attempt.ackedAt !== undefined).map((attempt) => attempt.n);
  const held = Object.entries(rows).map(([node, numbers]) => ({ node, numbers: new Set(numbers) }));
  const lost: Record<string, number[]> = {};
  for (const { node, numbers } of held) {
    const missing = acked.filter((n) => !numbers.has(n));
    if (missing.length > 0) lost[node] = missing;
  }
  const all = new Set(held.flatMap(({ numbers }) => [...numbers]));
  const disagreement = [...all].filter((n) => held.some(({ numbers }) => !numbers.has(n))).sort((a, b) => a - b);
  const ok = held.length > 0 && Object.keys(lost).length === 0 && disagreement.length === 0;
  return { acknowledged: acked.length, lost, disagreement, ok };
}
