// Where backups may go, and what the message is where they may not.
import { describe, expect, it } from 'vitest';
import { cluster, findings, messages, node } from '../exampleCluster';

const S3 = { bucket: 'kes', endpoint: 'https://10.77.0.99:9000', region: 'chengdu' };

function backed(backup: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return cluster({
    nodes: [node(1), node(2), node(3), node(4, { name: 'repo', role: 'repository' })],
    directories: { wal: '/kbwal/wal' },
    backup,
    ...more,
  });
}

const at = (path: string) => backed({ repository: 'repo', path });

describe('backupRepository', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['nothing where a host of its own holds it', backed({ repository: 'repo', path: '/kbrepo/kbbr_repo' }), []],
    ['nothing where a database node holds it', backed({ repository: 'node2' }), []],
    [
      'an object that is no form',
      backed({ repository: { kind: 'shared' } }),
      ['backup.repository: {"kind":"shared"} is neither a node\'s name nor {kind: perNode}'],
    ],
    ['a node that is not there', backed({ repository: 'storage' }), ['backup.repository: there is no node "storage"']],
    [
      'a witness',
      backed({ repository: 'node3' }, { nodes: [node(1), node(2), node(3, { role: 'witness' })] }),
      ['backup.repository: node3 is the witness'],
    ],
    [
      'a second repository on a database node',
      backed({ repository: 'repo', newerKeys: true, secondary: [{ node: 'node1' }] }),
      ['backup.secondary[0].node: node1 is a database node'],
    ],
    [
      'the same place twice',
      backed({ repository: 'repo', newerKeys: true, secondary: [{ node: 'repo' }] }),
      ['backup.secondary[0]: is the same place as the first repository'],
    ],
    [
      'a second repository twice',
      backed({
        repository: 'repo',
        newerKeys: true,
        secondary: [
          { node: 'repo', path: '/second/kbbr_repo' },
          { node: 'repo', path: '/second/kbbr_repo' },
        ],
      }),
      ['backup.secondary[1]: is the same place as backup.secondary[0]'],
    ],
    [
      'a second one beside a repository of each node',
      backed({ repository: { kind: 'perNode' }, newerKeys: true, secondary: [{ node: 'repo' }] }),
      ['backup.secondary: is given while every node keeps a repository of its own'],
    ],
    [
      'a second one beside that of a database node',
      backed({ repository: 'node1', newerKeys: true, secondary: [{ node: 'repo' }] }),
      [
        'backup.secondary: is given while the first repository is a database node: as primary it would not fill the others',
      ],
    ],
    [
      'an object store among several',
      backed({ repository: 'repo', newerKeys: true, secondary: [{ s3: S3 }] }),
      ['backup.secondary: several repositories can only be directories, not object stores'],
    ],
    [
      'forms of newer builds',
      backed({ repository: { kind: 'perNode' } }),
      ['backup.repository: perNode is the single-pro of newer builds'],
    ],
    [
      'several repositories and an object store of older builds',
      backed({ repository: 'repo', s3: S3, secondary: [{ node: 'repo', path: '/second/kbbr_repo' }] }),
      [
        'backup.secondary: several repositories can only be directories, not object stores',
        'backup.secondary: several repositories need a newer build',
        'backup.s3: object stores need a newer build',
      ],
    ],
    [
      'a value that an older build would not get',
      backed({ repository: 'repo', resources: { bandwidthMBs: 50, diskWarnMiB: 2048 } }),
      ['backup.resources.bandwidthMBs: would not be written: older builds do not know the key'],
    ],
    [
      'archiving on standbys, too, by an older build',
      backed({ repository: 'repo' }, { archive: { mode: 'always' } }),
      ['archive.mode: always needs archive-mode-check, a key of newer builds'],
    ],
    [
      'archiving on standbys, too, by a newer one',
      backed({ repository: 'repo', newerKeys: true }, { archive: { mode: 'always' } }),
      [],
    ],
    [
      'another place for WAL',
      backed({ repository: 'repo' }, { archive: { mode: 'on', to: 'directory' } }),
      ['archive.to: is given while backup is declared: WAL goes to its repository'],
    ],
    [
      'a repository in the data directory',
      at('/home/kingbase/cluster/lab/kingbase/data/repo'),
      [
        'backup.path: /home/kingbase/cluster/lab/kingbase/data/repo and directories.data (/home/kingbase/cluster/lab/kingbase/data) lie within one another',
        'backup.path: /home/kingbase/cluster/lab/kingbase/data/repo and directories.prefix (/home/kingbase/cluster/lab/kingbase) lie within one another',
      ],
    ],
    [
      'a repository that holds the WAL directory',
      at('/kbwal'),
      ['backup.path: /kbwal and directories.wal (/kbwal/wal) lie within one another'],
    ],
    [
      'a repository in the ledger',
      at('/var/lib/pulumi-kingbase/repo'),
      ['backup.path: /var/lib/pulumi-kingbase/repo and our ledger (/var/lib/pulumi-kingbase) lie within one another'],
    ],
    ['the home directory', at('/home/kingbase'), ['backup.path: /home/kingbase is the home directory of kingbase']],
    ['a slash at the end', at('/kbrepo/'), ['backup.path: "/kbrepo/" ends in /']],
    ['a way around', at('/kbrepo/../kbwal'), ['backup.path: "/kbrepo/../kbwal" has an empty part, . or .. in it']],
    [
      'a place that is emptied',
      at('/tmp/kbbr_repo'),
      ['backup.path: "/tmp/kbbr_repo" lies in /tmp, which a reboot or a cleaner empties'],
    ],
    [
      'what a shell would run',
      at('/kbrepo/$(reboot)'),
      ['backup.path: "/kbrepo/$(reboot)" has characters other than letters, digits, _ . - and /'],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input).filter((message) => !message.startsWith('backup.drill'))).toEqual(expected);
  });

  it('offers the nearest name, or all of them', () => {
    const hint = (repository: string) => findings(backed({ repository })).map((finding) => finding.hint);
    expect(hint('rep')).toEqual(['did you mean repo?']);
    expect(hint('storage-host')).toEqual(['the nodes are: node1, node2, node3, repo.']);
  });
});
