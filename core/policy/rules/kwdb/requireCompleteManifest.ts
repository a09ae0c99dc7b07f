// EXPORT ends with 0 where it left tables out: the manifest says what is missing, by name.
import { judgeKwdbBackups } from '../../observedKwdb';
import { defineRule } from '../../types';

export const requireCompleteManifest = defineRule({
  subject: 'kwdbBackups',
  id: 'kingbase-kwdb-require-complete-manifest',
  title: 'The newest run of the backup holds every table with its rows',
  group: 'status',
  level: 'advisory',
  severity: 'critical',
  restsOn: 'observed',
  protectsFrom: 'A table that EXPORT passed over with a notice is found missing by the restore, when it is too late.',
  evidence: 'U KWDB V3.2.1 run: exit 0 beside a row "fail"; a missing CSV is imported as an empty table',
  hint: 'Correct what the finding names and run it again: systemctl start pulumi-kwdb-backup.service. The good run before it is kept.',
  judge: (subject) =>
    judgeKwdbBackups(subject, ({ cluster, report }) => report.findings.map((message) => ({ path: cluster, message }))),
});
