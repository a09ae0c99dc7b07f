// Every other backup rests on a full one.
import { DAY_SECONDS, days, jobOf } from '../../backups';
import { defineRule } from '../../types';

export const scheduleFullBackup = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-schedule-full-backup',
  title: 'Full backups run often enough',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'A long chain of increments restores slowly, and one damaged link takes all that follow.',
  evidence: 'D9 BK9: a full backup every 7 days by default',
  hint: 'Give backup.schedule.full, for example "weekly on Sunday 02:00".',
  config: {
    maximumDays: { type: 'number', default: 7, minimum: 1, description: 'Longest time between two full backups.' },
  },
  judge: (spec, { maximumDays }) => {
    const { backup } = spec;
    if (backup === undefined) return [];
    const full = jobOf(backup, 'full');
    const path = 'backup.schedule.full';
    if (full === undefined) return [{ path, message: 'is not scheduled: the catalogue will hold no full backup' }];
    return full.longestGapSeconds <= maximumDays * DAY_SECONDS
      ? []
      : [
          {
            path,
            message: `"${full.intent}" leaves up to ${days(full.longestGapSeconds)} between two full backups; at most ${maximumDays} are wanted`,
          },
        ];
  },
});
