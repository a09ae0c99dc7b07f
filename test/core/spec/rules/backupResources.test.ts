// Numbers of backups that only together make sense, and the place, port and queries of drills.
import { describe, expect, it } from 'vitest';
import { cluster, messages, node } from '../exampleCluster';

function backed(backup: Record<string, unknown>): Record<string, unknown> {
  return cluster({
    nodes: [node(1), node(2), node(3), node(4, { name: 'repo', role: 'repository' })],
    backup: { repository: 'repo', path: '/kbrepo/kbbr_repo', newerKeys: true, ...backup },
  });
}

describe('backupResources', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['nothing by default', {}, []],
    [
      'time-outs in the wrong order',
      { resources: { databaseTimeoutSeconds: 1830 } },
      [
        'backup.resources.protocolTimeoutSeconds: 1830 s is not more than databaseTimeoutSeconds (1830 s): sys_rman refuses that',
      ],
    ],
    [
      'a warning that comes too late',
      { resources: { diskWarnMiB: 512 } },
      ['backup.resources.diskWarnMiB: the warning comes at 512 MiB free, after backups are refused at 1024 MiB'],
    ],
    ['nothing where there is no warning', { resources: { diskWarnMiB: 0 } }, []],
    [
      'a drill in the repository',
      { drill: { directory: '/kbrepo/kbbr_repo/drill' } },
      ['backup.drill.directory: /kbrepo/kbbr_repo/drill and /kbrepo/kbbr_repo lie within one another'],
    ],
    [
      'a drill that would remove the home directory',
      { drill: { directory: '/home/kingbase' } },
      ['backup.drill.directory: /home/kingbase and /home/kingbase/cluster/lab/kingbase/data lie within one another'],
    ],
    ['nothing about a directory below the home directory', { drill: { directory: '/home/kingbase/drill' } }, []],
    [
      'a directory of the system',
      { drill: { directory: '/var' } },
      ['backup.drill.directory: "/var" is a directory of the system'],
    ],
    ['the port of the database', { drill: { port: 54321 } }, ['backup.drill.port: 54321 is the port of the database']],
    [
      'queries that do not only ask, or are two',
      {
        drill: {
          checks: [
            { name: 'rows', query: 'SELECT count(*) FROM orders' },
            { name: 'semicolon', query: 'with a as (select 1) select * from a;' },
            { name: 'write', query: 'DELETE FROM orders' },
            { name: 'two', query: 'select 1; drop table orders' },
          ],
        },
      },
      [
        'backup.drill.checks[2].query: "DELETE FROM orders" is not one query',
        'backup.drill.checks[3].query: "select 1; drop table orders" is not one query',
      ],
    ],
  ])('tells about %s', (_, backup, expected) => {
    expect(messages(backed(backup))).toEqual(expected);
  });

  it.each<[string, Record<string, unknown>]>([
    ['backup.resources.processMax', { processMax: 0 }],
    ['backup.resources.bandwidthMBs', { bandwidthMBs: 10_000 }],
    ['backup.resources.nonArchivedSpaceMiB', { nonArchivedSpaceMiB: 64 }],
    ['backup.resources.archiveTimeoutSeconds', { archiveTimeoutSeconds: 90_000 }],
    ['backup.resources.compressLevel', { compressLevel: 10 }],
  ])('holds the range of %s', (path, resources) => {
    expect(messages(backed({ resources }))).toEqual([expect.stringContaining(`${path}: `)]);
  });

  it('offers no backup by pages, and no other cipher', () => {
    expect(messages(backed({ schedule: { page: 'daily 03:00' } }))).toHaveLength(1);
    expect(messages(backed({ encryption: 'aes-128-cbc' }))).toHaveLength(1);
  });
});
