// Our programs against a real KWDB: KWDB_URL=host:port KWDB_KWBASE=its client KWDB_EXTERN=its nodelocal directory npm run test:kwdb, as root on its machine. An
// insecure single node. Everything is made in databases of its own names, and dropped again; the level of its log is set, and set to 2 at the end.
// Proves there what the lab proves with the stand-in: a level in the engine, a backup that both judges call good, rows and sequences that come back, once for a
// request. Nothing is stopped or killed: whose service it is, this test does not know.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeManifest } from '../../../core/kwdb/judgeManifest';
import type { RestoreRequest } from '../../../core/kwdb/restore/request';
import { kwdbRestoreHandler } from '../../../remote/handlers/kwdbRestore';
import { kwdbWalHandler } from '../../../remote/handlers/kwdbWal';
import { readRun } from '../../remote/kwdb/readRun';
import { DIRECTORY, KwdbNodeFolder } from '../../remote/kwdb/nodeFolder';

const address = process.env['KWDB_URL'];
const program = process.env['KWDB_KWBASE'];
const external = process.env['KWDB_EXTERN'];
const missing = Object.entries({ KWDB_URL: address, KWDB_KWBASE: program, KWDB_EXTERN: external })
  .filter(([, value]) => value === undefined)
  .map(([name]) => name);
const skip = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not given)`;
const SLOW_MS = 600_000;

describe.skipIf(skip !== '')(`our programs on a real KWDB${skip}`, { timeout: SLOW_MS }, () => {
  const stamp = Date.now();
  const [series, plain] = [`ts${stamp}`, `rel${stamp}`];
  const now = new Date(Math.floor(stamp / 1000) * 1000).toISOString();
  const run = now.replace(/[-:]|\.\d+/g, '');
  let store: string;
  let node: KwdbNodeFolder;

  const rows = (...statements: readonly string[]): readonly string[] => {
    const words = ['sql', '--insecure', '--host', address ?? '', '--format=tsv'];
    const { status, stdout, stderr } = spawnSync(
      program ?? '',
      [...words, ...statements.flatMap((one) => ['-e', one])],
      {
        encoding: 'utf8',
        timeout: 120_000,
      },
    );
    if (status !== 0) throw new Error(`${statements.join('; ')}: ${stderr}`);
    return stdout.trimEnd().split('\n').slice(1);
  };
  const restore = (request: Omit<RestoreRequest, 'run'>) =>
    kwdbRestoreHandler(() => node.remote).create({
      ...node.host,
      ...{ requestId: request.requestId, request: { run, ...request }, does: '' },
      ...{ externalDirectory: node.external, directory: DIRECTORY },
    });

  beforeAll(() => {
    store = mkdtempSync(join(tmpdir(), 'kwdb-real-'));
    const wanted = [`${series}||public`, `${plain}||public`];
    const server = { address: address ?? '', external: external ?? '', program: program ?? '' };
    node = new KwdbNodeFolder({ store, ...server, wanted, globals: false });
    rows(`CREATE TS DATABASE ${series}`);
    rows(`CREATE TABLE ${series}.meter (ts TIMESTAMP NOT NULL, v FLOAT) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)`);
    rows(`CREATE TABLE ${series}.empty (ts TIMESTAMP NOT NULL, v INT) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)`);
    rows(`INSERT INTO ${series}.meter VALUES ('2026-01-01 00:00:00', 1.5, 1), ('2026-01-01 00:00:01', NULL, 2)`);
    rows(`CREATE DATABASE ${plain}`);
    rows(`CREATE TABLE ${plain}.orders (id INT PRIMARY KEY, note STRING)`);
    rows(`INSERT INTO ${plain}.orders VALUES (1, 'x,"y"'), (2, NULL), (3, 'line\nbreak')`);
    rows(`CREATE VIEW ${plain}.v AS SELECT id FROM ${plain}.orders`);
    rows(`CREATE SEQUENCE ${plain}.numbers`);
    rows(`SELECT nextval('${plain}.numbers')`);
  }, SLOW_MS);
  afterAll(() => {
    for (const name of [series, plain, `${series}b`]) rows(`DROP DATABASE IF EXISTS ${name} CASCADE`);
    // The engine first, which RESET does not reach; then as a server that nobody set anything on, because the recording begins there.
    rows('SET CLUSTER SETTING ts.wal.wal_level = 2');
    rows('RESET CLUSTER SETTING ts.wal.wal_level');
    rows('RESET CLUSTER SETTING ts.wal.checkpoint_interval');
    rmSync(store, { recursive: true, force: true });
    rmSync(node.runs, { recursive: true, force: true });
    node.remove();
  }, SLOW_MS);

  it('set a level that the engine runs', async () => {
    const inputs = { cluster: 'plant', nodes: [node.host], level: 'sync' as const, checkpointSeconds: 60 };
    const { outs } = await kwdbWalHandler(() => node.remote).create(inputs);
    expect(outs.observed?.drift).toEqual([]);
    expect(rows('SELECT wal_level FROM kwdb_internal.kwdb_tse_info')).toEqual(['1']);
  });

  it('save both kinds of database, and bring them back, once for each request', async () => {
    const { code, err } = node.run('backup.sh', [], { KW_NOW: String(Date.parse(now) / 1000) });
    const manifest = readRun(node, run);
    expect({ code, findings: judgeManifest(manifest), verdict: manifest.verdict }, err).toEqual({
      ...{ code: 0, findings: [], verdict: 'good' },
    });
    const meter = `SELECT * FROM ${series}.meter ORDER BY ts`;
    const orders = `SELECT * FROM ${plain}.orders ORDER BY id`;
    const before = [rows(meter), rows(orders)];
    rows(`DROP DATABASE ${series} CASCADE`);
    rows(`DROP DATABASE ${plain} CASCADE`);
    await restore({ requestId: `a${stamp}`, database: series });
    await restore({ requestId: `b${stamp}`, database: plain });
    expect([rows(meter), rows(orders)]).toEqual(before);
    expect(rows(`SELECT count(*) FROM ${series}.empty`)).toEqual(['0']);
    expect(rows(`SELECT nextval('${plain}.numbers')`)).toEqual(['2']);
    await restore({ requestId: `c${stamp}`, database: series, as: `${series}b` });
    await restore({ requestId: `d${stamp}`, database: series, table: 'meter', as: 'm2' });
    await restore({ requestId: `e${stamp}`, database: plain, table: 'orders', as: 'o2' });
    expect(rows(`SELECT count(*) FROM ${series}b.meter`)).toEqual(['2']);
    expect(rows(`SELECT count(*) FROM ${series}.m2`)).toEqual(['2']);
    expect(rows(`SELECT count(*) FROM ${plain}.o2`)).toEqual(['3']);
    rows(`DROP DATABASE ${series}b CASCADE`);
    await restore({ requestId: `c${stamp}`, database: series, as: `${series}b` });
    expect(rows('SHOW DATABASES').join('\n')).not.toContain(`${series}b`);
  });
});
