// A copy that was declared and never arrived protects from nothing.
import { judgeKwdbBackups } from '../../observedKwdb';
import { defineRule } from '../../types';

export const requireCopiedBackup = defineRule({
  subject: 'kwdbBackups',
  id: 'kingbase-kwdb-require-copied-backup',
  title: 'The last good run lies on the second machine, with its checksums',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom:
    'The key was never put into authorized_keys, the disk there is full: the only backups lie in the directory that they protect.',
  evidence: 'S off-machine.sh of this module: a copy counts when sha256sum -c there says so',
  hint: 'Put the output publicKey into authorized_keys of the second machine, see the reason given, and run the backup again.',
  judge: (subject) =>
    judgeKwdbBackups(subject, ({ cluster, report: { copied, copyReason } }) =>
      copied === false
        ? [
            {
              path: cluster,
              message: `its last good run is not on the second machine: ${copyReason ?? 'no reason was noted'}`,
            },
          ]
        : [],
    ),
});
