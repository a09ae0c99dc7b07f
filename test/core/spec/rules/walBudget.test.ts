// The WAL that is kept fits the volume it is declared to lie on.
import { describe, expect, it } from 'vitest';
import { cluster, messages } from '../exampleCluster';

describe('walBudget', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'the default of 8 GiB on a small volume',
      cluster({ directories: { walVolumeMiB: 2048 } }),
      [
        'directories.walVolumeMiB: wal_keep_segments keeps 8192 MiB and max_wal_size adds 1024 MiB: more than 1638 MiB, 80 % of 2048 MiB',
      ],
    ],
    [
      'nothing when less is kept',
      cluster({ directories: { walVolumeMiB: 2048 }, database: { parameters: { wal_keep_segments: 32 } } }),
      [],
    ],
    [
      'nothing more about a number that is wrong',
      cluster({ directories: { walVolumeMiB: 20480 }, database: { parameters: { wal_keep_segments: 'x' } } }),
      ['database.parameters.wal_keep_segments: wal_keep_segments: "x" is not a whole number'],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
