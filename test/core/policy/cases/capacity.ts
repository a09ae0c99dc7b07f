import { alone, edited, node, parameters, three, without, type PolicyCase } from '../sample';

const SYSCTL = '/etc/sysctl.d/60-pulumi-kingbase.conf';
const LOGIND = '/etc/systemd/logind.conf.d/60-pulumi-kingbase.conf';
const LIMITS = '/etc/security/limits.d/60-pulumi-kingbase.conf';

export const capacityCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-node-require-system-parameters',
    // A resource that writes no system settings is not asked for them.
    passes: [alone(), alone().map((one) => ({ ...one, props: { ...one.props, files: {} } }))],
    fails: [
      [
        edited(alone(), SYSCTL, (text) => text.replace('5010 641280 5010 256', '250 32000 100 128')),
        [`${SYSCTL}: kernel.sem is 250 32000 100 128; at least 5010 641280 5010 256 is wanted`],
      ],
      [without(alone(), SYSCTL, /^fs\.file-max/), [`${SYSCTL}: fs.file-max is missing; at least 7672460 is wanted`]],
    ],
  },
  {
    rule: 'kingbase-node-keep-ipc',
    passes: [alone()],
    fails: [
      [
        edited(alone(), LOGIND, (text) => text.replace('RemoveIPC=no', 'RemoveIPC=yes')),
        [`${LOGIND}: does not say RemoveIPC=no`],
      ],
      [
        edited(alone(), LOGIND, (text) => text.replace('RemoveIPC=no', '#RemoveIPC=no')),
        [`${LOGIND}: does not say RemoveIPC=no`],
      ],
    ],
  },
  {
    rule: 'kingbase-node-require-limits',
    passes: [alone()],
    fails: [
      [
        edited(alone(), LIMITS, (text) => text.replace('soft nofile 655360', 'soft nofile 1024')),
        [`${LIMITS}: nofile is 1024; at least 65535 is wanted`],
      ],
      [without(alone(), LIMITS, /nproc/), [`${LIMITS}: nproc is missing; at least 65535 is wanted`]],
    ],
  },
  {
    rule: 'kingbase-cluster-apply-system-parameters',
    passes: [three()],
    fails: [
      [three({ os: { applySysctl: false } }), ['os.applySysctl: is false: the drop-in is written only']],
      [three({ version: 'V9', os: { applySysctl: false } }), ['os.applySysctl: is false: the drop-in is written only']],
    ],
  },
  {
    rule: 'kingbase-cluster-declare-wal-volume',
    passes: [
      three({ directories: { walVolumeMiB: 20480 } }),
      [three({ directories: { walVolumeMiB: 12288 } }), { share: 0.8 }],
    ],
    fails: [
      [three(), ['directories.walVolumeMiB: is not declared; 9216 MiB are kept, and what slots keep besides']],
      [
        three({ directories: { walVolumeMiB: 12288 } }),
        ['directories.walVolumeMiB: 9216 MiB of 12288 MiB are kept: less than 40 % are left for slots'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-fit-memory',
    passes: [three(), [three(), { memoryMiB: 4096 }]],
    fails: [
      [
        parameters({ shared_buffers: '4GB', work_mem: '16MB', max_connections: 500 }),
        [
          'database.parameters: shared_buffers 4096 MiB, 500 × work_mem 16 MiB and 3 × maintenance_work_mem 64 MiB make 12288 MiB; 6553 MiB of 8192 MiB may be used',
        ],
        { memoryMiB: 8192 },
      ],
      [
        three(),
        [
          'database.parameters: shared_buffers 512 MiB, 100 × work_mem 4 MiB and 3 × maintenance_work_mem 64 MiB make 1104 MiB; 819 MiB of 1024 MiB may be used',
        ],
        { memoryMiB: 1024 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-keep-replication-headroom',
    passes: [three(), [parameters({ max_wal_senders: 5 }), { spare: 2 }]],
    fails: [
      [
        parameters({ max_wal_senders: 5 }),
        ['database.parameters.max_wal_senders: is 5; 6 are wanted for these nodes and 3 more'],
      ],
      [
        parameters({ max_replication_slots: 4 }),
        ['database.parameters.max_replication_slots: is 4; 6 are wanted for these nodes and 3 more'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-keep-preflight-thresholds',
    passes: [three(), [three({ preflight: { minFreeDiskMiB: 100 } }), { minFreeDiskMiB: 100 }]],
    fails: [
      [
        three({ preflight: { minFreeDiskMiB: 100, minFreeMemoryMiB: 0 } }),
        [
          'preflight.minFreeDiskMiB: is 100; at least 1024 is wanted',
          'preflight.minFreeMemoryMiB: is 0; at least 1024 is wanted',
        ],
      ],
      [
        three({ preflight: { maxClockSkewSeconds: 30 } }),
        ['preflight.maxClockSkewSeconds: is 30; at most 2 is wanted'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-review-accepted-checks',
    passes: [three(), [three({ preflight: { accept: ['selinux'] } }), { allowed: ['selinux'] }]],
    fails: [
      [three({ preflight: { accept: ['selinux'] } }), ['preflight.accept[0]: accepts a failed selinux']],
      [
        three({ preflight: { accept: ['selinux', 'clock-skew'] } }),
        ['preflight.accept[1]: accepts a failed clock-skew'],
        { allowed: ['selinux'] },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-keep-license-margin',
    passes: [three(), three({ install: { source: 'media', zip: '/m/db.zip', license: '/m/license.dat' } })],
    fails: [
      [three({ install: { licenseMinDays: 1 } }), ['install.licenseMinDays: is 1; at least 30 is wanted']],
      [
        three({ version: 'V9', nodes: [node(1)], install: { source: 'media', zip: '/m/db.zip' } }),
        ['install.license: is missing: the trial licence of the package counts'],
      ],
    ],
  },
];
