// What a returning node needs must still be there.
import { walBudgetMiB } from '../../../budget/walBudget';
import { defineRule } from '../../types';

export const keepWalForRejoin = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-keep-wal-for-rejoin',
  title: 'Enough WAL is kept for a node that comes back',
  group: 'recovery',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'A node that was away for longer than the kept WAL can neither rejoin nor rewind: it has to be cloned.',
  evidence: 'F field guide: wal_keep_segments × 16 MiB ≥ 8 × max_wal_size; a rejoin fetches at most a quarter of it',
  hint: 'Raise database.parameters.wal_keep_segments (16 MiB each), or lower max_wal_size.',
  config: {
    factor: { type: 'number', default: 8, minimum: 0, description: 'Kept WAL as a multiple of max_wal_size.' },
  },
  judge: (spec, { factor }) => {
    const { keptMiB, checkpointMiB } = walBudgetMiB(spec);
    return keptMiB >= factor * checkpointMiB
      ? []
      : [
          {
            path: 'database.parameters.wal_keep_segments',
            message: `keeps ${keptMiB} MiB; ${factor} × max_wal_size is ${factor * checkpointMiB} MiB`,
          },
        ];
  },
});
