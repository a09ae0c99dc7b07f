// A former primary comes back by rewind only if hint bits were logged before.
import { renderedSetting } from '../../settings';
import { defineRule } from '../../types';

export const keepRewindPossible = defineRule({
  subject: 'server',
  id: 'kingbase-server-keep-rewind-possible',
  title: 'wal_log_hints is on',
  group: 'recovery',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom:
    'Without it, and without checksums, a failed primary comes back by a full clone only: hours instead of seconds, on half the redundancy.',
  evidence: 'U PostgreSQL 12: pg_rewind; S es_rep.conf of the vendor',
  hint: 'Leave wal_log_hints out of database.parameters: it is on.',
  judge: ({ path, settings }) => {
    const found = renderedSetting(settings, 'wal_log_hints');
    return found === 'on' ? [] : [{ path, message: `wal_log_hints is ${found ?? 'not set'}` }];
  },
});
