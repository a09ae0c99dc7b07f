// EXPORT and IMPORT where KWDB says success and means less than all, and where it refuses.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countMeter, insertMeter, makeMeter, useStandIn } from './support/scratch';
import type { StandIn } from './support/standIn';

const scratch = useStandIn();
const EXPORT = "EXPORT INTO CSV 'nodelocal://1/a' FROM DATABASE plant";
const IMPORT = "IMPORT DATABASE CSV DATA ('nodelocal://1/a')";
const extern = (kwbase: StandIn, ...path: string[]): string => join(kwbase.store, 'extern', ...path);
const summary = (rows: number, rejected: number): RegExp =>
  new RegExp(`\\tsucceeded\\t1\\t${rows}\\t0\\t${rejected}\\t${rejected > 0 ? 'There is a REJECT FILE' : 'None'}`);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function exported(kwbase: StandIn, rows: number): Promise<void> {
  await makeMeter(kwbase);
  await insertMeter(kwbase, 1, rows);
  await kwbase.rows(EXPORT);
}

async function makeShop(kwbase: StandIn): Promise<void> {
  await kwbase.rows(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.good (id INT PRIMARY KEY, note STRING)',
    'CREATE TABLE shop.blob (id INT PRIMARY KEY, body BYTES)',
    "INSERT INTO shop.good VALUES (1, 'x'), (2, NULL)",
    "INSERT INTO shop.blob VALUES (1, '\\x00ff')",
  );
}

describe('an export that fails in part', () => {
  it('of a relational database leaves the table out of its answer, says NOTICE, exits with 0 and its job succeeded', async () => {
    const { kwbase } = scratch;
    await makeShop(kwbase);
    const answer = await kwbase.ask("EXPORT INTO SQL 'nodelocal://1/a' FROM DATABASE shop");
    expect(answer.exit).toBe(0);
    expect(answer.stdout).toBe(
      'filename\trows\tnode_id\tfile_num\nTABLE shop.public.good\t2\t1\t1\nmeta.sql\t1\t1\t1\n',
    );
    expect(answer.stderr).toBe('NOTICE: Exporting SQL cannot supports BytesFamily\n');
    expect((await kwbase.rows('SELECT status FROM [SHOW JOBS]'))[0]).toBe('succeeded');
  });

  it('of a time-series database says fail and exits with 0', async () => {
    const { kwbase } = scratch;
    await exported(kwbase, 3);
    kwbase.turn({ export_fails: 'plant.meter' });
    const answer = await kwbase.ask("EXPORT INTO CSV 'nodelocal://1/b' FROM DATABASE plant");
    expect([answer.exit, answer.stdout]).toEqual([0, 'result\nfail\n']);
    expect(answer.stderr).toMatch(/^NOTICE: .*no space left on device\n$/);
    expect(existsSync(extern(kwbase, 'b', 'public', 'meter'))).toBe(false);
  });

  it('is a NOTICE, too, where a table’s directory really cannot be written', async () => {
    const { kwbase } = scratch;
    await makeShop(kwbase);
    kwbase.turn({ export_row_millis: '400' });
    const answer = kwbase.ask("EXPORT INTO CSV 'nodelocal://1/a' FROM DATABASE shop");
    // A file where the second table's directory belongs, put there while the first is being written.
    await until(() => existsSync(extern(kwbase, 'a', 'public', 'good', 'n1.0.csv')));
    writeFileSync(extern(kwbase, 'a', 'public', 'blob'), '');
    const { exit, stdout, stderr } = await answer;
    expect([exit, stdout.includes('shop.public.good'), stdout.includes('shop.public.blob')]).toEqual([0, true, false]);
    expect(stderr).toMatch(/^NOTICE: open .*\/public\/blob: .*\n$/);
  });

  it('leaves what it wrote when it is killed half-way', async () => {
    const { kwbase } = scratch;
    await makeMeter(kwbase);
    await insertMeter(kwbase, 1, 50);
    kwbase.turn({ export_row_millis: '200' });
    const file = extern(kwbase, 'a', 'public', 'meter', 'n1.0.csv');
    const cut = kwbase.ask(EXPORT).catch(() => 'cut');
    await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('\n'));
    await kwbase.kill9();
    expect(await cut).toBe('cut');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    expect([lines > 0, lines < 50]).toEqual([true, true]);
  });
});

describe('the directory of an export', () => {
  it('need not be empty before V3.2.0, and CSV is appended', async () => {
    const { kwbase } = scratch;
    kwbase.turn({ version: 'V3.1.0' });
    await exported(kwbase, 3);
    await kwbase.rows(EXPORT);
    expect(
      readFileSync(extern(kwbase, 'a', 'public', 'meter', 'n1.0.csv'), 'utf8')
        .trimEnd()
        .split('\n').length,
    ).toBe(6);
    kwbase.turn({ version: 'V3.2.0' });
    expect((await kwbase.ask(EXPORT)).stderr).toContain('is not empty (contains 2 files)');
  });

  it('has one file per chunk', async () => {
    const { kwbase } = scratch;
    await makeMeter(kwbase);
    await insertMeter(kwbase, 1, 5);
    await kwbase.rows(`${EXPORT} WITH chunk_rows = '2'`);
    expect(readdirSync(extern(kwbase, 'a', 'public', 'meter')).sort()).toEqual(['n1.0.csv', 'n1.1.csv', 'n1.2.csv']);
  });

  it.each([
    ['nodelocal://self/a', /host component of nodelocal URI must be a node ID/],
    ['nodelocal://0/a', /host component of nodelocal URI must be a node ID/],
    ['nodelocal://1/../a', /outside of external-io-dir/],
    ['s3://bucket/a', /stand-in for KWDB covers nodelocal only/],
  ])('is refused as %s', async (uri, message) => {
    await makeMeter(scratch.kwbase);
    const { exit, stderr } = await scratch.kwbase.ask(`EXPORT INTO CSV '${uri}' FROM DATABASE plant`);
    expect([exit, stderr]).toEqual([1, expect.stringMatching(message)]);
  });

  it.each([
    ['meta_only, data_only', /can't use meta_only and data_only at the same time/],
    ["chunk_rows = '100001'", /The chunk size must be less than 100000/],
    ["compression = 'gzip'", /invalid option "compression"/],
  ])('takes no option %s', async (options, message) => {
    await makeMeter(scratch.kwbase);
    expect((await scratch.kwbase.ask(`${EXPORT} WITH ${options}`)).stderr).toMatch(message);
  });
});

describe('an import', () => {
  it('with a table’s directory missing makes it empty, and says succeeded', async () => {
    const { kwbase } = scratch;
    await exported(kwbase, 4);
    rmSync(extern(kwbase, 'a', 'public', 'meter'), { recursive: true });
    await kwbase.rows('DROP DATABASE plant CASCADE');
    expect((await kwbase.rows(IMPORT))[0]).toMatch(summary(0, 0));
    expect(await countMeter(kwbase)).toBe(0);
  });

  it('of a time-series table puts what it cannot read beside the CSV, and says succeeded', async () => {
    const { kwbase } = scratch;
    await exported(kwbase, 4);
    appendFileSync(extern(kwbase, 'a', 'public', 'meter', 'n1.0.csv'), 'no time,1,9\n2026-01-01 00:00:00+00:00,1\n');
    await kwbase.rows('DROP DATABASE plant CASCADE');
    expect((await kwbase.rows(IMPORT))[0]).toMatch(summary(4, 2));
    const rejected = readFileSync(extern(kwbase, 'a', 'public', 'meter', 'reject.n1.0.txt'), 'utf8');
    expect(rejected).toBe('no time,1,9\n2026-01-01 00:00:00+00:00,1\n');
  });

  it('takes the header of column_name for a row and rejects it, skip or not', async () => {
    const { kwbase } = scratch;
    await makeMeter(kwbase);
    await insertMeter(kwbase, 1, 2);
    await kwbase.rows(`${EXPORT} WITH column_name`, 'DROP DATABASE plant CASCADE');
    expect((await kwbase.rows(`${IMPORT} WITH skip = '1'`))[0]).toMatch(summary(2, 1));
  });

  it('under another name needs the first line of a copy’s meta.sql changed', async () => {
    const { kwbase } = scratch;
    await exported(kwbase, 3);
    const meta = extern(kwbase, 'a', 'meta.sql');
    writeFileSync(meta, readFileSync(meta, 'utf8').replace('CREATE TS DATABASE plant;', 'CREATE TS DATABASE plant2;'));
    await kwbase.rows(IMPORT);
    expect(await kwbase.rows('SELECT count(*) FROM plant2.meter')).toEqual(['3']);
    expect(await countMeter(kwbase)).toBe(3);
  });

  it('goes into the current database of the session', async () => {
    const { kwbase } = scratch;
    await exported(kwbase, 3);
    await kwbase.rows("EXPORT INTO CSV 'nodelocal://1/t' FROM TABLE plant.meter", 'DROP TABLE plant.meter');
    const statement = "IMPORT TABLE CREATE USING 'nodelocal://1/t/meta.sql' CSV DATA ('nodelocal://1/t')";
    expect(kwbase.sql(statement, ['--database=plant']).exit).toBe(0);
    expect(await countMeter(kwbase)).toBe(3);
  });

  it('of a time series twice gives the rows once; of a relation twice collides', async () => {
    const { kwbase } = scratch;
    await exported(kwbase, 3);
    await makeShop(kwbase);
    await kwbase.rows("EXPORT INTO CSV 'nodelocal://1/g' FROM TABLE shop.good");
    expect((await kwbase.rows("IMPORT INTO plant.meter CSV DATA ('nodelocal://1/a/public/meter')"))[0]).toMatch(
      summary(3, 0),
    );
    expect(await countMeter(kwbase)).toBe(3);
    const { exit, stderr } = await kwbase.ask("IMPORT INTO shop.good CSV DATA ('nodelocal://1/g/n1.0.csv')");
    expect([exit, stderr]).toEqual([1, expect.stringContaining('ingested key collides with an existing one')]);
  });

  it('of a relation from a directory is refused, and the half-made table is dropped', async () => {
    const { kwbase } = scratch;
    await makeShop(kwbase);
    await kwbase.rows("EXPORT INTO CSV 'nodelocal://1/g' FROM TABLE shop.good");
    const { stderr } = await kwbase.ask(
      "IMPORT TABLE CREATE USING 'nodelocal://1/g/meta.sql' CSV DATA ('nodelocal://1/g')",
    );
    expect(stderr).toContain('expected a file but "g" is a directory');
    expect((await kwbase.ask('SELECT * FROM defaultdb.good')).stderr).toContain('SQLSTATE: 42P01');
  });

  it('of a relation is all or nothing', async () => {
    const { kwbase } = scratch;
    await makeShop(kwbase);
    await kwbase.rows("EXPORT INTO CSV 'nodelocal://1/s' FROM DATABASE shop", 'DROP DATABASE shop CASCADE');
    appendFileSync(extern(kwbase, 's', 'public', 'good', 'n1.0.csv'), 'three,x\n');
    expect((await kwbase.ask("IMPORT DATABASE CSV DATA ('nodelocal://1/s')")).exit).toBe(1);
    expect(await kwbase.rows("SELECT database_name FROM [SHOW DATABASES] WHERE database_name = 'shop'")).toEqual([]);
  });

  it('gives every row and value back: nulls, quotes, newlines, Chinese, bytes, decimals', async () => {
    const { kwbase } = scratch;
    await kwbase.rows(
      'CREATE DATABASE shop',
      'CREATE TABLE shop.t (id INT PRIMARY KEY, a DECIMAL(12,3), b BYTES, c STRING, d TIMESTAMP, e BOOL)',
      "INSERT INTO shop.t VALUES (1, 1.5, '\\x00ff', 'a,\"b\"\nc', '2026-02-03 04:05:06.7', true), (2, NULL, NULL, '', NULL, false), (3, -7, NULL, '电表', NULL, NULL)",
    );
    const before = await kwbase.rows('SELECT * FROM shop.t ORDER BY id');
    await kwbase.rows(
      "EXPORT INTO CSV 'nodelocal://1/s' FROM DATABASE shop WITH nullas = '\\N'",
      'DROP DATABASE shop CASCADE',
    );
    await kwbase.rows("IMPORT DATABASE CSV DATA ('nodelocal://1/s') WITH nullif = '\\N'");
    expect(await kwbase.rows('SELECT * FROM shop.t ORDER BY id')).toEqual(before);
    expect(before.join('\n')).toContain('-7.000');
  });
});

describe('users and settings', () => {
  it('come back from their files, users without passwords', async () => {
    const { kwbase } = scratch;
    await kwbase.rows("CREATE USER reader WITH PASSWORD 'secret-1'", 'SET CLUSTER SETTING ts.wal.wal_level = 1');
    await kwbase.rows("EXPORT USERS TO SQL 'nodelocal://1/u'", "EXPORT CLUSTER SETTING TO SQL 'nodelocal://1/c'");
    expect(readFileSync(extern(kwbase, 'u', 'users.sql'), 'utf8')).toBe('CREATE USER reader;\n');
    await kwbase.rows('DROP USER reader', 'SET CLUSTER SETTING ts.wal.wal_level = 3');
    await kwbase.rows("IMPORT USERS SQL DATA ('nodelocal://1/u/users.sql')");
    await kwbase.rows("IMPORT CLUSTER SETTING SQL DATA ('nodelocal://1/c/clustersetting.sql')");
    expect(await kwbase.rows('SELECT username FROM [SHOW USERS]')).toEqual(['reader', 'root']);
    expect(await kwbase.rows('SHOW CLUSTER SETTING ts.wal.wal_level')).toEqual(['1']);
  });

  it('are not for users without the admin role, who may read what the engine runs', async () => {
    const { kwbase } = scratch;
    await kwbase.rows('CREATE USER reader');
    const as = (statement: string) => kwbase.sql(statement, ['--user=reader']);
    expect(as('SHOW CLUSTER SETTING ts.wal.wal_level').stderr).toMatch(
      /only users with the admin role.*\nSQLSTATE: 42501/,
    );
    expect(as("EXPORT USERS TO SQL 'nodelocal://1/u'").exit).toBe(1);
    expect(as('SELECT wal_level FROM kwdb_internal.kwdb_tse_info').stdout).toBe('wal_level\n2\n');
  });
});

describe('what a backup tool might hope for', () => {
  it.each([
    [
      "CREATE SCHEDULE nightly FOR SQL 'EXPORT INTO CSV ''nodelocal://1/a'' FROM DATABASE plant'",
      /EXPORT does not support to be scheduled\nSQLSTATE: 0A000/,
    ],
    ["RESTORE DATABASE shop FROM 'nodelocal://1/a'", /The RESTORE can only be used in the enterprise version/],
    ["SHOW BACKUP 'nodelocal://1/a'", /a CCL binary is required to use this statement type.*\nSQLSTATE: XXC01/],
    ['SET CLUSTER SETTING ts.wal.flush_interval = -1s', /unknown cluster setting 'ts.wal.flush_interval'/],
  ])('%s is refused', async (statement, message) => {
    const { exit, stderr } = await scratch.kwbase.ask(statement);
    expect([exit, stderr]).toEqual([1, expect.stringMatching(message)]);
  });

  it('settings and exports inside a transaction are refused', async () => {
    mkdirSync(extern(scratch.kwbase), { recursive: true });
    const answer = scratch.kwbase.sql('BEGIN; SET CLUSTER SETTING ts.wal.wal_level = 1');
    expect(answer.stderr).toContain('SET CLUSTER SETTING cannot be used inside a transaction');
  });

  it('views and sequences are not in an export, and SHOW CREATE has them', async () => {
    const { kwbase } = scratch;
    await makeShop(kwbase);
    await kwbase.rows('CREATE VIEW shop.v AS SELECT id FROM shop.good', 'CREATE SEQUENCE shop.s');
    expect((await kwbase.rows('SHOW CREATE VIEW shop.v'))[0]).toBe(
      'v\tCREATE VIEW v (id) AS SELECT id FROM shop.public.good',
    );
    expect(await kwbase.rows('SHOW SEQUENCES FROM shop')).toEqual(['s']);
    await kwbase.rows("EXPORT INTO CSV 'nodelocal://1/s' FROM DATABASE shop");
    expect(readdirSync(extern(kwbase, 's', 'public')).sort()).toEqual(['blob', 'good']);
  });
});
