// The account that owns the database.
import { describe, expect, it } from 'vitest';
import { cluster, messages } from '../exampleCluster';

describe('osAccount', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'root',
      cluster({ os: { user: 'root' }, directories: { prefix: '/opt/kb/kingbase' } }),
      ['os.user: the server refuses to run as root', 'os.group: the server refuses to run as root'],
    ],
    [
      'a name with a blank',
      cluster({ os: { group: 'db admins' } }),
      ['os.group: "db admins" is not the name of a Unix group'],
    ],
    [
      'a timezone with a quote',
      cluster({ os: { timezone: "Asia/Shang'hai" } }),
      ['os.timezone: "Asia/Shang\'hai" is not the name of a timezone'],
    ],
    ['nothing about PRC', cluster({ os: { timezone: 'PRC' } }), []],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
