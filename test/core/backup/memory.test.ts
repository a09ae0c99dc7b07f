// The estimate grows with the processes and with compression, and says how it is made.
import { describe, expect, it } from 'vitest';
import { estimateMemory } from '../../../core/backup/memory';

describe('estimateMemory', () => {
  it('counts the leader and its processes, and says so', () => {
    expect(estimateMemory({ processMax: 4, compress: 'none' })).toEqual({
      mib: 240,
      words: '240 MiB: 4 processes and the one that leads them, 48 MiB each',
    });
  });

  it('adds what compression takes in each', () => {
    expect(estimateMemory({ processMax: 1, compress: 'gz' }).mib).toBe(98);
    expect(estimateMemory({ processMax: 1, compress: 'lz4' }).mib).toBe(116);
    expect(estimateMemory({ processMax: 1, compress: 'zst' }).mib).toBe(160);
  });
});
