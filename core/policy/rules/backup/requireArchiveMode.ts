// The first of the five faults of a backup pipeline: archiving is off in the file that wins.
import { renderedSetting } from '../../settings';
import { defineRule } from '../../types';

export const requireArchiveMode = defineRule({
  subject: 'server',
  id: 'kingbase-server-require-archive-mode',
  title: 'archive_mode is on in the settings that are written',
  group: 'backup',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom:
    'With archive_mode off no segment is ever archived, and every backup ends in “WAL segment was not archived before the timeout”.',
  evidence: 'D backup guide (error 082), C field reports of backup faults',
  hint: 'Set archive.mode to on, or always where standbys archive too; a change restarts the servers, standbys first.',
  judge: ({ role, path, settings }) => {
    const found = renderedSetting(settings, 'archive_mode');
    return role !== 'database' || found === 'on' || found === 'always'
      ? []
      : [{ path, message: `archive_mode is ${found ?? 'not set, which is off'}` }];
  },
});
