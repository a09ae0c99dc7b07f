// What the vendor's script writes for "every seven days" is something else.
import { defineRule } from '../../types';

function whatIsWrong(line: string): string | undefined {
  const [, , day = '', , weekday = ''] = line.trim().split(/\s+/);
  const step = Number(/^\*\/(\d+)$/.exec(day)?.[1] ?? '1');
  if (step > 1) {
    return `day of month */${step} begins anew on every 1st: the last gap of a month is shorter, and "every ${step} days" is no weekday`;
  }
  // Cron joins both by "or" where both are restricted.
  return day !== '*' && weekday !== '*'
    ? `day of month ${day} and day of week ${weekday} are both given: cron runs it on either`
    : undefined;
}

export const refuseCronTrap = defineRule({
  subject: 'backup',
  id: 'kingbase-backup-refuse-cron-trap',
  title: 'Lines of cron run when they seem to',
  group: 'backup',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom:
    'With */7 the full backups of the 29th and the 1st lie two or three days apart: retention by count then reaches back less than planned, on working days.',
  evidence: 'S vendor script: 0 2 */7 * *; U cron(5)',
  hint: 'Give backup.schedule in words ("weekly on Sunday 02:00"); the line follows from it.',
  judge: ({ target }) =>
    target.cron.lines.flatMap(({ job, line }) => {
      const message = whatIsWrong(line);
      return message === undefined ? [] : [{ path: `${target.cron.path}:${job}`, message }];
    }),
});
