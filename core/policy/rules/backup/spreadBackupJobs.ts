// Two backups of one stanza do not run at once: the second ends at the lock of the first.
import type { JobSchedule } from '../../../backup/types';
import { defineRule } from '../../types';

/** Field by field of cron: both say every one, or a list in which something is the same. */
function collide(one: JobSchedule, other: JobSchedule): boolean {
  const [a, b] = [one, other].map(({ cron }) => cron.split(/\s+/).map((field) => field.split(','))) as [
    string[][],
    string[][],
  ];
  return a.every((values, field) => {
    const others = b[field] ?? [];
    return values.includes('*') || others.includes('*') || values.some((value) => others.includes(value));
  });
}

export const spreadBackupJobs = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-spread-backup-jobs',
  title: 'No two backups start in the same minute',
  group: 'backup',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom:
    'The second one ends with “[050] unable to acquire lock”: an alarm every week, or the full backup that never runs.',
  evidence: 'D9 BK9: error 050; U pgBackRest: one backup per stanza',
  hint: 'Give the jobs different hours, the full backup enough time before the next one.',
  judge: (spec) => {
    const jobs = spec.backup?.jobs ?? [];
    return jobs.flatMap((one, index) =>
      jobs
        .slice(index + 1)
        .filter((other) => collide(one, other))
        .map((other) => ({
          path: `backup.schedule.${other.kind}`,
          message: `"${other.intent}" starts in the same minute as ${one.kind} "${one.intent}"`,
        })),
    );
  },
});
