/** Written settings against what a server runs with: same value in other words, pending, overridden, refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeConflict, isConflict, readBackSettings } from '../../../core/observe/readBack';
import { effectiveSettings, parseSettingsFile } from '../../../core/observe/settingsFile';
import { sameSetting, toBaseUnit, unquoteSetting } from '../../../core/observe/settingValue';
import type { FileSettingRow, ServerAnswers, SettingRow } from '../../../core/observe/types';
import { primaryNode } from '../../support/observations';

const live = (type: string, value: string, unit = '', name = 'x') => ({ name, type, value, unit });

describe('sameSetting', () => {
  it.each([
    ['512MB', live('integer', '65536', '8kB')],
    ['1GB', live('integer', '64', '16MB')],
    ['30000', live('integer', '30000', 'ms')],
    ['30s', live('integer', '30000', 'ms')],
    ['1min', live('integer', '60', 's')],
    ['0.5', live('real', '0.5')],
    ['1e-3', live('real', '0.001')],
    ['on', live('bool', 'on')],
    ['TRUE', live('bool', 'on')],
    ["'off'", live('bool', 'off')],
    ['on', live('enum', 'ON')],
    ['yes', live('enum', 'on')],
    ['on', live('enum', 'pglz', '', 'wal_compression')],
    ['remote_apply', live('enum', 'remote_apply')],
    ["'PRC'", live('string', 'PRC')],
    ["'it''s'", live('string', "it's")],
    ["'repmgr,  plsql'", live('string', 'repmgr, plsql')],
  ])('%s is %j', (written, row) => {
    expect(sameSetting(written, row)).toBe(true);
  });

  it.each([
    ['512MB', live('integer', '65537', '8kB')],
    ['on', live('bool', 'off')],
    ['maybe', live('bool', 'on')],
    ['on', live('enum', 'local', '', 'synchronous_commit')],
    ['pglz', live('enum', 'off', '', 'wal_compression')],
    ['a', live('string', 'b')],
    ['many', live('integer', '5')],
    ['5 parsecs', live('integer', '5', 'ms')],
    ['5MB', live('integer', '5')],
    ['5MB', live('integer', '5', 'ms')],
  ])('%s is not %j', (written, row) => {
    expect(sameSetting(written, row)).toBe(false);
  });

  it('holds for every size in every unit that fits', () => {
    const sizes = fc.integer({ min: 1, max: 4096 });
    fc.assert(
      fc.property(sizes, (size) => {
        expect(sameSetting(`${size}MB`, live('integer', String(size * 128), '8kB'))).toBe(true);
        expect(sameSetting(`${size * 1024}kB`, live('integer', String(size * 128), '8kB'))).toBe(true);
        expect(sameSetting(`${size}MB`, live('integer', String(size * 128 + 1), '8kB'))).toBe(false);
      }),
    );
  });

  it('gives the base unit or nothing', () => {
    expect(toBaseUnit('2', '8kB')).toBe(2);
    expect(toBaseUnit('0x10', '')).toBe(16);
    expect(toBaseUnit('', '8kB')).toBeUndefined();
    expect(unquoteSetting(" 'a\\'b\\\\c' ")).toBe("a'b\\c");
  });
});

const FILE = `# managed
port=54321
shared_buffers = 512MB   # comment
archive_command 'cp %p ''x''/%f'
include_if_exists = 'other.conf'
port=54322
not a setting at all =
`;

describe('settings files', () => {
  it('reads names, values as written and lines; the last of a name counts', () => {
    expect(parseSettingsFile(FILE).map(({ name, value, line }) => [name, value, line])).toEqual([
      ['port', '54321', 2],
      ['shared_buffers', '512MB', 3],
      ['archive_command', "'cp %p ''x''/%f'", 4],
      ['include_if_exists', "'other.conf'", 5],
      ['port', '54322', 6],
    ]);
    expect([...effectiveSettings(FILE).keys()]).toEqual(['port', 'shared_buffers', 'archive_command']);
    expect(effectiveSettings(FILE).get('port')?.value).toBe('54322');
  });
});

const ES_REP = '/kbdata/data/es_rep.conf';
const AUTO = '/kbdata/data/kingbase.auto.conf';

function setting(changes: Partial<SettingRow> = {}): SettingRow {
  return {
    name: 'work_mem',
    value: '8192',
    unit: 'kB',
    type: 'integer',
    context: 'user',
    source: 'configuration file',
    file: ES_REP,
    line: 1,
    pendingRestart: false,
    ...changes,
  };
}

function line(changes: Partial<FileSettingRow> = {}): FileSettingRow {
  return { name: 'work_mem', value: '8MB', file: ES_REP, line: 1, applied: true, error: '', ...changes };
}

function effectOf(row: SettingRow | undefined, lines: readonly FileSettingRow[]) {
  const answers: ServerAnswers = {
    ...(primaryNode('node1').server.answers as ServerAnswers),
    settings: row === undefined ? [] : [row],
    fileSettings: lines,
  };
  return readBackSettings(ES_REP, 'work_mem=8MB\n', answers)[0];
}

describe('readBackSettings', () => {
  it.each([
    ['inEffect', setting(), [line()]],
    ['inEffect', setting({ source: 'override', file: '', line: undefined }), [line()]],
    ['pendingReload', setting({ value: '4096' }), [line()]],
    ['pendingReload', setting({ source: 'default', file: '', line: undefined }), [line()]],
    ['pendingRestart', setting({ value: '4096', pendingRestart: true }), [line()]],
    ['pendingRestart', setting({ value: '4096', context: 'postmaster' }), [line()]],
    ['pendingRestart', setting({ value: '4096' }), [line({ applied: false, error: 'setting could not be applied' })]],
    [
      'overridden',
      setting({ value: '1024', file: AUTO, line: 3 }),
      [line({ applied: false }), line({ file: AUTO, line: 3 })],
    ],
    ['overridden', setting({ file: AUTO, line: 3 }), []],
    ['overridden', setting({ source: 'command line', file: '', line: undefined }), [line()]],
    ['invalid', setting(), [line({ applied: false, error: 'invalid value' })]],
    ['unknown', undefined, []],
  ])('says %s', (effect, row, lines) => {
    expect(effectOf(row, lines)?.effect).toBe(effect);
  });

  it('reports an override with both places, and a refused line with the reason', () => {
    const overridden = effectOf(setting({ value: '1024', file: AUTO, line: 3 }), [line({ file: AUTO, line: 3 })]);
    expect(overridden && isConflict(overridden)).toBe(true);
    expect(overridden && describeConflict(overridden)).toBe(
      `work_mem: written 8MB at ${ES_REP}:1, in effect 1024 from ${AUTO}:3`,
    );
    const invalid = effectOf(undefined, [line({ error: 'invalid value' })]);
    expect(invalid && describeConflict(invalid)).toBe(
      `work_mem: written 8MB at ${ES_REP}:1, in effect not known to the server (invalid value)`,
    );
    const reload = effectOf(setting({ value: '4096', line: undefined }), [line()]);
    expect(reload && isConflict(reload)).toBe(false);
    expect(reload?.liveAt).toBe(ES_REP);
    expect(effectOf(setting({ file: AUTO, line: 3 }), [line({ file: AUTO, line: undefined })])?.liveAt).toBe(
      `${AUTO}:?`,
    );
  });
});
