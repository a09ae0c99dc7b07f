// An archive that throws its segments away is none.
import { defineRule } from '../../types';

export const requireWalArchive = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-wal-archive',
  title: 'WAL is archived, not thrown away',
  group: 'backup',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'Without archived WAL there is no point-in-time recovery, and a rewind that needs a recycled segment fails.',
  evidence: 'D backup guide: C9 and V9 installers write `exit 0` until sys_rman is set up; F field guide',
  hint: 'Declare backup; or set archive.to to directory, or archive.command to a command that brings each segment to another host.',
  judge: (spec) =>
    spec.archive.to === 'discard'
      ? [
          {
            path: 'archive.to',
            message: `is discard: the server runs \`${spec.archive.command}\` and forgets each segment`,
          },
        ]
      : [],
});
