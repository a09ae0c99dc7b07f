// A KWDB has no archive and no point in time: what is not exported is in one place.
import { defineRule } from '../../types';

export const requireKwdbBackup = defineRule({
  subject: 'stack',
  id: 'kingbase-stack-require-kwdb-backup',
  title: 'Every KWDB cluster has a scheduled backup',
  group: 'backup',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'A dropped table, a damaged log that the start throws away, a lost disk: the open-source build has neither BACKUP nor a point in time, and refuses to schedule EXPORT by itself (0A000).',
  evidence:
    'U KWDB V3.2.1 run: BACKUP answers "can only be used in the enterprise version", CREATE SCHEDULE of an EXPORT 0A000',
  hint: 'Declare kwdb:dr:Backup of this cluster, or `backup` under kingbase:kwdb.',
  judge: ({ kwdb }) =>
    kwdb
      .filter(({ saved }) => !saved)
      .map(({ cluster }) => ({ path: cluster, message: 'has no kwdb:dr:Backup: nothing of it is exported' })),
});
