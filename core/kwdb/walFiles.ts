/** The files of a node's write-ahead log, as listed there: what lives, what a checkpoint is busy with, and what it left behind. */
import type { Finding } from '../finding';

export interface WalFile {
  /** Below tsdb/wal: `vg_001/kwdb_wal.cur`. */
  readonly path: string;
  readonly bytes: number;
  readonly ageSeconds: number;
}

/** kwdb_wal.cur is the documentation's current_file, kwdb_wal.chk its checkpoint_file, kwdb_wal.tmp the next current one (facts 1, Files). */
const ROLES: Readonly<Record<string, string>> = {
  cur: 'current',
  chk: 'checkpoint',
  tmp: 'temporary',
  meta: 'positions',
};
const FOLDERS = ['engine', 'ddl', 'vg_001', 'vg_002', 'vg_003', 'vg_004'];

export function roleOf({ path }: WalFile): string | undefined {
  const [, ending = ''] = /\/kwdb_wal\.(\w+)$/.exec(path) ?? [];
  return Object.hasOwn(ROLES, ending) ? ROLES[ending] : undefined;
}

/** A checkpoint takes seconds: its files older than two intervals mean that one never ended, and the log grows until it does. */
export function judgeWalFiles(files: readonly WalFile[], checkpointSeconds: number): readonly Finding[] {
  const limit = Math.max(60, 2 * checkpointSeconds);
  const stuck = files
    .filter((file) => ['checkpoint', 'temporary'].includes(roleOf(file) ?? '') && file.ageSeconds > limit)
    .map((file): Finding => ({
      code: 'kwdb/checkpoint-stuck',
      path: file.path,
      message: `is ${file.ageSeconds} s old, and a checkpoint file goes when its checkpoint ends (interval ${checkpointSeconds} s)`,
      hint: 'See TsEngine.log for "Failed to CreateCheckpoint" and the disks for room. Copy tsdb/wal aside (cp -aL) before the node is restarted.',
    }));
  const missing = FOLDERS.filter((folder) => !files.some(({ path }) => path === `${folder}/kwdb_wal.cur`));
  return [
    ...stuck,
    // Without any file the WAL is off or the store is another one; with some, a missing one is a loss.
    ...(files.length === 0 ? [] : missing).map((folder): Finding => ({
      code: 'kwdb/wal-missing',
      path: `${folder}/kwdb_wal.cur`,
      message: 'is not there: at its next start the node makes a new one, and says "Recover success" all the same',
      hint: 'Copy the whole of tsdb/wal aside (cp -aL) before anything is restarted; a missing file cannot be had back from the node.',
    })),
  ];
}
