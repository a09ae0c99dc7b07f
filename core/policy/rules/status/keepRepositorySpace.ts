// A full repository stops backups first, and then the archive, and then the database.
import { judgeBackups } from '../../observedBackups';
import { defineRule } from '../../types';

const MIB = 1_048_576;

export const keepRepositorySpace = defineRule({
  subject: 'status',
  id: 'kingbase-status-keep-repository-space',
  title: 'There is room in every repository',
  group: 'status',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'observed',
  protectsFrom: 'No segment is archived into a full repository: WAL piles up on the primary until it stops.',
  evidence: 'D9 BK9: repo-disk-warn 16384 MB, repo-disk-error 1024 MB',
  hint: 'Grow the volume, or shorten backup.retention.windowDays; never delete files of the repository by hand.',
  config: {
    minimumMiB: { type: 'integer', default: 16384, minimum: 0, description: 'Least free space in MiB.' },
  },
  judge: (subject, { minimumMiB }) =>
    judgeBackups(subject, ({ cluster, report }) =>
      report.freeBytes.flatMap((free, index) =>
        free === null || free >= minimumMiB * MIB
          ? []
          : [
              {
                path: `${cluster}.repository${index + 1}`,
                message: `${Math.floor(free / MIB)} MiB are free; at least ${minimumMiB} are wanted`,
              },
            ],
      ),
    ),
});
