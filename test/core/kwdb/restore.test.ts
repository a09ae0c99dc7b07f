/** The plan of a restore: in its order, refused before anything is touched, and read on the node as it was meant. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KingbaseError } from '../../../core/finding';
import {
  extractTable,
  renameDatabase,
  renameTable,
  splitStatements,
  tablesIn,
  usersIn,
} from '../../../core/kwdb/restore/metaSql';
import { metasNeeded, planRestore, type RestoreStep, type RestoreWorld } from '../../../core/kwdb/restore/planRestore';
import { formatPlan, parsePlan } from '../../../core/kwdb/restore/planText';
import { checkRestoreRequest, describeRestore, type RestoreRequest } from '../../../core/kwdb/restore/request';
import { sequenceStep } from '../../../core/kwdb/restore/sequences';
import { exported, manifest, METER, NUMBERS, ORDERS } from './sample';

const fixture = (path: string): string => readFileSync(join(__dirname, '../../fixtures/kwdb/export', path), 'utf8');
const PLANT = fixture('plant/meta.sql');
const request = (more: Partial<RestoreRequest> = {}): RestoreRequest => ({
  requestId: 'r1',
  run: '20261130T031500Z',
  database: 'plant',
  ...more,
});
const world = (more: Partial<RestoreWorld> = {}): RestoreWorld => ({
  manifest: manifest({}),
  nodeId: 1,
  root: 'pulumi-kwdb/plant',
  databases: { plant: 'timeSeries', shop: 'relational' },
  tables: [],
  sequences: {},
  metas: {
    'databases/plant/meta.sql': PLANT,
    'databases/shop/meta.sql': fixture('shop/meta.sql'),
    'databases/shop/public/orders/meta.sql': fixture('shop/public/orders/meta.sql'),
  },
  ...more,
});
const shown = (steps: readonly RestoreStep[]): string[] =>
  steps.map((step) =>
    step.op === 'sql' || step.op === 'count'
      ? `${step.op} ${'database' in step ? step.database : step.rows}: ${step.statement}`
      : step.op === 'keep'
        ? `keep ${step.subject}`
        : step.op,
  );
function refusal(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof KingbaseError) return error.findings.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('meta.sql', () => {
  it('makes the database or table under another name, quoted where it has to be', () => {
    expect(renameDatabase(PLANT, 'plant2').split('\n')[0]).toBe('CREATE TS DATABASE plant2;');
    expect(renameDatabase(fixture('shop/meta.sql'), 'My Shop')).toBe('CREATE DATABASE "My Shop";');
    expect(renameTable(fixture('shop/public/orders/meta.sql'), 'o2').split('\n')[0]).toBe('CREATE TABLE o2 (');
    expect(renameDatabase(PLANT, 'plant')).toBe(PLANT);
    expect(() => renameDatabase('x', 'y')).toThrow('does not begin with CREATE DATABASE');
    expect(() => renameTable('x', 'y')).toThrow('does not begin with CREATE TABLE');
  });

  it('gives one table out of many', () => {
    expect(tablesIn(PLANT)).toEqual(['meter', 'empty']);
    expect(extractTable(PLANT, 'empty')).toBe(
      'CREATE TABLE empty (\n\tts TIMESTAMPTZ(3) NOT NULL,\n\tv INT4 NULL\n) TAGS (\n\tdev INT4 NOT NULL ) PRIMARY TAGS(dev)\n\tretentions 0s;\n',
    );
    expect(() => extractTable(PLANT, 'gone')).toThrow('has no CREATE TABLE of "gone"');
    expect(splitStatements(`A ';' ";"; B`)).toEqual([`A ';' ";";`, 'B']);
    expect(usersIn(`CREATE USER ops;\nCREATE ROLE IF NOT EXISTS "A""b";\nGRANT x TO ops;`)).toEqual(['ops', 'A"b']);
  });
});

describe('a plan', () => {
  it('of a database under another name: users, settings, import, rows of each table, level', () => {
    const steps = planRestore(world(), request({ as: 'plant2', users: true, settings: true }));
    expect(shown(steps)).toEqual([
      'prove',
      `sql : IMPORT USERS SQL DATA ('nodelocal://1/pulumi-kwdb/plant/20261130T031500Z/users/users.sql')`,
      `sql : IMPORT CLUSTER SETTING SQL DATA ('nodelocal://1/pulumi-kwdb/plant/20261130T031500Z/settings/clustersetting.sql')`,
      'stage',
      'write',
      `sql : IMPORT DATABASE CSV DATA ('nodelocal://1/pulumi-kwdb/plant/restore-r1/databases/plant')`,
      'count 3: SELECT count(*) FROM "plant2"."meter"',
      'level',
    ]);
    expect(steps.find(({ op }) => op === 'write')).toMatchObject({
      to: 'databases/plant/meta.sql',
      text: PLANT.replace('plant', 'plant2'),
    });
  });

  it('of a time-series table takes a directory, of a relational one files, each in its database', () => {
    expect(shown(planRestore(world(), request({ table: 'meter', as: 'm2' })))).toEqual([
      'prove',
      'stage',
      'write',
      `sql plant: IMPORT TABLE CREATE USING 'nodelocal://1/pulumi-kwdb/plant/restore-r1/table/meta.sql' CSV DATA ('nodelocal://1/pulumi-kwdb/plant/restore-r1/table/rows')`,
      'count 3: SELECT count(*) FROM "plant"."m2"',
      'level',
    ]);
    expect(shown(planRestore(world(), request({ database: 'shop', table: 'orders' })))[3]).toBe(
      `sql shop: IMPORT TABLE CREATE USING 'nodelocal://1/pulumi-kwdb/plant/restore-r1/table/meta.sql' CSV DATA ('nodelocal://1/pulumi-kwdb/plant/restore-r1/table/rows/n1.0.csv')`,
    );
    const empty = manifest({ tables: [{ ...METER, before: 0, after: 0, csvRows: 0, files: [] }], files: [] });
    expect(shown(planRestore(world({ manifest: empty }), request({ table: 'meter' })))[2]).toBe(
      `sql plant: IMPORT TABLE CREATE USING 'nodelocal://1/pulumi-kwdb/plant/restore-r1/table/meta.sql'`,
    );
  });

  it('that replaces drops nothing before everything that may fail has been done, and reads from the node that it runs on', () => {
    const all = request({ existing: 'replace', users: true, settings: true });
    const steps = shown(planRestore(world({ nodeId: 7 }), all));
    const at = (text: string): number => steps.findIndex((step) => step.includes(text));
    expect(at('keep')).toBeLessThan(at('IMPORT USERS'));
    expect(at('IMPORT USERS')).toBeLessThan(at('DROP DATABASE'));
    expect(at('IMPORT CLUSTER SETTING')).toBeLessThan(at('DROP DATABASE'));
    expect(at('DROP DATABASE')).toBeLessThan(at('IMPORT DATABASE'));
    expect(steps.filter((step) => step.includes('nodelocal://')).every((step) => step.includes('nodelocal://7/'))).toBe(
      true,
    );
  });

  it('of a table in another schema has to say where it goes', () => {
    const sales = manifest({ tables: [METER, { ...ORDERS, schema: 'sales' }] });
    const wanted = { database: 'shop', table: 'orders', schema: 'sales', existing: 'replace' } as const;
    expect(() => planRestore(world({ manifest: sales, tables: ['orders'] }), request(wanted))).toThrow(
      'lies in schema sales, and a table is restored into schema public',
    );
    expect(
      shown(planRestore(world({ manifest: sales, tables: ['orders'] }), request({ ...wanted, as: 'sales_orders' }))),
    ).not.toContain('sql : DROP TABLE "shop"."orders"');
  });

  it('that replaces keeps what is there first, and drops nothing that is not', () => {
    expect(shown(planRestore(world(), request({ existing: 'replace' }))).slice(0, 3)).toEqual([
      'prove',
      'keep database plant',
      'sql : DROP DATABASE "plant" CASCADE',
    ]);
    expect(
      shown(planRestore(world({ tables: ['meter'] }), request({ table: 'meter', existing: 'replace' }))).slice(1, 3),
    ).toEqual(['keep table plant.public.meter', 'sql : DROP TABLE "plant"."meter"']);
    expect(shown(planRestore(world({ databases: {} }), request({ existing: 'replace' })))).not.toContain(
      'keep database plant',
    );
    expect(shown(planRestore(world(), request({ table: 'meter', existing: 'replace' })))[1]).toBe('stage');
  });

  it('of a database makes its sequences after its tables, each further than it had come', () => {
    const objects = [NUMBERS, { ...NUMBERS, name: 'fresh', lastValue: '0' }, { ...NUMBERS, database: 'other' }];
    const steps = planRestore(
      world({ manifest: manifest({ objects }), databases: {}, sequences: { numbers: '57' } }),
      request({ database: 'shop', as: 'shop2' }),
    );
    expect(shown(steps).slice(3, 8)).toEqual([
      `sql : IMPORT DATABASE CSV DATA ('nodelocal://1/pulumi-kwdb/plant/restore-r1/databases/shop')`,
      `sql shop2: ${String(NUMBERS.definition)}`,
      `sql shop2: SELECT setval('"numbers"', 57)`,
      `sql shop2: ${String(NUMBERS.definition)}`,
      'count 2: SELECT count(*) FROM "shop2"."public"."orders"',
    ]);
  });

  it.each<[string, string | null | undefined, string | undefined, string, string | undefined]>([
    ['of one that was used', '41', undefined, 'MINVALUE 1 MAXVALUE 99 INCREMENT 1 START 1', '41'],
    ['of one that was not', '0', undefined, 'MINVALUE 1 MAXVALUE 99 INCREMENT 1 START 1', undefined],
    [
      'of one that begins elsewhere, unused',
      '95',
      undefined,
      'MINVALUE 1 MAXVALUE 999 INCREMENT 5 START 100',
      undefined,
    ],
    ['of one that is exhausted', '100', undefined, 'MINVALUE 1 MAXVALUE 99 INCREMENT 1 START 1', '99'],
    ['that goes down', '-7', '-9', 'MINVALUE -99 MAXVALUE -1 INCREMENT -1 START -1', '-9'],
    ['that went down to its end', '-101', undefined, 'MINVALUE -99 MAXVALUE -1 INCREMENT -1 START -1', '-99'],
    ['that goes down, unused', '0', undefined, 'MINVALUE -99 MAXVALUE -1 INCREMENT -1 START -1', undefined],
    ['that went on since', '41', '45', 'MINVALUE 1 MAXVALUE 99 INCREMENT 1 START 1', '45'],
    ['that was set back since', '41', '3', 'MINVALUE 1 MAXVALUE 99 INCREMENT 1 START 1', '41'],
    [
      'beyond what JavaScript counts',
      '9223372036854775806',
      '',
      'MINVALUE 1 MAXVALUE 9223372036854775807 INCREMENT 1 START 1',
      '9223372036854775806',
    ],
    ['that is virtual', null, undefined, 'MINVALUE 1 MAXVALUE 99 INCREMENT 1 START 1 VIRTUAL', undefined],
    ['that was not read', undefined, undefined, 'MINVALUE 1 MAXVALUE 99 INCREMENT 1 START 1', undefined],
  ])('sets the value %s', (_, lastValue, standing, options, wanted) => {
    const definition = `CREATE SEQUENCE numbers ${options}`;
    expect(sequenceStep({ ...NUMBERS, definition, lastValue }, standing).value).toBe(wanted);
  });

  it.each<[string, Partial<RestoreWorld>, Partial<RestoreRequest>, string[]]>([
    ['where the database exists', {}, {}, ['database plant: exists, and is left as it is']],
    [
      'where the table exists',
      { tables: ['meter'] },
      { table: 'meter' },
      ['table plant.meter: exists, and is left as it is'],
    ],
    [
      'from a run that is not whole',
      { databases: {}, manifest: manifest({ tables: [{ ...METER, cut: true }, ORDERS] }) },
      {},
      [
        'plant.meter: a CSV file of it ends inside a record: the export was cut half-way',
        '20261130T031500Z: is no whole backup, and is not restored from',
      ],
    ],
    [
      'of a database that the run has not',
      {},
      { database: 'ledger' },
      ['database ledger: run 20261130T031500Z holds no export of it'],
    ],
    [
      'of a table that the run has not',
      {},
      { table: 'gone' },
      ['plant.gone: run 20261130T031500Z holds no such table'],
    ],
    [
      'into a database that is not there',
      {},
      { table: 'meter', into: 'gone' },
      ['gone: does not exist, and a table goes into one that does'],
    ],
    [
      'into a database of the other kind',
      {},
      { table: 'meter', into: 'shop' },
      ['shop: is a relational database, and plant.meter a time-series table'],
    ],
    ['without its meta.sql', { metas: {}, databases: {} }, {}, ['databases/plant/meta.sql: is not in the run']],
  ])('%s is refused', (_, changes, more, wanted) => {
    expect(refusal(() => planRestore(world(changes), request(more)))).toEqual(wanted);
  });

  it('names the files that it will read', () => {
    expect(metasNeeded(manifest({}), request())).toEqual(['databases/plant/meta.sql']);
    expect(metasNeeded(manifest({}), request({ database: 'shop', table: 'orders' }))).toEqual([
      'databases/shop/public/orders/meta.sql',
    ]);
    expect(metasNeeded(manifest({ tables: [{ ...METER, meta: null }] }), request({ table: 'meter' }))).toEqual([]);
    expect(exported('users').exitCode).toBe(0);
  });

  it('is read on the node as it was written, whatever stands in it', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (statement, database) => {
        const steps: RestoreStep[] = [
          { op: 'prove' },
          { op: 'sql', name: 'n', database, statement, expect: 'import' },
          { op: 'count', name: '表', statement, rows: 7 },
        ];
        expect(parsePlan(formatPlan(steps))).toEqual([
          ['prove'],
          ['sql', 'n', database, statement, 'import'],
          ['count', '表', statement, '7'],
        ]);
      }),
    );
    expect(
      formatPlan([
        { op: 'keep', subject: 'a' },
        { op: 'stage', from: 'a', to: '' },
        { op: 'write', to: 'x', text: 'y' },
        { op: 'view', name: 'v', database: 'd', statement: 's' },
        { op: 'leave', name: 'v', reason: 'r' },
      ]),
    ).toBe('keep YQ==\nstage YQ== -\nwrite eA== eQ==\nview dg== ZA== cw==\nleave dg== cg==\n');
  });
});

describe('a request', () => {
  it('that makes no sense is refused as a whole', () => {
    const wrong = {
      requestId: 'a b',
      run: 'yesterday',
      database: "x'; DROP",
      into: 'y',
      schema: 'z',
      existing: 'maybe' as 'refuse',
    };
    expect(checkRestoreRequest(wrong, 'r').map(({ path }) => path)).toEqual([
      'r.requestId',
      'r.run',
      'r.database',
      'r.into',
      'r.schema',
      'r.existing',
    ]);
    expect(checkRestoreRequest(request({ table: 'meter', into: 'p2' }), 'r')).toEqual([]);
  });

  it('says what will be dropped', () => {
    expect(describeRestore('kw1', request({ existing: 'replace', users: true, settings: true }))).toContain(
      'exported, proved and then DROPPED',
    );
    expect(describeRestore('kw1', request({ table: 'meter' }))).toContain(
      'restores table meter of database plant into database plant as meter',
    );
  });
});
