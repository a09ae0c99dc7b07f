// The recovery budget of a cluster, from the declared numbers alone. The bench holds its measurements against this.
import type { ClusterSpec } from '../spec/types';
import { computeExposure } from './computeExposure';
import { computeRpo } from './computeRpo';
import { computeRto, FAILURES } from './computeRto';
import type { Budget } from './types';

export function computeBudget(spec: ClusterSpec): Budget {
  return {
    preset: spec.failover.preset,
    rto: FAILURES.map((failure) => computeRto(spec, failure)),
    rpo: computeRpo(spec),
    exposure: computeExposure(spec),
  };
}
