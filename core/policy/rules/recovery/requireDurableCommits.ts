// A commit that was acknowledged survives a crash of its own server.
import { renderedSetting } from '../../settings';
import { defineRule } from '../../types';

export const requireDurableCommits = defineRule({
  subject: 'server',
  id: 'kingbase-server-require-durable-commits',
  title: 'synchronous_commit is not off',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom:
    'With off a plain crash loses acknowledged commits, even where no failover happens; for a synchronous cluster the specification refuses it already.',
  evidence: 'U PostgreSQL 12: synchronous_commit; S es_rep.conf of the vendor (remote_apply)',
  hint: 'Leave synchronous_commit out of database.parameters, or choose local in an asynchronous cluster; set off per transaction where a loss is acceptable.',
  judge: ({ path, settings }) => {
    const found = renderedSetting(settings, 'synchronous_commit');
    return found === 'off' ? [{ path, message: 'synchronous_commit is off' }] : [];
  },
});
