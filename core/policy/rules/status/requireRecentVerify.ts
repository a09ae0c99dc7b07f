// Checksums prove a file only when somebody computes them.
import { ago, hoursSince, judgeBackups } from '../../observedBackups';
import { defineRule } from '../../types';

export const requireRecentVerify = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-recent-verify',
  title: 'The repository was verified lately, and is whole',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom: 'A flipped bit or a lost segment in the repository is found by the restore, when it is too late.',
  evidence: 'D9 BK9: sys_rman verify',
  hint: 'Run the verify job on the repository node and read what it says; take a full backup where one is damaged.',
  judge: (subject, _, now) =>
    judgeBackups(subject, ({ cluster, target, report: { verifiedAt } }) => {
      const wanted = `at most ${target.verifyMaxAgeHours} hours are wanted`;
      if (verifiedAt === null) return [{ path: cluster, message: `no verify has ended well yet; ${wanted}` }];
      const hours = hoursSince(verifiedAt, now);
      return hours <= target.verifyMaxAgeHours
        ? []
        : [{ path: cluster, message: `the last good verify was ${ago(hours)}; ${wanted}` }];
    }),
});
