/**
 * The programs of a KWDB node, as they land there, against the lab's stand-in as a process of its own: levels, backups that are proved, restores, a crash. What
 * they say of a real KWDB is what the stand-in is held to by test/lab/kwdb/conformance.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeManifest } from '../../../core/kwdb/judgeManifest';
import type { BackupManifest } from '../../../core/kwdb/manifest';
import { planRetention } from '../../../core/kwdb/retention';
import { kwdbRestoreHandler, type KwdbRestoreInputs } from '../../../remote/handlers/kwdbRestore';
import { kwdbWalHandler } from '../../../remote/handlers/kwdbWal';
import { BUSY_MS, useStandIn } from '../../lab/kwdb/support/scratch';
import { KwdbNodeFolder } from './nodeFolder';
import { readRun } from './readRun';

/** Each statement is a process of its own: on a busy machine a restore takes a minute or two. */
const SLOW_MS = 600_000;

const scene = useStandIn();
let node: KwdbNodeFolder;
beforeEach(async () => {
  node = new KwdbNodeFolder(scene.kwbase);
  await scene.kwbase.rows(
    'CREATE TS DATABASE plant',
    'CREATE TABLE plant.meter (ts TIMESTAMP NOT NULL, v FLOAT, note VARCHAR(20)) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)',
    'CREATE TABLE plant.empty (ts TIMESTAMP NOT NULL, v INT) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)',
    `INSERT INTO plant.meter VALUES ('2026-01-01 00:00:00', 1.5, 'a,b', 1), ('2026-01-01 00:00:01', 2.5, 'line\nbreak "q"', 1), ('2026-01-01 00:00:02', NULL, NULL, 2)`,
    'CREATE DATABASE shop',
    'CREATE TABLE shop.orders (id INT PRIMARY KEY, note STRING)',
    `INSERT INTO shop.orders VALUES (1, 'x'), (2, NULL)`,
    'CREATE VIEW shop.v AS SELECT id FROM shop.orders',
    'CREATE SEQUENCE shop.numbers',
  );
}, BUSY_MS);
afterEach(() => node.remove());

function backUp(now: string): { readonly code: number; readonly manifest: BackupManifest; readonly place: string } {
  const { code } = node.run('backup.sh', [], { KW_NOW: String(Date.parse(now) / 1000) });
  const place = join(node.runs, now.replace(/[-:]/g, ''));
  return { code, manifest: readRun(node, now.replace(/[-:]/g, '')), place };
}
const NOW = '2026-11-30T03:15:00Z';
const RUN = '20261130T031500Z';

describe('a run of the backup', { timeout: SLOW_MS }, () => {
  it('holds every table with its rows, a zero-row table, and the text of a view and a sequence; both judges call it good', async () => {
    const { code, manifest, place } = backUp(NOW);
    expect({ code, verdict: manifest.verdict, findings: judgeManifest(manifest) }).toEqual({
      code: 0,
      verdict: 'good',
      findings: [],
    });
    expect(manifest.tables.map(({ table, before, csvRows }) => [table, before, csvRows])).toEqual([
      ['empty', 0, 0],
      ['meter', 3, 3],
      ['orders', 2, 2],
    ]);
    // SHOW TABLES names no sequence: it is asked for by itself.
    expect(await scene.kwbase.rows('SHOW TABLES FROM shop')).not.toContainEqual(expect.stringContaining('numbers'));
    expect(manifest.objects).toMatchObject([
      { database: 'shop', name: 'v', kind: 'VIEW', saved: true },
      { database: 'shop', name: 'numbers', kind: 'SEQUENCE', saved: true, lastValue: '0' },
    ]);
    expect(readFileSync(join(place, 'objects.sql'), 'utf8')).toMatch(/CREATE VIEW v[\s\S]*CREATE SEQUENCE numbers/);
    execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: place });
  });

  it.each([
    ['time-series', 'plant.meter', ['database plant', 'plant.meter']],
    ['relational', 'shop.orders', ['database shop', 'shop.public.orders']],
  ])('from which EXPORT silently left out a %s table is bad, and names it', (_, table, wanted) => {
    scene.kwbase.turn({ export_fails: table });
    const { code, manifest, place } = backUp(NOW);
    expect(code).toBe(1);
    expect(manifest.verdict).toBe('bad');
    expect(manifest.exports.every(({ exitCode }) => exitCode === 0)).toBe(true);
    const named = judgeManifest(manifest).map(({ path }) => path);
    for (const one of wanted) expect(named).toContain(one);
    const onNode = readFileSync(join(place, 'findings.txt'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]);
    expect(new Set(onNode)).toEqual(new Set(named));
  });

  it('removes what the plan of retention removes, and nothing else', () => {
    const names = ['20261101T000000Z', '20261102T000000Z', '20261125T000000Z', '20261129T000000Z', '20270101T000000Z'];
    names.forEach((name, index) => node.fakeRun(name, index === 1 ? 'bad' : 'good'));
    const gone = planRetention(
      [
        ...names.map((name, index) => ({ name, verdict: index === 1 ? ('bad' as const) : ('good' as const) })),
        { name: RUN, verdict: 'good' },
      ],
      { keepDays: 14, keepAtLeast: 3 },
      Date.parse(NOW),
    );
    expect(backUp(NOW).code).toBe(0);
    expect(readdirSync(node.runs).sort()).toEqual([...names, RUN].filter((name) => !gone.includes(name)).sort());
    expect(gone).toEqual(['20261101T000000Z', '20261102T000000Z']);
  });
});

describe('a restore', { timeout: SLOW_MS }, () => {
  const handler = (): ReturnType<typeof kwdbRestoreHandler> => kwdbRestoreHandler(() => node.remote);
  const inputs = (requestId: string, more: Partial<KwdbRestoreInputs['request']> = {}): KwdbRestoreInputs => ({
    ...node.host,
    requestId,
    request: { requestId, run: RUN, database: 'plant', ...more },
    externalDirectory: node.external,
    directory: 'pulumi-kwdb/plant',
    does: '',
  });
  const meter = 'SELECT count(*) FROM plant.meter';

  it('of a dropped database gives every row back, under its name and another, and does nothing the second time', async () => {
    backUp(NOW);
    const before = await scene.kwbase.rows('SELECT * FROM plant.meter ORDER BY ts');
    await scene.kwbase.rows('DROP DATABASE plant CASCADE');
    const { outs } = await handler().create(inputs('r1'));
    expect(outs.record).toMatchObject({ state: 'succeeded', result: { rejectedRows: 0, engineLevel: 1 } });
    expect(await scene.kwbase.rows('SELECT * FROM plant.meter ORDER BY ts')).toEqual(before);
    await handler().create(inputs('r2', { as: 'plant2' }));
    expect(await scene.kwbase.rows('SELECT count(*) FROM plant2.meter')).toEqual(['3']);
    await scene.kwbase.rows('DROP DATABASE plant CASCADE');
    await handler().create(inputs('r1'));
    expect((await scene.kwbase.ask(meter)).exit).toBe(1);
  });

  it('of single tables goes into their databases, time series and relational', async () => {
    backUp(NOW);
    await handler().create(inputs('t1', { table: 'meter', as: 'm2' }));
    await handler().create(inputs('t2', { database: 'shop', table: 'orders', as: 'o2' }));
    expect(await scene.kwbase.rows('SELECT count(*) FROM plant.m2')).toEqual(['3']);
    expect(await scene.kwbase.rows('SELECT count(*) FROM shop.o2')).toEqual(['2']);
  });

  it('leaves an existing database alone, and replaces it only after it was kept', async () => {
    backUp(NOW);
    await scene.kwbase.rows(`INSERT INTO plant.meter VALUES ('2026-01-02 00:00:00', 9, 'new', 3)`);
    await expect(handler().create(inputs('e1'))).rejects.toThrow('database plant: exists, and is left as it is');
    expect(await scene.kwbase.rows(meter)).toEqual(['4']);
    await handler().create(inputs('e2', { existing: 'replace' }));
    expect(await scene.kwbase.rows(meter)).toEqual(['3']);
    const kept = readdirSync(node.runs).find((name) => name.startsWith('before-e2')) ?? '';
    expect(readFileSync(join(node.runs, kept, 'verdict'), 'utf8')).toBe('good\n');
  });

  it('from a run that was changed since is refused before anything is dropped', async () => {
    const { place } = backUp(NOW);
    writeFileSync(join(place, 'databases/plant/public/meter/n1.0.csv'), '');
    await expect(handler().create(inputs('c1', { existing: 'replace' }))).rejects.toThrow(
      'is not what its manifest says',
    );
    expect(await scene.kwbase.rows(meter)).toEqual(['3']);
  });
});

describe('the level', { timeout: SLOW_MS }, () => {
  const handler = (): ReturnType<typeof kwdbWalHandler> => kwdbWalHandler(() => node.remote);
  const inputs = () => ({ cluster: 'plant', nodes: [node.host], level: 'sync' as const, checkpointSeconds: 300 });

  it('drifts with a restart, is seen at refresh, and is put back by the program of the node', async () => {
    const { outs } = await handler().create(inputs());
    expect(outs.observed?.drift).toEqual([]);
    await scene.kwbase.stop();
    await scene.kwbase.start();
    node.configure();
    const { props } = await handler().read('plant', { ...outs, nodes: [node.host] });
    expect(props.observed?.drift).toEqual([
      expect.stringContaining(
        'kw1: its engine runs level 2 (flush), declared is 1 (sync), while SHOW CLUSTER SETTING says 1',
      ),
    ]);
    expect(await handler().diff('plant', props, inputs())).toEqual({ changes: true });
    expect(node.run('assert-level.sh')).toMatchObject({ code: 0 });
    expect((await handler().read('plant', props)).props.observed?.drift).toEqual([]);
  });

  it('is not lowered without a waiver, and removal writes 2 and no RESET', async () => {
    const { outs } = await handler().create(inputs());
    const checked = await handler().check?.(outs, { ...inputs(), level: 'off' });
    expect(checked?.failures?.map(({ property }) => property)).toEqual(['level']);
    await handler().delete('plant', outs);
    expect(await scene.kwbase.rows('SELECT wal_level FROM kwdb_internal.kwdb_tse_info')).toEqual(['2']);
    expect(node.remote.calls.flatMap(({ argv }) => argv).filter((word) => /RESET|DEFAULT/.test(word))).toEqual([]);
  });
});

describe('certificates', { timeout: SLOW_MS }, () => {
  it('are looked at where the node is secure, and each that ends or is open is named', async () => {
    const certs = join(node.state, 'certs');
    const make = (...words: readonly string[]) =>
      scene.kwbase.run(['cert', ...words, `--certs-dir=${certs}`, `--ca-key=${join(certs, 'ca.key')}`]);
    expect([make('create-ca').exit, make('create-node', '127.0.0.1').exit]).toEqual([0, 0]);
    const handler = kwdbWalHandler(() => node.remote);
    const { connection, target } = node.host;
    const host = { connection, target: { ...target, certificates: certs } };
    const look = async () =>
      (await handler.read('x', { cluster: 'plant', nodes: [host], level: 'sync', checkpointSeconds: 300 })).props
        .observed?.certificates;
    expect(await look()).toEqual([]);
    chmodSync(join(certs, 'node.key'), 0o644);
    const short = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 -subj /CN=x'.split(' ');
    execFileSync('openssl', [...short, '-keyout', '/dev/null', '-out', join(certs, 'client.root.crt')], {
      stdio: 'ignore',
    });
    expect(await look()).toEqual([
      expect.stringMatching(/^kw1: client\.root\.crt: ends in [89] days$/),
      'kw1: node.key: has mode 644: others than its owner reach it',
    ]);
  });
});

describe('the log of a crash', { timeout: SLOW_MS }, () => {
  it('is kept before the next start, and not after a clean stop', async () => {
    // A server that ran before the program was there: its clean stop is noted, a crash needs no note.
    node.run('keep-wal.sh', ['stop'], { SERVICE_RESULT: 'success' });
    expect(node.run('keep-wal.sh', ['start', '3']).code).toBe(0);
    expect(existsSync(join(node.state, 'wal'))).toBe(false);
    await scene.kwbase.kill9();
    node.run('keep-wal.sh', ['stop'], { SERVICE_RESULT: 'signal' });
    expect(node.run('keep-wal.sh', ['start', '1']).err).toContain('nobody says that it was a clean one');
    const [copy = ''] = readdirSync(join(node.state, 'wal'));
    execFileSync('diff', ['-r', join(scene.kwbase.store, 'tsdb/wal'), join(node.state, 'wal', copy)]);
    node.run('keep-wal.sh', ['stop'], { SERVICE_RESULT: 'success' });
    rmSync(join(node.state, 'wal'), { recursive: true });
    node.run('keep-wal.sh', ['start', '1']);
    expect(existsSync(join(node.state, 'wal'))).toBe(false);
  });

  it('stays however often the node starts and dies after it, until it stops cleanly', async () => {
    node.run('keep-wal.sh', ['stop'], { SERVICE_RESULT: 'signal' });
    const copies = (): readonly string[] => readdirSync(join(node.state, 'wal')).filter((name) => name.endsWith('Z'));
    // A copy is called after its second.
    const start = async (): Promise<void> => {
      expect(node.run('keep-wal.sh', ['start', '1']).code).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    };
    await start();
    const [first] = copies();
    for (let time = 0; time < 3; time += 1) await start();
    expect(copies()).toHaveLength(2);
    expect(copies()).toContain(first);
    node.run('keep-wal.sh', ['stop'], { SERVICE_RESULT: 'success' });
    await start();
    node.run('keep-wal.sh', ['stop'], { SERVICE_RESULT: 'signal' });
    await start();
    expect(copies()).not.toContain(first);
  });
});
