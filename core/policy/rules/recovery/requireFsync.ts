// A commit that was acknowledged is on disk.
import { renderedSetting } from '../../settings';
import { defineRule } from '../../types';

export const requireFsync = defineRule({
  subject: 'server',
  id: 'kingbase-server-require-fsync',
  title: 'fsync is on',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom: 'A power cut leaves a database that cannot be trusted, and replicas of it.',
  evidence: 'U PostgreSQL 12: fsync',
  hint: 'Leave fsync out of database.parameters; for faster commits see synchronous_commit.',
  judge: ({ path, settings }) => {
    const found = renderedSetting(settings, 'fsync');
    return found === 'on' ? [] : [{ path, message: `fsync is ${found ?? 'not set'}` }];
  },
});
