// A copy that was declared and never arrived protects from nothing.
import { judgeKwdbBackups } from '../../observedKwdb';
import { defineRule } from '../../types';

export const requireCopiedBackup = defineRule({
  subject: 'kwdbBackups',
  id: 'kingbase-kwdb-require-copied-backup',
  title: 'The last good run lies at every place off the machine, with its checksums',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom:
    'The key was never put into authorized_keys, the disk there is full, the bucket refuses the key: the only backups lie in the directory that they protect.',
  evidence:
    'S off-machine.sh and object-store.py of this module: a copy counts when its files, read again there, have the checksums of the run',
  hint: 'See the reason given: the output publicKey belongs into authorized_keys of the second machine, the key of the object store needs to put, get and list. Then run the backup again.',
  judge: (subject) =>
    judgeKwdbBackups(subject, ({ cluster, report: { copied, copyReason } }) =>
      copied === false
        ? [
            {
              path: cluster,
              message: `its last good run is not copied off the machine: ${copyReason ?? 'no reason was noted'}`,
            },
          ]
        : [],
    ),
});
