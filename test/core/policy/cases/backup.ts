import { alone, edited, node, of, cluster, parameters, three, without, written, type PolicyCase } from '../sample';

const DATA = '/home/kingbase/cluster/lab/kingbase/data';
const command = (text: string) =>
  edited(alone(), 'es_rep.conf', (all) => all.replace(/^archive_command=.*$/m, `archive_command='${text}'`));
const es = `${DATA}/es_rep.conf`;

export const backupCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-cluster-require-wal-archive',
    passes: [three(), three({ archive: { command: 'rsync %p repo:/archive/%f' } })],
    fails: [
      [
        three({ archive: { to: 'discard' } }),
        ['archive.to: is discard: the server runs `exit 0` and forgets each segment'],
      ],
      // The default of V9, as its installer has it.
      [three({ version: 'V9' }), ['archive.to: is discard: the server runs `exit 0` and forgets each segment']],
    ],
  },
  {
    rule: 'kingbase-server-require-archive-mode',
    passes: [alone(), alone({ archive: { mode: 'always' } }), of(cluster({ nodes: [node(1), node(2), node(3)] }))],
    fails: [
      [written('archive_mode = off'), [`${es}: archive_mode is off`]],
      [without(alone(), 'es_rep.conf', /^archive_mode/), [`${es}: archive_mode is not set, which is off`]],
    ],
  },
  {
    rule: 'kingbase-server-require-archive-command',
    passes: [
      alone(),
      command('export TZ=Asia/Shanghai;/b/sys_rman --config /r/sys_rman.conf --stanza=kingbase archive-push %p'),
    ],
    fails: [
      [command('exit 0'), [`${es}: archive_command is \`exit 0\`, which throws each segment away`]],
      [command('/bin/true'), [`${es}: archive_command is \`/bin/true\`, which throws each segment away`]],
      [command(''), [`${es}: archive_command is empty: segments pile up in the WAL directory until the disk is full`]],
      [
        without(alone(), 'es_rep.conf', /^archive_command/),
        [`${es}: archive_command is empty: segments pile up in the WAL directory until the disk is full`],
      ],
      [
        command('cp /tmp/x /archive/%f'),
        [`${es}: archive_command is \`cp /tmp/x /archive/%f\`, which never names the segment (%p)`],
      ],
      [
        command('sys_rman archive-push %p'),
        [
          `${es}: archive_command calls sys_rman without --config and --stanza, which the archiver’s environment does not provide`,
        ],
      ],
      [
        command('/b/sys_rman --config /r/sys_rman.conf --stanza=kingbase check # %p'),
        [`${es}: archive_command calls sys_rman, but not its archive-push`],
      ],
      [
        command('export TZ=Asia/Shanghai;sys_rman --config /r/sys_rman.conf --stanza=kingbase archive-push %p'),
        [`${es}: archive_command calls sys_rman by its name only: the PATH of the archiver need not lead there`],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-move-archive-off-node',
    passes: [three({ archive: { command: 'rsync %p repo:/archive/%f' } }), three({ archive: { to: 'discard' } })],
    fails: [
      [three(), ['archive.to: is directory: each node copies its segments to its own <prefix>/archive']],
      [
        three({ version: 'V9', archive: { to: 'directory' } }),
        ['archive.to: is directory: each node copies its segments to its own <prefix>/archive'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-separate-archive-from-data',
    passes: [
      three({ directories: { data: '/kbdata/data' } }),
      three({ archive: { to: 'discard' } }),
      three({ archive: { command: 'rsync %p repo:/archive/%f' } }),
    ],
    fails: [
      [three(), [`directories.data: ${DATA} lies beside the archive /home/kingbase/cluster/lab/kingbase/archive`]],
      [
        three({ directories: { prefix: '/opt/kes/kingbase', data: '/opt/kes/kingbase/db' } }),
        ['directories.data: /opt/kes/kingbase/db lies beside the archive /opt/kes/kingbase/archive'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-require-repository-host',
    passes: [three({ nodes: [node(1), node(2), node(3), node(4, { role: 'repository' })] })],
    fails: [
      [three(), ['nodes: no node has the role repository']],
      [three({ nodes: [node(1), node(2), node(3, { role: 'witness' })] }), ['nodes: no node has the role repository']],
    ],
  },
  {
    rule: 'kingbase-cluster-bound-archive-delay',
    passes: [parameters({ archive_timeout: '5min' }), [parameters({ archive_timeout: 600 }), { maximumSeconds: 600 }]],
    fails: [
      [
        three(),
        [
          'database.parameters.archive_timeout: is 0: a segment is archived only when it is full; at most 300 s are wanted',
        ],
      ],
      [
        parameters({ archive_timeout: '10min' }),
        ['database.parameters.archive_timeout: is 600 s; at most 300 s are wanted'],
      ],
    ],
  },
  {
    rule: 'kingbase-server-keep-backup-sessions',
    passes: [alone(), written('client_idle_timeout=0')],
    fails: [
      [
        written('client_idle_timeout=600'),
        [`${es}: client_idle_timeout is 600 for every session, that of the backup among them`],
      ],
      [
        written("statement_timeout='1min'"),
        [`${es}: statement_timeout is 60000 for every session, that of the backup among them`],
      ],
    ],
  },
  {
    rule: 'kingbase-server-refuse-setting-twice',
    passes: [alone(), alone({ database: { parameters: { work_mem: '8MB' } } })],
    fails: [
      [written("archive_command='exit 0'"), [`${es}: archive_command stands in lines 11 and 37`]],
      [written('port=5432'), [`${es}: port stands in lines 3 and 37`]],
    ],
  },
];
