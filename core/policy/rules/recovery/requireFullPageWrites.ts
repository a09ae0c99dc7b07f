// Torn pages are repaired from whole pages in the WAL.
import { renderedSetting } from '../../settings';
import { defineRule } from '../../types';

export const requireFullPageWrites = defineRule({
  subject: 'server',
  id: 'kingbase-server-require-full-page-writes',
  title: 'full_page_writes is on',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom:
    'A page that was half written at a power cut stays torn, here and in every backup; sys_rewind refuses such a node.',
  evidence: 'U PostgreSQL 12: full_page_writes, pg_rewind; S es_rep.conf of the vendor',
  hint: 'Leave full_page_writes out of database.parameters; wal_compression makes the WAL smaller.',
  judge: ({ path, settings }) => {
    const found = renderedSetting(settings, 'full_page_writes');
    return found === 'on' ? [] : [{ path, message: `full_page_writes is ${found ?? 'not set'}` }];
  },
});
