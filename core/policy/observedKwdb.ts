// What rules about observed backups of KWDB have in common.
import type { KwdbBackupReport } from '../kwdb/backupReport';
import { unproved } from './observedBackups';
import type { Objection, Subjects } from './types';

export interface ObservedKwdbBackups {
  readonly cluster: string;
  readonly longestGapSeconds: number;
  readonly verifyGapSeconds: number;
  readonly report: KwdbBackupReport;
}

/** Not looked at yet: a warning. Looked at in vain: an objection, because what could not be read never passes. */
export function judgeKwdbBackups(
  { observed, ...declared }: Subjects['kwdbBackups'],
  judge: (seen: ObservedKwdbBackups) => readonly Objection[],
): readonly Objection[] {
  const { cluster } = declared;
  if (observed === undefined) return [unproved(cluster, 'the backups have not been looked at yet')];
  return observed.reachable
    ? judge({ ...declared, report: observed.report })
    : [{ path: cluster, message: `its backups could not be looked at: ${observed.reason}` }];
}
