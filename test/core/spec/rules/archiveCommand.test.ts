// An archive_command archives.
import { describe, expect, it } from 'vitest';
import { cluster, messages, spec } from '../exampleCluster';

describe('archiveCommand', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'both ways at once',
      cluster({ archive: { to: 'directory', command: '/bin/cp %p /a/%f' } }),
      ['archive.to: is directory while archive.command is given too'],
    ],
    [
      'a command that throws away',
      cluster({ archive: { command: '/bin/true' } }),
      ['archive.command: "/bin/true" throws the WAL away'],
    ],
    [
      'a command without the segment',
      cluster({ archive: { command: 'cp /a /b' } }),
      ['archive.command: does not contain %p, the path of the segment to archive'],
    ],
    [
      'an unknown placeholder',
      cluster({ archive: { command: 'cp %p /a/%f.%d' } }),
      ['archive.command: has the unknown placeholder %d'],
    ],
    [
      'sys_rman without its file',
      cluster({ archive: { command: 'sys_rman archive-push %p' } }),
      ['archive.command: calls sys_rman without --config and --stanza'],
    ],
    [
      'nothing about a percent sign',
      cluster({ archive: { command: 'test ! -f /a/%f && cp %p /a/%f && echo 100%%' } }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });

  it.each([
    [
      'V8R6',
      undefined,
      { mode: 'on', to: 'directory', command: '/bin/cp -f %p /home/kingbase/cluster/lab/kingbase/archive/%f' },
    ],
    ['V9', undefined, { mode: 'always', to: 'discard', command: 'exit 0' }],
    ['V8R6', { to: 'discard' }, { mode: 'on', to: 'discard', command: 'exit 0' }],
    [
      'V9',
      { to: 'directory', mode: 'on' },
      { mode: 'on', to: 'directory', command: '/bin/cp -f %p /home/kingbase/cluster/lab/kingbase/archive/%f' },
    ],
    ['V9', { command: 'cp %p /a/%f' }, { mode: 'always', to: 'command', command: 'cp %p /a/%f' }],
  ])('makes of %s and %j', (version, archive, expected) => {
    expect(spec(cluster({ version, archive })).archive).toEqual(expected);
  });
});
