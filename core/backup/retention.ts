/** How many full backups keep a recovery window, and whether what is there keeps it. */
import type { BackupSet } from './observation';
import type { BackupSpec } from './types';

const DAY = 86_400;

/**
 * sys_rman counts full backups (repo1-retention-full); a window is days. Directly after a new full backup has ended, the oldest that is
 * kept must have ended a window ago, whichever of the gaps lie between them. One day, or one gap where they are shorter, is to spare: a
 * backup that ends sooner than the one before would else cut the window by the difference.
 */
export function fullBackupsFor(windowDays: number, gaps: readonly number[]): number {
  const wanted = windowDays * DAY + Math.min(DAY, ...gaps);
  return Math.max(...gaps.map((_, start) => gapsThatCover(wanted, gaps, start))) + 1;
}

/** Number of consecutive gaps, from one of them on, that are as long together. */
function gapsThatCover(wanted: number, gaps: readonly number[], start: number): number {
  const period = gaps.reduce((sum, gap) => sum + gap, 0);
  const rounds = Math.floor(wanted / period);
  let count = rounds * gaps.length;
  for (let left = wanted - rounds * period; left > 0; count += 1) {
    left -= gaps[(start + count) % gaps.length] as number;
  }
  return count;
}

/**
 * Do the sets (undamaged, of this database) reach back as far as the window? null: they are younger than it and none has expired yet:
 * backups began later, and nothing was lost.
 */
export function coversWindow(
  { windowDays, fullBackups }: BackupSpec['retention'],
  sets: readonly Pick<BackupSet, 'kind' | 'stopSeconds'>[],
  now: number,
): boolean | null {
  const fulls = sets.filter(({ kind }) => kind === 'full').map(({ stopSeconds }) => stopSeconds);
  if (fulls.length === 0) return false;
  if (Math.min(...fulls) <= now - windowDays * DAY) return true;
  return fulls.length < fullBackups ? null : false;
}

/**
 * One more full backup now: since when restores then reach back (seconds since 1970), where that cuts a window that is covered; undefined
 * where it cuts nothing. sys_rman counts: a full backup outside of the schedule pushes the oldest one out before its time.
 */
export function cutByOneMore(
  { windowDays, fullBackups }: BackupSpec['retention'],
  sets: readonly Pick<BackupSet, 'kind' | 'stopSeconds'>[],
  now: number,
): number | undefined {
  const fulls = sets.filter(({ kind }) => kind === 'full').map(({ stopSeconds }) => stopSeconds);
  const ascending = fulls.sort((a, b) => a - b);
  const kept = fullBackups > 1 ? ascending.slice(1 - fullBackups) : [];
  const [before = now, after = now] = [ascending[0], kept[0]];
  const limit = now - windowDays * DAY;
  return before <= limit && after > limit ? after : undefined;
}
