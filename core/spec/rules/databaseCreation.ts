// What initdb is given fits together: it cannot be changed afterwards.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

// Codeset of a locale as glibc spells it, folded, per encoding of ours.
const CODESETS: Readonly<Record<string, readonly string[]>> = {
  UTF8: ['utf8'],
  GBK: ['gbk'],
  GB2312: ['gb2312', 'euccn'],
  GB18030: ['gb18030'],
};
// Roles that the product makes itself.
const TAKEN = ['esrep', 'kcluster', 'sao', 'sso', 'public'];

export const databaseCreation: Rule = (spec, given) => {
  const { database } = spec;
  const findings: Finding[] = [];
  const add = (field: string, message: string, hint: string) =>
    findings.push({ code: 'spec/database-creation', path: `database.${field}`, message, hint });

  if (database.mode === 'pg' && !database.caseSensitive) {
    add('caseSensitive', 'false is not possible in pg mode', 'leave it out, or choose mode oracle.');
  }
  if (database.mode === 'mysql' && given.database?.caseSensitive === true) {
    add(
      'caseSensitive',
      'true is not possible in mysql mode, which forces false',
      'leave it out, or choose mode oracle or pg.',
    );
  }
  if (!/^[A-Za-z0-9_]+([.@-][A-Za-z0-9_-]+)*$/.test(database.locale)) {
    add(
      'locale',
      `${JSON.stringify(database.locale)} is not the name of a locale`,
      'write a name that `locale -a` prints on every node, or C.',
    );
  } else {
    const codeset = /\.([^@]+)/.exec(database.locale)?.[1]?.toLowerCase().replace(/-/g, '');
    if (codeset !== undefined && !CODESETS[database.encoding]?.includes(codeset)) {
      add(
        'locale',
        `${database.locale} does not go with encoding ${database.encoding}`,
        `choose a locale of that encoding, or C, which goes with every encoding.`,
      );
    }
  }
  if (
    !/^[a-z_][a-z0-9_]{0,62}$/.test(database.superuser) ||
    database.superuser.startsWith('pg_') ||
    database.superuser.startsWith('sys_')
  ) {
    add(
      'superuser',
      `${JSON.stringify(database.superuser)} cannot be the superuser`,
      'use lower-case letters, digits and _, at most 63; names that start with pg_ or sys_ belong to the server.',
    );
  } else if (TAKEN.includes(database.superuser)) {
    add(
      'superuser',
      `"${database.superuser}" is a role of the product`,
      'choose another name; the vendor’s is system.',
    );
  }
  return [...findings, ...libraries(database.preloadLibraries ?? [])];
};

function libraries(names: readonly string[]): Finding[] {
  return names.flatMap((name, index): Finding[] => {
    const path = `database.preloadLibraries[${index}]`;
    if (name === '') return [];
    if (name === 'repmgr')
      return [
        { code: 'spec/preload-library', path, message: 'repmgr is always loaded, and first', hint: 'leave it out.' },
      ];
    if (!/^[A-Za-z0-9_$][A-Za-z0-9_$/.+-]*$/.test(name)) {
      return [
        {
          code: 'spec/preload-library',
          path,
          message: `${JSON.stringify(name)} is not the name of a library`,
          hint: 'write one name per entry, without quotes and commas, for example sys_stat_statements.',
        },
      ];
    }
    return names.indexOf(name) === index
      ? []
      : [
          {
            code: 'spec/preload-library',
            path,
            message: `same library as database.preloadLibraries[${names.indexOf(name)}]`,
            hint: 'leave it out.',
          },
        ];
  });
}
