// Directories that the installation, initdb and a teardown can safely own.
import { describe, expect, it } from 'vitest';
import { cluster, messages } from '../exampleCluster';

describe('directories', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['a relative path', cluster({ directories: { data: 'data' } }), ['directories.data: "data" is not absolute']],
    [
      'a trailing slash',
      cluster({ directories: { data: '/kbdata/data/' } }),
      ['directories.data: "/kbdata/data/" ends in /'],
    ],
    ['nothing but slashes', cluster({ directories: { data: '//' } }), ['directories.data: "//" ends in /']],
    [
      'a step upwards',
      cluster({ directories: { data: '/kbdata/../etc' } }),
      ['directories.data: "/kbdata/../etc" has an empty part, . or .. in it'],
    ],
    ['the root', cluster({ directories: { data: '/' } }), ['directories.data: "/" is a directory of the system']],
    [
      'a directory that is emptied',
      cluster({ directories: { data: '/tmp/data' } }),
      ['directories.data: "/tmp/data" lies in /tmp, which a reboot or a cleaner empties'],
    ],
    [
      'blanks',
      cluster({ directories: { data: '/kb data' } }),
      ['directories.data: "/kb data" has characters other than letters, digits, _ . - and /'],
    ],
    [
      'a long path',
      cluster({ directories: { data: `/${'a'.repeat(200)}` } }),
      ['directories.data: is 201 characters long, at most 200 allowed'],
    ],
    [
      'a prefix with another end',
      cluster({ directories: { prefix: '/opt/kb' } }),
      ['directories.prefix: "/opt/kb" does not end in /kingbase'],
    ],
    [
      'a data directory around the prefix',
      cluster({ directories: { prefix: '/opt/kb/kingbase', data: '/opt/kb' } }),
      ['directories.data: "/opt/kb" holds the installation directory "/opt/kb/kingbase"'],
    ],
    [
      'a data directory in the archive',
      cluster({ directories: { prefix: '/opt/kb/kingbase', data: '/opt/kb/kingbase/archive/data' } }),
      [
        'directories.data: "/opt/kb/kingbase/archive/data" lies in "/opt/kb/kingbase/archive", which is used for something else',
      ],
    ],
    [
      'a data directory that is the home',
      cluster({ directories: { prefix: '/opt/kb/kingbase', data: '/home/kingbase' } }),
      ['directories.data: "/home/kingbase" is the home directory of kingbase'],
    ],
    [
      'WAL in the data directory',
      cluster({ directories: { data: '/kbdata/data', wal: '/kbdata/data/wal' } }),
      ['directories.wal: "/kbdata/data/wal" lies in the data directory "/kbdata/data"'],
    ],
    [
      'WAL around the data directory',
      cluster({ directories: { data: '/kbdata/data', wal: '/kbdata' } }),
      ['directories.wal: "/kbdata" holds the data directory "/kbdata/data"'],
    ],
    [
      'WAL around the prefix',
      cluster({ directories: { prefix: '/opt/kb/kingbase', data: '/kbdata/data', wal: '/opt/kb' } }),
      ['directories.wal: "/opt/kb" holds the installation directory "/opt/kb/kingbase"'],
    ],
    [
      'a home that is relative',
      cluster({ os: { home: 'home' }, directories: { prefix: '/opt/kb/kingbase' } }),
      ['os.home: "home" is not absolute'],
    ],
    [
      'nothing about directories side by side',
      cluster({ directories: { prefix: '/opt/kb/kingbase', data: '/kbdata/data', wal: '/kbwal/wal' } }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
