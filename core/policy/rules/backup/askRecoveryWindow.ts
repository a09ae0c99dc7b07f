// Many mistakes are noticed after the weekend.
import { defineRule } from '../../types';

export const askRecoveryWindow = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-ask-recovery-window',
  title: 'A restore reaches back far enough',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'Damage that is noticed later than the window has no backup from before it.',
  evidence: 'D9 BK9: five full backups by default; SEED backup pipeline: prevention',
  hint: 'Give backup.retention.windowDays what your business asks for; full backups kept follow from it.',
  config: {
    minimumDays: { type: 'number', default: 7, minimum: 1, description: 'Least recovery window.' },
  },
  judge: (spec, { minimumDays }) => {
    const { backup } = spec;
    return backup === undefined || backup.retention.windowDays >= minimumDays
      ? []
      : [
          {
            path: 'backup.retention.windowDays',
            message: `is ${backup.retention.windowDays}; at least ${minimumDays} are wanted`,
          },
        ];
  },
});
