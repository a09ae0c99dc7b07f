/** What a backup needs of memory on the host that runs it. An estimate from above of our own: the vendor gives no formula. */
import type { BackupResources } from './types';

/** Of one process: program, libraries, manifest and the buffers of a copied file. Upstream's processes stay below this. */
const PROCESS_MIB = 48;
/** State per stream, both ways, rounded up: zlib below 1, a frame of lz4 up to two blocks of 4, the window and tables of zstd up to level 9. */
const COMPRESS_MIB: Readonly<Record<BackupResources['compress'], number>> = { none: 0, gz: 1, lz4: 10, zst: 32 };

export interface MemoryEstimate {
  readonly mib: number;
  /** In words, for findings and outputs. */
  readonly words: string;
}

export function estimateMemory({
  processMax,
  compress,
}: Pick<BackupResources, 'processMax' | 'compress'>): MemoryEstimate {
  const each = PROCESS_MIB + COMPRESS_MIB[compress];
  // One leads, the others copy.
  const mib = (processMax + 1) * each;
  return { mib, words: `${mib} MiB: ${processMax} processes and the one that leads them, ${each} MiB each` };
}
