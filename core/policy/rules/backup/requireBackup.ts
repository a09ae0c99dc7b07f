// Standbys are copies of the mistake, too.
import { defineRule } from '../../types';

export const requireBackup = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-backup',
  title: 'Physical backups are declared',
  group: 'backup',
  level: 'advisory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'One wrong DELETE, one encrypted disk array, one damaged page that was replicated: without a backup that is final.',
  evidence: 'D backup guide; SEED backup pipeline: prevention',
  hint: 'Declare backup: {repository: <name of a node with the role repository>}; schedule, retention and archive_command follow from it.',
  judge: (spec) =>
    spec.backup === undefined
      ? [{ path: 'backup', message: 'is not declared: standbys repeat every mistake within milliseconds' }]
      : [],
});
