// The declared window against what the catalogue really reaches.
import { judgeBackups, unproved } from '../../observedBackups';
import { defineRule } from '../../types';

export const requireCoveredWindow = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-covered-window',
  title: 'Restores reach back as far as declared',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom:
    'Backups were expired by hand, or a gap in the archive cut the window: the day that is needed is not there.',
  evidence: 'U pgBackRest: retention by count; F field guide',
  hint: 'A young cluster covers its window once it is that old; later: look for expired backups and gaps with sys_rman info and verify.',
  judge: (subject) =>
    judgeBackups(subject, ({ cluster, target, report: { windowCovered, earliestRestorableTime } }) => {
      if (windowCovered === null) return [unproved(cluster, 'how far a restore reaches back is not known')];
      const reach =
        earliestRestorableTime === null
          ? 'nothing can be restored'
          : `restores reach back to ${earliestRestorableTime}`;
      return windowCovered
        ? []
        : [{ path: cluster, message: `${reach}; ${target.retention.windowDays} days are declared` }];
    }),
});
