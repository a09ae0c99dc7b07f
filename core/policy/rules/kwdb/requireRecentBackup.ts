// A schedule is an intention; a run whose manifest holds is what a restore can use.
import { runMoment } from '../../../kwdb/retention';
import { HOUR_SECONDS } from '../../backups';
import { judgeKwdbBackups } from '../../observedKwdb';
import { ago, hoursSince } from '../../observedBackups';
import { defineRule, type Objection } from '../../types';

export const requireRecentKwdbBackup = defineRule({
  subject: 'kwdbBackups',
  id: 'kingbase-kwdb-require-recent-backup',
  title: 'The last good run of the backup of KWDB is recent',
  group: 'status',
  level: 'advisory',
  severity: 'critical',
  restsOn: 'observed',
  protectsFrom:
    'The timer is off, or every run of the last weeks was bad: the newest that holds everything is older than anybody thinks.',
  evidence:
    'U KWDB V3.2.1 run: EXPORT ends with 0 where it left a table out, so only a manifest with counts is a proof',
  hint: 'See `systemctl status pulumi-kwdb-backup.timer` and findings.txt of the newest run; run it: systemctl start pulumi-kwdb-backup.service.',
  config: {
    graceHours: { type: 'number', default: 6, minimum: 0, description: 'Hours that a run may take or be late.' },
  },
  judge: (subject, { graceHours }, now) =>
    judgeKwdbBackups(subject, ({ cluster, longestGapSeconds, report }) => {
      const off: Objection[] =
        report.timer === 'active' ? [] : [{ path: cluster, message: 'its timer is not active: no run will come' }];
      const moment = report.lastGood === undefined ? undefined : runMoment(report.lastGood);
      if (moment === undefined) return [...off, { path: cluster, message: 'no run of the backup was good yet' }];
      const hours = hoursSince(new Date(moment).toISOString(), now);
      return hours <= longestGapSeconds / HOUR_SECONDS + graceHours
        ? off
        : [...off, { path: cluster, message: `the last good run, ${report.lastGood ?? ''}, was ${ago(hours)}` }];
    }),
});
