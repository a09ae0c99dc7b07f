// The fifth of the five faults: a time-out cuts the connection of the backup.
import { renderedSetting } from '../../settings';
import { defineRule } from '../../types';

export const keepBackupSessions = defineRule({
  subject: 'server',
  id: 'kingbase-server-keep-backup-sessions',
  title: 'No time-out of all sessions cuts a backup',
  group: 'backup',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom:
    'client_idle_timeout ends the idle session that holds a backup open (“Assert:[025] check cancel !=NULL failed”), statement_timeout its last statement.',
  evidence: 'D DBA guide, C field reports of backup faults',
  hint: 'Leave it out of database.parameters and set it per role: alter role app set client_idle_timeout to …',
  judge: ({ path, settings }) =>
    ['client_idle_timeout', 'statement_timeout'].flatMap((name) => {
      const found = renderedSetting(settings, name) ?? '0';
      return found === '0'
        ? []
        : [{ path, message: `${name} is ${found} for every session, that of the backup among them` }];
    }),
});
