// Schedules that can be read and carry the window.
import { describe, expect, it } from 'vitest';
import { cluster, findings, messages, node, spec } from '../exampleCluster';

function backed(backup: Record<string, unknown>): Record<string, unknown> {
  return cluster({
    nodes: [node(1), node(2), node(3), node(4, { name: 'repo', role: 'repository' })],
    backup: { repository: 'repo', ...backup },
  });
}

describe('backupSchedule', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['nothing by default', {}, []],
    [
      'every text that it cannot read',
      {
        schedule: { full: 'Sunday', differential: '0 3 * * *', incremental: 'hourly' },
        verify: { schedule: 'daily' },
        drill: { schedule: 'yearly 05:00' },
      },
      [
        'backup.schedule.full: "Sunday" is no schedule: has no time such as 02:00 at its end',
        'backup.schedule.differential: "0 3 * * *" is no schedule: has no time such as 02:00 at its end',
        'backup.schedule.incremental: "hourly" is no schedule: has no time such as 02:00 at its end',
        'backup.verify.schedule: "daily" is no schedule: has no time such as 02:00 at its end',
        'backup.drill.schedule: "yearly 05:00" is no schedule: "yearly" is no day',
      ],
    ],
    [
      'full backups that never run',
      { schedule: { full: 'never' } },
      ['backup.schedule.full: is never: the others rest on a full backup, and nothing would ever be removed'],
    ],
    [
      'two jobs that meet on one day of the week',
      { schedule: { full: 'Sunday 04:00' } },
      [
        'backup.schedule.incremental: "daily 04:00" starts in the same minute as the full backup ("Sunday 04:00"): sys_rman refuses the second one',
      ],
    ],
    [
      'each pair that meets',
      { schedule: { full: 'Sunday 04:00', differential: 'monthly on 1 04:00' } },
      [
        'backup.schedule.differential: "monthly on 1 04:00" starts in the same minute as the full backup ("Sunday 04:00"): sys_rman refuses the second one',
        'backup.schedule.incremental: "daily 04:00" starts in the same minute as the full backup ("Sunday 04:00"): sys_rman refuses the second one',
        'backup.schedule.incremental: "daily 04:00" starts in the same minute as the differential backup ("monthly on 1 04:00"): sys_rman refuses the second one',
      ],
    ],
    ['nothing where they never meet', { schedule: { full: 'Sunday 04:00', incremental: 'Monday, Friday 04:00' } }, []],
    [
      'fewer full backups than the window needs',
      { retention: { windowDays: 14, fullBackups: 3 } },
      ['backup.retention.fullBackups: 3 full backups do not reach back 14 days with this schedule'],
    ],
    ['nothing where more are kept', { retention: { windowDays: 14, fullBackups: 5 } }, []],
  ])('tells about %s', (_, backup, expected) => {
    expect(messages(backed(backup))).toEqual(expected);
  });

  it('says how many would do, and takes that number where none is given', () => {
    const short = findings(backed({ retention: { windowDays: 14, fullBackups: 3 } }));
    expect(short[0]?.hint).toBe('keep at least 4, or leave it out: it follows from windowDays then.');
    expect(spec(backed({ retention: { windowDays: 14 } })).backup?.retention.fullBackups).toBe(4);
  });
});
