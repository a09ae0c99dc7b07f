// Cron mails to nobody.
import { judgeBackups } from '../../observedBackups';
import { defineRule } from '../../types';

export const requireSuccessfulJobs = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-successful-jobs',
  title: 'The last run of every backup job, verify and check ended well',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom:
    'A failed job looks like a job that did nothing: the next one that works may be after the one that was needed.',
  evidence: 'D9 BK9: exit codes and log texts of sys_rman',
  hint: 'npm run diagnose -- backup --stack <name> says which fault it is, and its cure.',
  judge: (subject) =>
    judgeBackups(subject, ({ cluster, report }) =>
      report.jobs.flatMap(({ job, exitCode, tail }) => {
        if (exitCode === null || exitCode === 0) return [];
        const last = tail.trimEnd().split('\n').at(-1)?.trim() ?? '';
        return [{ path: `${cluster}.${job}`, message: `ended with exit code ${exitCode}: ${last}` }];
      }),
    ),
});
