// A limit on a backup's bandwidth is a limit on how often it can end.
import { HOUR_SECONDS } from '../../backups';
import { defineRule } from '../../types';

export const boundBackupDuration = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-bound-backup-duration',
  title: 'The bandwidth limit lets a full backup end in time',
  group: 'backup',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom:
    'A full backup that still runs in the morning competes with the day, and the next backup finds its lock.',
  evidence: 'D9 BK9: band-width 0 to 9999 MB/s, 0 without a limit',
  hint: 'Raise backup.resources.bandwidthMBs, or set it to 0 where nothing else needs the line.',
  config: {
    minimumMBs: {
      type: 'integer',
      default: 10,
      minimum: 1,
      description: 'Least limit, in MB/s: 10 move 35 GiB in an hour.',
    },
    databaseGiB: {
      type: 'integer',
      default: 0,
      minimum: 0,
      description: 'Size of the database in GiB; 0: not declared, the duration is not judged.',
    },
    hours: { type: 'number', default: 6, minimum: 0, description: 'Hours within which a full backup must end.' },
  },
  judge: (spec, { minimumMBs, databaseGiB, hours }) => {
    const limit = spec.backup?.resources.bandwidthMBs ?? 0;
    if (limit === 0) return [];
    const path = 'backup.resources.bandwidthMBs';
    const needed = (databaseGiB * 1024) / limit / HOUR_SECONDS;
    if (limit < minimumMBs) return [{ path, message: `is ${limit} MB/s; at least ${minimumMBs} are wanted` }];
    return needed <= hours
      ? []
      : [
          {
            path,
            message: `${databaseGiB} GiB at ${limit} MB/s take ${Math.ceil(needed)} hours; ${hours} are wanted`,
          },
        ];
  },
});
