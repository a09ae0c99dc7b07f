// How much WAL a node keeps on purpose; what a slot or a stuck archive keeps besides has no bound in this release.
import { canonicalValue } from '../parameters/checkParameters';
import { kingbaseParameters } from '../parameters/kingbase';
import type { ClusterSpec } from '../spec/types';

const SEGMENT_MIB = 16;

export interface WalBudget {
  /** wal_keep_segments × 16 MiB. */
  readonly keptMiB: number;
  /** max_wal_size. */
  readonly checkpointMiB: number;
  /** What a rejoin may fetch: a quarter of what is kept (field value, not the vendor's word). */
  readonly rejoinMiB: number;
}

export function walBudgetMiB(spec: Pick<ClusterSpec, 'database'>): WalBudget {
  const keptMiB = effectiveNumber(spec, 'wal_keep_segments') * SEGMENT_MIB;
  return { keptMiB, checkpointMiB: effectiveNumber(spec, 'max_wal_size'), rejoinMiB: Math.floor(keptMiB / 4) };
}

/** The number in effect: the user's, else the cluster's, else the product's; in the base unit. */
function effectiveNumber(spec: Pick<ClusterSpec, 'database'>, name: string): number {
  const parameter = kingbaseParameters.get(name);
  const fallback = parameter?.cluster ?? parameter?.default ?? '0';
  const value = Number(canonicalValue(name, spec.database.parameters[name] ?? fallback));
  return Number.isFinite(value) ? value : Number(canonicalValue(name, fallback));
}
