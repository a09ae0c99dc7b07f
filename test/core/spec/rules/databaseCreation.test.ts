// What initdb is given fits together.
import { describe, expect, it } from 'vitest';
import { cluster, messages, spec } from '../exampleCluster';

describe('databaseCreation', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'case in pg mode',
      cluster({ database: { mode: 'pg', caseSensitive: false } }),
      ['database.caseSensitive: false is not possible in pg mode'],
    ],
    [
      'case in mysql mode',
      cluster({ database: { mode: 'mysql', caseSensitive: true } }),
      ['database.caseSensitive: true is not possible in mysql mode, which forces false'],
    ],
    [
      'a locale that is none',
      cluster({ database: { locale: 'zh CN' } }),
      ['database.locale: "zh CN" is not the name of a locale'],
    ],
    [
      'a locale of another encoding',
      cluster({ database: { encoding: 'GBK', locale: 'zh_CN.UTF-8' } }),
      ['database.locale: zh_CN.UTF-8 does not go with encoding GBK'],
    ],
    [
      'a superuser with capitals',
      cluster({ database: { superuser: 'System' } }),
      ['database.superuser: "System" cannot be the superuser'],
    ],
    [
      'a superuser of the server',
      cluster({ database: { superuser: 'sys_monitor' } }),
      ['database.superuser: "sys_monitor" cannot be the superuser'],
    ],
    [
      'the role of repmgr',
      cluster({ database: { superuser: 'esrep' } }),
      ['database.superuser: "esrep" is a role of the product'],
    ],
    [
      'repmgr as a library',
      cluster({ database: { preloadLibraries: ['repmgr'] } }),
      ['database.preloadLibraries[0]: repmgr is always loaded, and first'],
    ],
    [
      'two libraries in one entry',
      cluster({ database: { preloadLibraries: ['a, b'] } }),
      ['database.preloadLibraries[0]: "a, b" is not the name of a library'],
    ],
    [
      'a library twice',
      cluster({ database: { preloadLibraries: ['a', 'a'] } }),
      ['database.preloadLibraries[1]: same library as database.preloadLibraries[0]'],
    ],
    [
      'an entry of another type only once',
      cluster({ database: { preloadLibraries: [true] } }),
      ['database.preloadLibraries[0]: expected text, found true'],
    ],
    [
      'nothing about a Chinese locale and libraries',
      cluster({
        database: { encoding: 'GB18030', locale: 'zh_CN.GB18030', preloadLibraries: ['sys_stat_statements'] },
      }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });

  it('lets mysql mode be insensitive to case by itself', () => {
    expect(spec(cluster({ database: { mode: 'mysql' } })).database.caseSensitive).toBe(false);
    expect(spec(cluster({ database: { mode: 'pg' } })).database.caseSensitive).toBe(true);
  });
});
