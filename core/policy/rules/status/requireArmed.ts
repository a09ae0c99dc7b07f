// One answer to "would we survive it", with every reason why not.
import { defineRule } from '../../types';

export const requireArmed = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-armed',
  title: 'Every condition for failover and recovery holds',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom: 'Each gap is harmless by itself, until the day on which it was the one that counted.',
  evidence: 'peers: one readiness answer with reasons; SEED backup pipeline: prevention',
  hint: 'Take the reasons one by one; npm run diagnose -- backup --stack <name> helps with those of the backups.',
  judge: ({ cluster, report }) =>
    report?.armed === undefined || report.armed.armed
      ? []
      : [{ path: cluster, message: `is not armed: ${report.armed.reasons.join('; ')}` }],
});
