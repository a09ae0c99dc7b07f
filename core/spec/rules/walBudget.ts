// The WAL that is kept on purpose fits the volume it is declared to lie on, and a rejoin finds what it needs.
import type { Finding } from '../../finding';
import { walBudgetMiB } from '../../budget/walBudget';
import type { Rule } from './rule';

/** Share of the volume: the rest is for a standby that is away and for a stuck archive. */
const SHARE = 0.8;

export const walBudget: Rule = (spec): Finding[] => {
  const volume = spec.directories.walVolumeMiB;
  if (volume === undefined) return [];
  const { keptMiB, checkpointMiB } = walBudgetMiB(spec);
  const limit = Math.floor(volume * SHARE);
  if (keptMiB + checkpointMiB <= limit) return [];
  return [
    {
      code: 'spec/wal-budget',
      path: 'directories.walVolumeMiB',
      message: `wal_keep_segments keeps ${keptMiB} MiB and max_wal_size adds ${checkpointMiB} MiB: more than ${limit} MiB, 80 % of ${volume} MiB`,
      hint: `make the volume at least ${Math.ceil((keptMiB + checkpointMiB) / SHARE)} MiB, or lower database.parameters.wal_keep_segments (16 MiB each) or max_wal_size.`,
    },
  ];
};
