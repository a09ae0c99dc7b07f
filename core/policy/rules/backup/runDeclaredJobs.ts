// What is declared must be what cron runs: once each, with the configuration and stanza of this cluster.
import type { BackupTarget } from '../../../backup/types';
import { groupBy } from '../../groupBy';
import { defineRule, type Objection } from '../../types';

/** The programs of verify and drill know their cluster by themselves. */
function judgeLine(target: BackupTarget, job: string, line: string): readonly Objection[] {
  const path = `${target.cron.path}:${job}`;
  if (job === 'verify' || job === 'drill') return [];
  const asked = [`--config=${target.conf}`, `--stanza=${target.stanza}`];
  const missing = asked.filter((word) => !line.split(/\s+/).includes(word));
  return missing.length === 0 ? [] : [{ path, message: `is not run with ${missing.join(' and ')}` }];
}

export const runDeclaredJobs = defineRule({
  subject: 'backup',
  id: 'kingbase-backup-run-declared-jobs',
  title: 'Every declared job stands in cron, once, for this stanza',
  group: 'backup',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom:
    'A schedule that nobody runs; two lines of one job, of which one ends at the other’s lock; a backup of another stanza.',
  evidence: 'D9 BK9: error 050; S vendor script: lines are appended',
  hint: 'Let the lines follow from backup.schedule; backup.vendorCronLines: replace takes those of sys_backup.sh out.',
  judge: ({ target }) => {
    const { path, lines } = target.cron;
    const byJob = groupBy(lines, ({ job }) => job);
    return [
      ...target.jobs.flatMap(({ kind, intent }) =>
        byJob.has(kind) ? [] : [{ path: `${path}:${kind}`, message: `has no line, though "${intent}" is declared` }],
      ),
      ...[...byJob].flatMap(([job, all]) =>
        all.length > 1 ? [{ path: `${path}:${job}`, message: `stands in ${all.length} lines` }] : [],
      ),
      ...lines.flatMap(({ job, line }) => judgeLine(target, job, line)),
    ];
  },
});
