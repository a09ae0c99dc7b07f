// What is declared about backups, and what each policy says of it.
import { backed, full, incremental, posix, s3, withDrill, withResources, withSchedule } from '../backupSample';
import { node, three, type PolicyCase } from '../sample';

const DAY = 86_400;
const DATA = '/home/kingbase/cluster/lab/kingbase/data';
const PREFIX = '/home/kingbase/cluster/lab/kingbase';
const internal = { placement: 'internal', repositories: [posix({ node: 'node1' })] } as const;
const perNode = { placement: 'perNode', repositories: [posix({ node: undefined })] } as const;
const onS3 = { repositories: [s3()] } as const;
const newer = { newerKeys: true } as const;
const V9 = { version: 'V9' };
const biweekly = { ...full, intent: 'every second Sunday 02:00', longestGapSeconds: 14 * DAY };

export const backupDeclaredCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-cluster-require-backup',
    passes: [backed()],
    fails: [
      [three(), ['backup: is not declared: standbys repeat every mistake within milliseconds']],
      [
        three({ archive: { command: 'rsync %p repo:/archive/%f' } }),
        ['backup: is not declared: standbys repeat every mistake within milliseconds'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-move-repository-off-data',
    passes: [
      backed(),
      three(),
      backed(onS3, V9),
      backed({ ...internal, repositories: [...internal.repositories, posix()] }),
    ],
    fails: [
      [
        backed(internal),
        ['backup.repository: node1 is one of the 3 database nodes: its host takes data and every backup along'],
      ],
      [
        backed(internal, { nodes: [node(1), node(2)] }),
        ['backup.repository: node1 is one of the 2 database nodes: its host takes data and every backup along'],
      ],
      [backed(perNode), ['backup.repository: is perNode: each node keeps its backups beside its data, and loses both']],
    ],
  },
  {
    rule: 'kingbase-cluster-separate-repository-from-data',
    passes: [
      backed(),
      three(),
      backed({ repositories: [posix({ path: `${PREFIX}/repo` })] }),
      backed({ repositories: [s3({ path: DATA })] }),
      backed(
        { ...internal, repositories: [posix({ node: 'node1', path: `${DATA}base` })] },
        {
          directories: { data: '/kbdata/data' },
        },
      ),
    ],
    fails: [
      [
        backed({ repositories: [posix({ path: `${DATA}/repo` })] }),
        [`backup.path: ${DATA}/repo lies in directories.data ${DATA}`],
      ],
      [
        backed({ repositories: [posix(), posix({ path: '/kbwal' })] }, { directories: { wal: '/kbwal' } }),
        ['backup.secondary[0].path: /kbwal lies in directories.wal /kbwal'],
      ],
      [
        backed({ repositories: [posix({ path: '/kb/' })] }, { directories: { data: '/kb/data' } }),
        ['backup.path: directories.data /kb/data lies in /kb/'],
      ],
      [
        backed({ ...internal, repositories: [posix({ node: 'node1', path: `${PREFIX}/repo` })] }),
        [`backup.path: ${PREFIX}/repo lies in ${PREFIX} on a database node, as the data does`],
      ],
      [
        backed({ ...perNode, repositories: [posix({ node: undefined, path: `${PREFIX}/repo` })] }),
        [`backup.path: ${PREFIX}/repo lies in ${PREFIX} on a database node, as the data does`],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-declare-repository-node',
    passes: [backed(), three(), backed(perNode), backed(internal)],
    fails: [
      [backed({ repositories: [posix({ node: 'backup1' })] }), ['backup.repository: backup1 is not among nodes']],
      [backed({ repositories: [posix({ node: undefined })] }), ['backup.repository: names no node']],
      [
        backed(
          { repositories: [posix(), posix({ node: 'node3' })] },
          {
            nodes: [node(1), node(2), node(3, { role: 'witness' }), node(4, { role: 'repository' })],
          },
        ),
        ['backup.secondary[0].node: node3 is a witness, which has no software for backups and no data'],
      ],
      [
        backed().map((one) =>
          one.type === 'kingbase:ha:Cluster'
            ? {
                ...one,
                props: {
                  ...one.props,
                  nodes: (one.props['nodes'] as object[]).map((each) => ({ ...each, hostKey: '' })),
                },
              }
            : one,
        ),
        ['backup.repository: node4 has no pinned host key: peers could be led to another host'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-schedule-full-backup',
    passes: [backed(), three(), [withSchedule(biweekly), { maximumDays: 14 }]],
    fails: [
      [withSchedule(incremental), ['backup.schedule.full: is not scheduled: the catalogue will hold no full backup']],
      [
        withSchedule(biweekly, incremental),
        [
          'backup.schedule.full: "every second Sunday 02:00" leaves up to 14 days between two full backups; at most 7 are wanted',
        ],
      ],
      [
        withSchedule(full),
        [
          'backup.schedule.full: "weekly on Sunday 02:00" leaves up to 7 days between two full backups; at most 1 are wanted',
        ],
        { maximumDays: 1 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-schedule-daily-backup',
    passes: [backed(), three(), [withSchedule(full), { maximumHours: 168 }], withSchedule(incremental, full)],
    fails: [
      [withSchedule(), ['backup.schedule: has no backup at all']],
      [
        withSchedule(full),
        [
          'backup.schedule: up to 168 hours pass between two backups (full: "weekly on Sunday 02:00"); at most 24 are wanted',
        ],
      ],
      [
        backed(),
        [
          'backup.schedule: up to 24 hours pass between two backups (incremental: "daily 04:00"); at most 12 are wanted',
        ],
        { maximumHours: 12 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-spread-backup-jobs',
    passes: [
      backed(),
      three(),
      withSchedule(full, { ...incremental, cron: '0 2 * * 1' }),
      withSchedule(full, { ...incremental, cron: '30 2 * * *' }),
      withSchedule(full, { ...incremental, cron: '0 2 * * 1,4' }),
    ],
    fails: [
      [
        withSchedule(full, { ...incremental, intent: 'every 2 hours', cron: '0 0,2,4,6,8,10,12,14,16,18,20,22 * * *' }),
        ['backup.schedule.incremental: "every 2 hours" starts in the same minute as full "weekly on Sunday 02:00"'],
      ],
      [
        withSchedule(full, { ...incremental, intent: 'daily 02:00', cron: '0 2 * * *' }),
        ['backup.schedule.incremental: "daily 02:00" starts in the same minute as full "weekly on Sunday 02:00"'],
      ],
      [
        withSchedule(full, {
          ...incremental,
          kind: 'differential',
          intent: 'weekly on Sunday 02:00',
          cron: '0 2 * * 0',
        }),
        [
          'backup.schedule.differential: "weekly on Sunday 02:00" starts in the same minute as full "weekly on Sunday 02:00"',
        ],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-ask-recovery-window',
    passes: [backed(), three(), backed({ retention: { windowDays: 7, fullBackups: 2 } })],
    fails: [
      [
        backed({ retention: { windowDays: 6, fullBackups: 2 } }),
        ['backup.retention.windowDays: is 6; at least 7 are wanted'],
      ],
      [backed(), ['backup.retention.windowDays: is 14; at least 30 are wanted'], { minimumDays: 30 }],
    ],
  },
  {
    rule: 'kingbase-cluster-cover-recovery-window',
    passes: [backed(), three(), withSchedule(incremental)],
    fails: [
      [
        withSchedule({ ...full, intent: 'Saturday, Sunday 02:00', cron: '0 2 * * 0,6' }),
        [
          'backup.retention.fullBackups: 4 full backups ("Saturday, Sunday 02:00") are too few for a window of 14 days: it needs 6',
        ],
      ],
      [
        backed({ retention: { windowDays: 14, fullBackups: 3 } }),
        [
          'backup.retention.fullBackups: 3 full backups ("weekly on Sunday 02:00") are too few for a window of 14 days: it needs 4',
        ],
      ],
      [
        backed({ retention: { windowDays: 15, fullBackups: 3 } }),
        [
          'backup.retention.fullBackups: 3 full backups ("weekly on Sunday 02:00") are too few for a window of 15 days: it needs 4',
        ],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-encrypt-repository',
    passes: [
      backed(),
      three(),
      [backed({ encryption: 'none' }), { otherHosts: false }],
      backed({ ...internal, encryption: 'none' }),
      backed(onS3, V9),
    ],
    fails: [
      [backed({ encryption: 'none' }), ['backup.encryption: is none, and node4 holds the whole database']],
      [
        backed({ encryption: 'none', ...onS3 }, V9),
        ['backup.encryption: is none, and bucket kes-backup holds the whole database'],
        { otherHosts: false },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-add-second-repository',
    passes: [three(), backed(), backed({ ...newer, repositories: [posix(), s3()] }), [backed(newer), { minimum: 1 }]],
    fails: [
      [backed(newer), ['backup.secondary: 1 repository is declared; at least 2 are wanted']],
      [
        backed({ ...newer, ...onS3 }),
        ['backup.secondary: 1 repository is declared; at least 3 are wanted'],
        { minimum: 3 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-keep-backup-timeouts',
    passes: [backed(), three(), [withResources({ archiveTimeoutSeconds: 60 }), { archiveSeconds: 60 }]],
    fails: [
      [
        withResources({ archiveTimeoutSeconds: 60 }),
        ['backup.resources.archiveTimeoutSeconds: is 60; at least 600 are wanted'],
      ],
      [
        withResources({ protocolTimeoutSeconds: 1800 }),
        ['backup.resources.protocolTimeoutSeconds: is 1800, not more than databaseTimeoutSeconds 1800'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-bound-backup-duration',
    passes: [
      backed(),
      three(),
      withResources({ bandwidthMBs: 50 }),
      [withResources({ bandwidthMBs: 100 }), { databaseGiB: 2000 }],
      [backed(), { databaseGiB: 100000 }],
    ],
    fails: [
      [withResources({ bandwidthMBs: 1 }), ['backup.resources.bandwidthMBs: is 1 MB/s; at least 10 are wanted']],
      [
        withResources({ bandwidthMBs: 50 }),
        ['backup.resources.bandwidthMBs: 2000 GiB at 50 MB/s take 12 hours; 6 are wanted'],
        { databaseGiB: 2000 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-fit-backup-processes',
    passes: [backed(), three(), [backed(), { cpus: 4, memoryMiB: 480 }]],
    fails: [
      [
        backed(),
        ['backup.resources.processMax: is 4 on a host with 2 CPUs: sys_rman runs 2'],
        { cpus: 2, memoryMiB: 4096 },
      ],
      [
        withResources({ processMax: 64, compress: 'gz' }),
        [
          'backup.resources.processMax: may need 3185 MiB: 64 processes and the one that leads them, 49 MiB each; 2048 MiB of 4096 MiB may be used',
        ],
        { memoryMiB: 4096 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-schedule-verify',
    passes: [backed(), three()],
    fails: [
      [
        backed({ verifySchedule: undefined }),
        ['backup.verify.schedule: is not given: nobody looks whether backups are whole'],
      ],
      [
        backed(),
        ['backup.verify.schedule: "weekly on Wednesday 05:00" leaves up to 7 days; at most 1 are wanted'],
        { maximumDays: 1 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-schedule-drill',
    passes: [backed(), three()],
    fails: [
      [withDrill({ schedule: undefined }), ['backup.drill.schedule: is not given: no restore is ever tried']],
      [
        withDrill({ schedule: { intent: 'yearly', cron: '0 5 1 1 *', longestGapSeconds: 366 * DAY } }),
        ['backup.drill.schedule: "yearly" leaves up to 366 days; at most 31 are wanted'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-check-drill-content',
    passes: [
      backed(),
      three(),
      withDrill({ schedule: undefined, tables: [] }),
      withDrill({ tables: [], checks: [{ name: 'orders', database: 'kingbase', query: 'select 1' }] }),
    ],
    fails: [
      [
        withDrill({ tables: [] }),
        ['backup.drill: looks at 0 tables and queries, otherwise only at page checksums; at least 1 are wanted'],
      ],
      [
        backed(),
        ['backup.drill: looks at 1 tables and queries, otherwise only at page checksums; at least 2 are wanted'],
        { minimum: 2 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-secure-object-store',
    passes: [backed(), three(), backed(onS3, V9)],
    fails: [
      [
        backed({ repositories: [s3({ endpoint: 'http://10.77.0.99:9000' })] }, V9),
        ['backup.s3: endpoint http://10.77.0.99:9000 is not https'],
      ],
      [
        backed({ repositories: [posix(), s3({ verifyTls: false })] }, V9),
        ['backup.secondary[0].s3: verifyTls is off for https://10.77.0.99:9000'],
      ],
    ],
  },
];
