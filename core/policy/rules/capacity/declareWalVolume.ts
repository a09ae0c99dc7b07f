// WAL that is kept on purpose has to fit the disk, and somebody has to say how large that is.
import { walBudgetMiB } from '../../../budget/walBudget';
import { defineRule } from '../../types';

export const declareWalVolume = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-declare-wal-volume',
  title: 'The WAL that is kept fits a volume whose size is declared',
  group: 'capacity',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'A slot of a lost standby keeps WAL without bound in this release: a full volume stops the primary.',
  evidence: 'F field report: no max_slot_wal_keep_size',
  hint: 'Give directories.walVolumeMiB; kept WAL must then fit into 80 % of it, and this policy wants room for slots besides.',
  config: {
    share: {
      type: 'number',
      default: 0.6,
      minimum: 0,
      description: 'Share of the volume for WAL that is kept on purpose.',
    },
  },
  judge: (spec, { share }) => {
    const volume = spec.directories.walVolumeMiB;
    const { keptMiB, checkpointMiB } = walBudgetMiB(spec);
    const path = 'directories.walVolumeMiB';
    if (volume === undefined)
      return [
        { path, message: `is not declared; ${keptMiB + checkpointMiB} MiB are kept, and what slots keep besides` },
      ];
    return keptMiB + checkpointMiB <= volume * share
      ? []
      : [
          {
            path,
            message: `${keptMiB + checkpointMiB} MiB of ${volume} MiB are kept: less than ${Math.round((1 - share) * 100)} % are left for slots`,
          },
        ];
  },
});
