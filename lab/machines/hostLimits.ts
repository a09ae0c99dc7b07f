// What several labs on one machine share of the kernel, and Debian's defaults are too small for.
import { readFileSync, writeFileSync } from 'node:fs';

const INOTIFY_INSTANCES = '/proc/sys/fs/inotify/max_user_instances';
/** Each node's systemd takes about 14; the default of 128 is gone with the ninth node, and its units fail while booting. */
const WANTED = 1024;

/** Raises, never lowers; where it is not allowed, booting says what failed. */
export function raiseInotifyLimit(path = INOTIFY_INSTANCES): void {
  try {
    if (Number(readFileSync(path, 'utf8')) < WANTED) writeFileSync(path, String(WANTED));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
