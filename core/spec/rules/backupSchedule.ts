// When jobs run and how long backups are kept: schedules that can be read, fulls that carry the window.
import { neededFullBackups } from '../fillBackup';
import { meet, parseSchedule, SCHEDULE_FORMS } from '../../backup/schedule';
import type { Finding } from '../../finding';
import type { Given, Rule } from './rule';

export const backupSchedule: Rule = (spec, given) => {
  const { backup } = spec;
  if (backup === undefined) return [];
  return [...unreadable(given), ...withoutFull(spec, given), ...together(spec, given), ...shortRetention(spec, given)];
};

function unreadable({ backup }: Given): Finding[] {
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['backup.schedule.full', backup?.schedule?.full],
    ['backup.schedule.differential', backup?.schedule?.differential],
    ['backup.schedule.incremental', backup?.schedule?.incremental],
    ['backup.verify.schedule', backup?.verify?.schedule],
    ['backup.drill.schedule', backup?.drill?.schedule],
  ];
  return texts.flatMap(([path, text]) => {
    if (typeof text !== 'string') return [];
    const parsed = parseSchedule(text);
    const hint = `forms: ${SCHEDULE_FORMS}.`;
    return parsed.ok ? [] : [{ code: 'spec/backup-schedule', path, message: parsed.reason, hint }];
  });
}

const withoutFull: Rule = ({ backup }, given) => {
  if (backup === undefined || backup.jobs.some(({ kind }) => kind === 'full')) return [];
  const text = given.backup?.schedule?.full;
  const never = text !== undefined && parseSchedule(text).ok;
  return never
    ? [
        {
          code: 'spec/backup-schedule',
          path: 'backup.schedule.full',
          message: 'is never: the others rest on a full backup, and nothing would ever be removed',
          hint: 'give it a schedule, for example "weekly on Sunday 02:00".',
        },
      ]
    : [];
};

/** The second of two is refused: unable to acquire lock ([050]). */
const together: Rule = ({ backup }) => {
  const jobs = backup?.jobs ?? [];
  return jobs.flatMap((job, index) =>
    jobs.slice(0, index).flatMap((earlier) =>
      meet(job.cron, earlier.cron)
        ? [
            {
              code: 'spec/backup-schedule',
              path: `backup.schedule.${job.kind}`,
              message: `"${job.intent}" starts in the same minute as the ${earlier.kind} backup ("${earlier.intent}"): sys_rman refuses the second one`,
              hint: `give one of them another time, after the end of the ${earlier.kind} backup.`,
            },
          ]
        : [],
    ),
  );
};

const shortRetention: Rule = ({ backup }) => {
  if (backup === undefined) return [];
  const { windowDays, fullBackups } = backup.retention;
  const needed = neededFullBackups(backup.jobs, windowDays);
  return fullBackups >= needed
    ? []
    : [
        {
          code: 'spec/backup-retention',
          path: 'backup.retention.fullBackups',
          message: `${fullBackups} full backups do not reach back ${windowDays} days with this schedule`,
          hint: `keep at least ${needed}, or leave it out: it follows from windowDays then.`,
        },
      ];
};
