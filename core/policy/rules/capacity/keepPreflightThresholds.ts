// A check whose threshold was lowered checks nothing.
import { defineRule } from '../../types';

export const keepPreflightThresholds = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-keep-preflight-thresholds',
  title: 'Preflight thresholds are at least the vendor’s',
  group: 'capacity',
  level: 'mandatory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom:
    'The host is let in that fills its disk in the first hour, or whose clock makes backups and time lines lie.',
  evidence: 'S cluster_install.sh: 1 GB of memory and disk, clocks within 2 s',
  hint: 'Leave preflight.minFreeDiskMiB, minFreeMemoryMiB and maxClockSkewSeconds out.',
  config: {
    minFreeDiskMiB: { type: 'integer', default: 1024, minimum: 0, description: 'Least free disk, MiB.' },
    minFreeMemoryMiB: { type: 'integer', default: 1024, minimum: 0, description: 'Least available memory, MiB.' },
    maxClockSkewSeconds: {
      type: 'number',
      default: 2,
      minimum: 0,
      description: 'Largest difference of clocks, seconds.',
    },
  },
  judge: ({ preflight }, { minFreeDiskMiB, minFreeMemoryMiB, maxClockSkewSeconds }) => [
    ...(preflight.minFreeDiskMiB < minFreeDiskMiB
      ? [
          {
            path: 'preflight.minFreeDiskMiB',
            message: `is ${preflight.minFreeDiskMiB}; at least ${minFreeDiskMiB} is wanted`,
          },
        ]
      : []),
    ...(preflight.minFreeMemoryMiB < minFreeMemoryMiB
      ? [
          {
            path: 'preflight.minFreeMemoryMiB',
            message: `is ${preflight.minFreeMemoryMiB}; at least ${minFreeMemoryMiB} is wanted`,
          },
        ]
      : []),
    ...(preflight.maxClockSkewSeconds > maxClockSkewSeconds
      ? [
          {
            path: 'preflight.maxClockSkewSeconds',
            message: `is ${preflight.maxClockSkewSeconds}; at most ${maxClockSkewSeconds} is wanted`,
          },
        ]
      : []),
  ],
});
