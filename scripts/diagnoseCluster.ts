// `npm run diagnose`, subject cluster: which failure it is, who is to be primary, what to do in which order.
import { formatClusterDiagnosis } from '../core/recovery/formatCluster';
import type { ClusterDiagnosis } from '../core/recovery/types';

const EXIT_FAULTS = 1;
const EXIT_NOT_LOOKED = 2;

export function sayClusterDiagnosis(diagnosis: ClusterDiagnosis, asJson: boolean): string {
  return asJson ? JSON.stringify(diagnosis, null, 2) : formatClusterDiagnosis(diagnosis);
}

export function exitCodeOf(diagnosis: ClusterDiagnosis): number {
  if (diagnosis.class === 'healthy') return 0;
  return diagnosis.nodes.every(({ role }) => role === 'unread') ? EXIT_NOT_LOOKED : EXIT_FAULTS;
}
