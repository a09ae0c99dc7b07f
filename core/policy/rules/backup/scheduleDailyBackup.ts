// What was not backed up has to be replayed.
import { HOUR_SECONDS } from '../../backups';
import { defineRule } from '../../types';

export const scheduleDailyBackup = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-schedule-daily-backup',
  title: 'A physical backup runs every day',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'A restore replays all WAL since the last backup: days of it, for hours, and each segment must be whole.',
  evidence: 'D9 BK9: an incremental backup every day by default; SEED backup pipeline: prevention',
  hint: 'Give backup.schedule.incremental or differential, for example "daily 04:00".',
  config: {
    maximumHours: {
      type: 'number',
      default: 24,
      minimum: 1,
      description: 'Longest time between two backups of the job that runs most often.',
    },
  },
  judge: (spec, { maximumHours }) => {
    const jobs = spec.backup?.jobs;
    if (jobs === undefined) return [];
    const path = 'backup.schedule';
    if (jobs.length === 0) return [{ path, message: 'has no backup at all' }];
    const often = jobs.reduce((a, b) => (b.longestGapSeconds < a.longestGapSeconds ? b : a));
    return often.longestGapSeconds <= maximumHours * HOUR_SECONDS
      ? []
      : [
          {
            path,
            message: `up to ${Math.round(often.longestGapSeconds / HOUR_SECONDS)} hours pass between two backups (${often.kind}: "${often.intent}"); at most ${maximumHours} are wanted`,
          },
        ];
  },
});
