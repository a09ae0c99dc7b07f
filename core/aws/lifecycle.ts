// What a bucket throws away by itself: never what sys_rman still counts on. sys_rman expires backups; S3 then clears what that left behind.
import type { BackupSpec } from '../backup/types';

const DAY = 86_400;
/** Of versions that sys_rman deleted: so long a mistaken expire can be taken back. */
const GRACE_DAYS = 7;
const MULTIPART_DAYS = 7;

export interface LifecyclePlan {
  readonly id: string;
  readonly noncurrentDays: number;
  readonly abortMultipartDays: number;
}

/** Only versions that are no longer current are removed, and not before the window, the lock or the grace has passed. A current object never expires by age. */
export function planLifecycle(backup: BackupSpec | undefined, lockDays = 0): LifecyclePlan {
  const window = backup?.retention.windowDays ?? 0;
  const verify = Math.ceil(((backup?.verifyMaxAgeHours ?? 0) * 3600) / DAY);
  return {
    id: 'cleared-by-sys-rman',
    noncurrentDays: Math.max(GRACE_DAYS, window, verify, lockDays + 1),
    abortMultipartDays: MULTIPART_DAYS,
  };
}
