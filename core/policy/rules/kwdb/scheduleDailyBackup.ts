// Without a point in time, what happened since the last export is gone.
import { HOUR_SECONDS } from '../../backups';
import { defineRule } from '../../types';

export const scheduleDailyKwdbBackup = defineRule({
  subject: 'kwdbBackup',
  id: 'kingbase-kwdb-schedule-daily-backup',
  title: 'KWDB is exported every day',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'A restore gives the state of the last export; every row after it is lost, there is no log to replay.',
  evidence: 'D export and import are whole and logical; U no AS OF for time-series tables',
  hint: 'Give backup.schedule, for example "daily 02:30" or "every 6 hours".',
  config: {
    maximumHours: { type: 'number', default: 24, minimum: 1, description: 'Longest time between two runs.' },
  },
  judge: ({ schedule }, { maximumHours }) =>
    schedule.longestGapSeconds > 0 && schedule.longestGapSeconds <= maximumHours * HOUR_SECONDS
      ? []
      : [
          {
            path: 'backup.schedule',
            message: `up to ${Math.round(schedule.longestGapSeconds / HOUR_SECONDS)} hours pass between two runs ("${schedule.intent}"); at most ${maximumHours} are wanted`,
          },
        ],
});
