// What rules about observed backups of KWDB have in common.
import type { KwdbBackupReport } from '../kwdb/backupReport';
import { unproved } from './observedBackups';
import type { Objection, Subjects } from './types';

export interface ObservedKwdbBackups {
  readonly cluster: string;
  readonly longestGapSeconds: number;
  readonly report: KwdbBackupReport;
}

/** Not looked at yet: a warning. Looked at in vain: an objection, because what could not be read never passes. */
export function judgeKwdbBackups(
  { cluster, longestGapSeconds, observed }: Subjects['kwdbBackups'],
  judge: (seen: ObservedKwdbBackups) => readonly Objection[],
): readonly Objection[] {
  if (observed === undefined) return [unproved(cluster, 'the backups have not been looked at yet')];
  return observed.reachable
    ? judge({ cluster, longestGapSeconds, report: observed.report })
    : [{ path: cluster, message: `its backups could not be looked at: ${observed.reason}` }];
}
