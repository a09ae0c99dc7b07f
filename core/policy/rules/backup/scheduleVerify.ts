// Bits rot silently.
import { DAY_SECONDS, days } from '../../backups';
import { defineRule } from '../../types';

export const scheduleVerify = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-schedule-verify',
  title: 'The repository is verified on a schedule',
  group: 'backup',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'A flipped bit or a lost segment in the repository is found by the restore, when it is too late.',
  evidence: 'D9 BK9: sys_rman verify; SEED backup pipeline: prevention',
  hint: 'Give backup.verify.schedule, for example "weekly on Wednesday 05:00".',
  config: {
    maximumDays: { type: 'number', default: 7, minimum: 1, description: 'Longest time between two verifications.' },
  },
  judge: (spec, { maximumDays }) => {
    const { backup } = spec;
    if (backup === undefined) return [];
    const path = 'backup.verify.schedule';
    const { verifySchedule } = backup;
    if (verifySchedule === undefined)
      return [{ path, message: 'is not given: nobody looks whether backups are whole' }];
    const { intent, longestGapSeconds } = verifySchedule;
    return longestGapSeconds <= maximumDays * DAY_SECONDS
      ? []
      : [{ path, message: `"${intent}" leaves up to ${days(longestGapSeconds)}; at most ${maximumDays} are wanted` }];
  },
});
