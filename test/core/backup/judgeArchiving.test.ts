import { describe, expect, it } from 'vitest';
import { judgeArchiving } from '../../../core/backup/judgeArchiving';
import { readBackSettings } from '../../../core/observe/readBack';
import type { FileSettingRow, ServerAnswers, SettingRow } from '../../../core/observe/types';
import { ARCHIVE_COMMAND, backupTarget } from '../../support/backups';
import { primaryNode } from '../../support/observations';

const FILE = '/kbdata/data/es_rep.conf';
const AUTO = '/kbdata/data/kingbase.auto.conf';
const TEXT = `archive_mode=on\narchive_command='${ARCHIVE_COMMAND}'\n`;

const setting = (name: string, value: string, changes: Partial<SettingRow> = {}): SettingRow => ({
  name,
  value,
  unit: '',
  type: name === 'archive_mode' ? 'enum' : 'string',
  context: name === 'archive_mode' ? 'postmaster' : 'sighup',
  source: 'configuration file',
  file: FILE,
  line: name === 'archive_mode' ? 1 : 2,
  pendingRestart: false,
  ...changes,
});

const fileRow = (name: string, value: string, file: string, line: number): FileSettingRow => ({
  name,
  value,
  file,
  line,
  applied: true,
  error: '',
});

function judge(settings: readonly SettingRow[], fileSettings: readonly FileSettingRow[] = []) {
  const node = primaryNode('node1', {}, { settings, fileSettings });
  const answers = node.server.answers as ServerAnswers;
  const effects = readBackSettings(FILE, TEXT, answers);
  return judgeArchiving(backupTarget().archive, { name: 'node1', answers, reason: undefined, effects });
}

describe('judgeArchiving', () => {
  it('is content where both settings are in effect as declared', () => {
    expect(judge([setting('archive_mode', 'on'), setting('archive_command', ARCHIVE_COMMAND)])).toEqual([]);
  });

  it('names both places where another one overrides the command', () => {
    const found = judge(
      [setting('archive_mode', 'on'), setting('archive_command', '/bin/true', { file: AUTO, line: 3 })],
      [fileRow('archive_command', ARCHIVE_COMMAND, FILE, 2), fileRow('archive_command', '/bin/true', AUTO, 3)],
    );
    expect(found).toMatchObject([{ code: 'backup/archiving-overridden', path: 'node1' }]);
    expect(found[0]?.message).toContain(`at ${FILE}:2, in effect /bin/true from ${AUTO}:3`);
    expect(found[0]?.hint).toContain('ALTER SYSTEM RESET archive_command), reload, and');
  });

  it('says that an overridden archive_mode needs a restart as well', () => {
    const [found] = judge(
      [setting('archive_mode', 'off', { file: AUTO, line: 3 }), setting('archive_command', ARCHIVE_COMMAND)],
      [fileRow('archive_mode', 'on', FILE, 1), fileRow('archive_mode', 'off', AUTO, 3)],
    );
    expect(found?.hint).toContain('ALTER SYSTEM RESET archive_mode), reload and restart');
  });

  it('names what waits for a restart', () => {
    const found = judge([
      setting('archive_mode', 'off', { pendingRestart: true }),
      setting('archive_command', ARCHIVE_COMMAND),
    ]);
    expect(found).toMatchObject([{ code: 'backup/archiving-needs-restart' }]);
    expect(found[0]?.message).toContain('only a restart brings it');
  });

  it.each([
    ['an old command', '/bin/cp -f %p /archive/%f', '/bin/cp -f %p /archive/%f from'],
    ['no command', '', "'' from"],
    ['the command with another stanza', ARCHIVE_COMMAND.replace('=kingbase', '=other'), '=other archive-push %p from'],
  ])('tells %s from the declared one', (_, live, text) => {
    const found = judge([setting('archive_mode', 'on'), setting('archive_command', live)]);
    expect(found).toMatchObject([{ code: 'backup/archiving-off' }]);
    expect(found[0]?.message).toContain(text);
  });

  it('names a server that has a value from nowhere, or none at all', () => {
    const bare = { file: '', line: undefined, source: 'default' };
    const found = judge([setting('archive_command', '', bare)]);
    expect(found.map(({ message }) => message.split('the server runs with ')[1])).toEqual([
      'nothing',
      "'' from default",
    ]);
  });

  it('does not pass a node that could not be read', () => {
    const unread = { name: 'node2', answers: undefined, effects: [] };
    const { archive } = backupTarget();
    expect(judgeArchiving(archive, { ...unread, reason: 'cannot connect' })).toMatchObject([
      {
        code: 'backup/node-unreadable',
        path: 'node2',
        message: 'whether it archives could not be read: cannot connect',
      },
    ]);
    expect(judgeArchiving(archive, { ...unread, reason: undefined })[0]?.message).toContain('does not answer');
  });
});
