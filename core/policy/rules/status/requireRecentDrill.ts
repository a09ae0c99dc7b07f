// What was restored last month can probably be restored today.
import { ago, hoursSince, judgeBackups } from '../../observedBackups';
import { defineRule } from '../../types';

export const requireRecentDrill = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-recent-drill',
  title: 'A restore was rehearsed lately, and passed',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom: 'The first restore is tried in the outage, and fails there.',
  evidence: 'SEED backup pipeline: prevention; peers: restore drills',
  hint: 'npm run drill -- --stack <name>; its record says what did not hold.',
  judge: (subject, _, now) =>
    judgeBackups(subject, ({ cluster, target: { drill }, report: { drilledAt, lastDrill } }) => {
      const failed =
        lastDrill?.verdict === 'failed'
          ? [{ path: cluster, message: `the last drill, ${lastDrill.id}, failed: ${lastDrill.reasons.join('; ')}` }]
          : [];
      const wanted = `at most ${drill.maxAgeDays} days are wanted`;
      if (drilledAt === null) return [...failed, { path: cluster, message: `no drill has passed yet; ${wanted}` }];
      const hours = hoursSince(drilledAt, now);
      return hours <= drill.maxAgeDays * 24
        ? failed
        : [...failed, { path: cluster, message: `the last drill that passed was ${ago(hours)}; ${wanted}` }];
    }),
});
