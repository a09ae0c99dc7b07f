// A window is a promise; what keeps it is the number of full backups.
import { fullBackupsFor } from '../../../backup/retention';
import { gapsOf } from '../../../backup/schedule';
import { jobOf } from '../../backups';
import { defineRule } from '../../types';

export const coverRecoveryWindow = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-cover-recovery-window',
  title: 'Enough full backups are kept for the recovery window',
  group: 'backup',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'sys_rman expires by count: with the oldest full backup goes the WAL before it, and the far end of the window cannot be restored.',
  evidence: 'U pgBackRest: repo-retention-full counts backups; the oldest is expired once a new one has ended',
  hint: 'Leave backup.retention.fullBackups out, so that it follows from window and schedule, or raise it.',
  judge: (spec) => {
    const { backup } = spec;
    const full = backup === undefined ? undefined : jobOf(backup, 'full');
    if (backup === undefined || full === undefined) return [];
    const { windowDays, fullBackups } = backup.retention;
    const needed = fullBackupsFor(windowDays, gapsOf(full.cron));
    return fullBackups >= needed
      ? []
      : [
          {
            path: 'backup.retention.fullBackups',
            message: `${fullBackups} full backups ("${full.intent}") are too few for a window of ${windowDays} days: it needs ${needed}`,
          },
        ];
  },
});
