// The texts and lines of cron that carry the backups of a cluster out, and what each policy says of them.
import type { BackupTarget } from '../../../../core/backup/types';
import { BACKUP, changedConf, declaredBackup, pipeline, withTarget } from '../backupSample';
import { three, type PolicyCase } from '../sample';

const CONF = '/backup/kbbr_repo/sys_rman.conf';
const CRON = '/etc/cron.d/KINGBASECRON';
const lines = (change: (lines: BackupTarget['cron']['lines']) => BackupTarget['cron']['lines']) =>
  withTarget(({ cron }) => ({ cron: { ...cron, lines: change(cron.lines) } }));
const replaced = (from: string, to: string) =>
  lines((all) => all.map((one) => ({ ...one, line: one.line.replace(from, to) })));

export const backupRenderedCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-backup-agree-on-repository',
    passes: [
      pipeline(),
      three(),
      declaredBackup({ repository: { kind: 'perNode' } }, { version: 'V9' }),
      declaredBackup({ repository: 'node2' }),
      declaredBackup(
        {
          encryption: 'aes-256-cbc',
          secondary: [{ node: 'node4', path: '/second/kbbr_repo' }],
        },
        { version: 'V9' },
      ),
    ],
    fails: [
      [
        changedConf('node2', 'repo1-host=10.77.0.14', 'repo1-host=10.77.0.99'),
        [`node2:${CONF}: repo1-host is 10.77.0.99; node4 is 10.77.0.14`],
      ],
      [
        changedConf('node2', /repo1-(host|path|host-config)=.*\n/g, ''),
        [
          `node2:${CONF}: repo1-host is missing; node4 is 10.77.0.14`,
          `node2:${CONF}: repo1-path is missing; the repository lies in /backup/kbbr_repo`,
          `node2:${CONF}: repo1-host-config is missing; the file there is ${CONF}`,
        ],
      ],
      [
        changedConf('node3', '[kingbase]', '[test]'),
        [`node3:${CONF}: has no section [kingbase], the stanza that archive_command names`],
      ],
      [
        changedConf('node1', 'kb1-path=', 'kb1-path=/old'),
        [
          `node1:${CONF}: kb1-path is /old/home/kingbase/cluster/lab/kingbase/data; the data lies in /home/kingbase/cluster/lab/kingbase/data`,
        ],
      ],
      [
        changedConf('node4', 'kb3-host=10.77.0.13', 'kb3-host=10.77.0.23'),
        [
          `node4:${CONF}: has no kb group for node3 (10.77.0.13)`,
          `node4:${CONF}: kb3-host 10.77.0.23 is no database node of the cluster`,
        ],
      ],
      [
        changedConf('node4', 'kb2-path=/home', 'kb2-path=/mnt'),
        [
          `node4:${CONF}: kb2-path is /mnt/kingbase/cluster/lab/kingbase/data; the data of node2 lies in /home/kingbase/cluster/lab/kingbase/data`,
        ],
      ],
      [
        changedConf('node4', 'repo1-path=/backup/kbbr_repo', 'repo1-path=/tmp/repo'),
        [`node4:${CONF}: names no repository at /backup/kbbr_repo`],
      ],
    ],
  },
  {
    rule: 'kingbase-backup-refuse-cron-trap',
    passes: [pipeline(), three()],
    fails: [
      [
        replaced('0 2 * * 0', '0 2 */7 * *'),
        [
          `${CRON}:full: day of month */7 begins anew on every 1st: the last gap of a month is shorter, and "every 7 days" is no weekday`,
        ],
      ],
      [
        replaced('0 4 * * *', '0 4 1,15 * 3'),
        [`${CRON}:incremental: day of month 1,15 and day of week 3 are both given: cron runs it on either`],
      ],
    ],
  },
  {
    rule: 'kingbase-backup-run-declared-jobs',
    passes: [pipeline(), three(), withTarget(() => ({ jobs: BACKUP.jobs.slice(0, 1) }))],
    fails: [
      [
        lines((all) => all.filter(({ job }) => job !== 'full')),
        [`${CRON}:full: has no line, though "weekly on Sunday 02:00" is declared`],
      ],
      [
        lines((all) => [...all, ...all.filter(({ job }) => job === 'incremental')]),
        [`${CRON}:incremental: stands in 2 lines`],
      ],
      [
        replaced('--stanza=kingbase --archive-copy --type=full', '--type=full'),
        [`${CRON}:full: is not run with --stanza=kingbase`],
      ],
      [
        withTarget(() => ({ conf: '/other/sys_rman.conf', jobs: BACKUP.jobs.slice(0, 1) })),
        [
          `${CRON}:full: is not run with --config=/other/sys_rman.conf`,
          `${CRON}:incremental: is not run with --config=/other/sys_rman.conf`,
        ],
      ],
    ],
  },
];
