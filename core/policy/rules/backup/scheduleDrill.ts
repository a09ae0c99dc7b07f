// A backup is proved by a restore, and by nothing else.
import { DAY_SECONDS, days } from '../../backups';
import { defineRule } from '../../types';

export const scheduleDrill = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-schedule-drill',
  title: 'A restore is rehearsed on a schedule',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'Backups that ended well for a year and cannot be restored: nobody had tried.',
  evidence: 'SEED backup pipeline: prevention; peers: restore drills',
  hint: 'Give backup.drill.schedule, for example "monthly on 1 05:00": the newest backup is restored apart, started, checked and removed.',
  config: {
    maximumDays: { type: 'number', default: 31, minimum: 1, description: 'Longest time between two drills.' },
  },
  judge: (spec, { maximumDays }) => {
    const { backup } = spec;
    if (backup === undefined) return [];
    const path = 'backup.drill.schedule';
    const { schedule } = backup.drill;
    if (schedule === undefined) return [{ path, message: 'is not given: no restore is ever tried' }];
    const { intent, longestGapSeconds } = schedule;
    return longestGapSeconds <= maximumDays * DAY_SECONDS
      ? []
      : [{ path, message: `"${intent}" leaves up to ${days(longestGapSeconds)}; at most ${maximumDays} are wanted` }];
  },
});
