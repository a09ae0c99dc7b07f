// A schedule is an intention; the catalogue says what came of it.
import type { BackupReport } from '../../../backup/observation';
import type { JobSchedule } from '../../../backup/types';
import { HOUR_SECONDS } from '../../backups';
import { ago, hoursSince, judgeBackups } from '../../observedBackups';
import { defineRule, type Objection } from '../../types';

interface Wanted {
  readonly path: string;
  readonly what: string;
  readonly job: JobSchedule;
  readonly last: BackupReport['lastFull'];
}

function judgeAge({ path, what, job, last }: Wanted, graceHours: number, now: number): readonly Objection[] {
  if (last === null) return [{ path, message: `the catalogue holds no ${what}` }];
  const hours = hoursSince(last.time, now);
  return hours <= job.longestGapSeconds / HOUR_SECONDS + graceHours
    ? []
    : [{ path, message: `the last ${what}, ${last.label}, ended ${ago(hours)}; wanted: "${job.intent}"` }];
}

export const requireRecentBackup = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-recent-backup',
  title: 'Backups ended when they were due',
  group: 'status',
  level: 'advisory',
  severity: 'critical',
  restsOn: 'observed',
  protectsFrom:
    'The job stopped weeks ago: cron line gone, disk full, archive behind. Nobody looks at a log that is not written.',
  evidence: 'F field reports of backup faults; SEED backup pipeline: prevention',
  hint: 'See the log that the job names; npm run diagnose -- backup --stack <name> says which fault it is.',
  config: {
    graceHours: { type: 'number', default: 6, minimum: 0, description: 'Hours that a backup may take or be late.' },
  },
  judge: (subject, { graceHours }, now) =>
    judgeBackups(subject, ({ cluster, target, report }) => {
      const full = target.jobs.find(({ kind }) => kind === 'full');
      const often = [...target.jobs].sort((a, b) => a.longestGapSeconds - b.longestGapSeconds)[0];
      const wanted: Wanted[] = [];
      if (full !== undefined) wanted.push({ path: cluster, what: 'full backup', job: full, last: report.lastFull });
      // Without any backup, the missing full one says it.
      if (often !== undefined && often !== full && report.lastBackup !== null) {
        wanted.push({ path: cluster, what: 'backup', job: often, last: report.lastBackup });
      }
      return wanted.flatMap((one) => judgeAge(one, graceHours, now));
    }),
});
