/** Whole runs of the backup against the stand-in, with an object store beside it: what is noted of a copy, what is read again, how far a sequence goes on. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeManifest } from '../../../core/kwdb/judgeManifest';
import type { BackupManifest } from '../../../core/kwdb/manifest';
import { kwdbBackupHandler, type KwdbBackupOutputs } from '../../../remote/handlers/kwdbBackup';
import {
  kwdbRestoreHandler,
  type KwdbRestoreInputs,
  type KwdbRestoreOutputs,
} from '../../../remote/handlers/kwdbRestore';
import { BUSY_MS, useStandIn } from '../../lab/kwdb/support/scratch';
import { FakeS3, S3_KEY } from '../../support/fakeS3';
import { KwdbNodeFolder } from './nodeFolder';
import { readRun } from './readRun';

const SLOW_MS = 600_000;
const RUN = '20261130T031500Z';
const NEXT = '20270115T031500Z';

const scene = useStandIn();
let node: KwdbNodeFolder;
let store: FakeS3;
let endpoint: string;
beforeEach(async () => {
  node = new KwdbNodeFolder(scene.kwbase);
  store = new FakeS3();
  endpoint = await store.start();
  node.useStore({ endpoint, bucket: 'backups', key: S3_KEY, keepDays: 30 });
  await scene.kwbase.rows(
    'CREATE TS DATABASE plant',
    'CREATE TABLE plant.meter (ts TIMESTAMP NOT NULL, v FLOAT) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)',
    `INSERT INTO plant.meter VALUES ('2026-01-01 00:00:00', 1.5, 1), ('2026-01-01 00:00:01', 2.5, 2)`,
    'CREATE DATABASE shop',
    'CREATE TABLE shop.orders (id INT PRIMARY KEY)',
    'INSERT INTO shop.orders VALUES (1), (2)',
    'CREATE SEQUENCE shop.numbers START WITH 10 INCREMENT BY 5',
    'CREATE SEQUENCE shop.fresh',
  );
}, BUSY_MS);
afterEach(async () => {
  node.remove();
  await store.stop();
}, BUSY_MS);

const backUp = (run = RUN): Promise<{ readonly code: number; readonly err: string }> => {
  const at = run.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return node.runBeside(['backup.sh'], { KW_NOW: String(Date.parse(at) / 1000) });
};
const verify = () => node.runBeside(['verify.sh']);
const manifestOf = (run: string): BackupManifest => readRun(node, run);
const report = async () => {
  const backup = {
    ...{ root: node.runs, timer: 'x.timer', verifyTimer: 'y.timer', wantsCopy: true },
    ...{ longestGapSeconds: 86_400, verifyGapSeconds: 86_400, keepDays: 14, databases: ['plant', 'shop'] },
  };
  const props: KwdbBackupOutputs = { ...node.host, backup };
  const { observed } = (await kwdbBackupHandler(() => node.remote).read('x', props)).props;
  if (observed?.reachable !== true) throw new Error('not reachable');
  return observed.report;
};

describe('a good run', { timeout: SLOW_MS }, () => {
  it('lies in the store with every file, and is noted as copied', async () => {
    expect(await backUp()).toMatchObject({ code: 0 });
    const here = readdirSync(join(node.runs, RUN), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(node.runs, RUN).length + 1));
    expect([...store.objects.keys()].sort()).toEqual(here.map((path) => `plant/${RUN}/${path}`).sort());
    for (const path of here)
      expect(store.objects.get(`plant/${RUN}/${path}`)).toEqual(readFileSync(join(node.runs, RUN, path)));
    expect(await report()).toMatchObject({ lastGood: RUN, copied: true });
  });

  it('that the store does not keep is good, and is noted as not copied, with the reason', async () => {
    store.faults = [{ key: /orders/, how: 'lose', method: 'PUT' }];
    const done = await backUp();
    expect(done.code).toBe(4);
    expect(done.err).not.toContain(S3_KEY.secret);
    expect(await report()).toMatchObject({
      lastGood: RUN,
      copied: false,
      copyReason: expect.stringMatching(
        /^s3:\/\/backups: databases\/shop\/public\/orders\/\S+ of \S+ is in the store with/,
      ),
    });
  });

  it('pushes out what is older than its days in the store, and nothing with 0 days', async () => {
    await backUp();
    await backUp('20261201T031500Z');
    await backUp('20261202T031500Z');
    await backUp(NEXT);
    const runs = (): string[] => [...new Set([...store.objects.keys()].map((key) => key.split('/')[1] ?? ''))].sort();
    expect(runs()).toEqual(['20261201T031500Z', '20261202T031500Z', NEXT]);
    node.useStore({ endpoint, bucket: 'backups', key: S3_KEY, keepDays: 0 });
    await backUp('20270401T031500Z');
    expect(runs()).toEqual(['20261201T031500Z', '20261202T031500Z', NEXT, '20270401T031500Z']);
  });
});

describe('a run that is read again', { timeout: SLOW_MS }, () => {
  it('is as it was written, here and in the store, and the report says when', async () => {
    expect(await verify()).toMatchObject({ code: 1, err: expect.stringContaining('nothing to read again') });
    await backUp();
    expect(await report()).not.toHaveProperty('verified');
    expect(await verify()).toMatchObject({ code: 0 });
    const { verified } = await report();
    expect(verified).toMatchObject({ run: RUN, findings: [] });
    expect(Math.abs(Date.parse(verified?.at ?? '') - Date.now())).toBeLessThan(120_000);
  });

  it('names each file that is not, here and there, although the verdict still says good', async () => {
    await backUp();
    const csv = 'databases/plant/public/meter/n1.0.csv';
    const text = readFileSync(join(node.runs, RUN, csv), 'utf8');
    writeFileSync(join(node.runs, RUN, csv), text.replace('1.5', '9.5'));
    // Somebody who makes the sums beside it fit changes nothing of the manifest.
    const sums = join(node.runs, RUN, 'SHA256SUMS');
    writeFileSync(sums, '');
    rmSync(join(node.runs, RUN, 'counts.tsv'));
    store.objects.set(`plant/${RUN}/databases/plant/meta.sql`, Buffer.from('x'));
    expect((await verify()).code).toBe(1);
    const { verified, lastGood } = await report();
    expect(lastGood).toBe(RUN);
    const found = verified?.findings.join('\n') ?? '';
    expect(found).toContain(`${RUN}: ${csv}: FAILED`);
    expect(found).toMatch(/counts\.tsv: .*No such file/);
    expect(found).toMatch(/s3:\/\/backups: databases\/plant\/meta\.sql of \S+ is in the store with 1 bytes/);
  });

  it('that comes back from the store alone is one that a restore takes', async () => {
    await backUp();
    rmSync(join(node.runs, RUN), { recursive: true });
    expect(await node.runBeside(['object-store.py', 'fetch', RUN])).toMatchObject({ code: 0 });
    const rows = await scene.kwbase.rows('SELECT * FROM plant.meter ORDER BY ts');
    await scene.kwbase.rows('DROP DATABASE plant CASCADE');
    await restore({ requestId: 's1', database: 'plant' });
    expect(await scene.kwbase.rows('SELECT * FROM plant.meter ORDER BY ts')).toEqual(rows);
  });
});

const restore = (more: Partial<KwdbRestoreInputs['request']> & { readonly requestId: string }) =>
  kwdbRestoreHandler(() => node.remote).create({
    ...node.host,
    requestId: more.requestId,
    request: { run: RUN, database: 'shop', ...more },
    externalDirectory: node.external,
    directory: 'pulumi-kwdb/plant',
    does: '',
  });

describe('a sequence', { timeout: SLOW_MS }, () => {
  const next = (name: string) => scene.kwbase.rows(`SELECT nextval('${name}')`);

  it('goes on after a restore where it had come to, and an unused one begins at its start', async () => {
    expect([await next('shop.numbers'), await next('shop.numbers')]).toEqual([['10'], ['15']]);
    await backUp();
    expect(judgeManifest(manifestOf(RUN))).toEqual([]);
    expect(manifestOf(RUN).objects.map(({ name, lastValue }) => [name, lastValue])).toEqual([
      ['fresh', '0'],
      ['numbers', '15'],
    ]);
    expect(readFileSync(join(node.runs, RUN, 'objects.sql'), 'utf8')).toContain('-- it had come to 15');
    await scene.kwbase.rows('DROP DATABASE shop CASCADE');
    await restore({ requestId: 'q1' });
    expect([await next('shop.numbers'), await next('shop.fresh')]).toEqual([['20'], ['1']]);
    await restore({ requestId: 'q2', as: 'shop2' });
    expect(await next('shop2.numbers')).toEqual(['20']);
  });

  it('whose value cannot be read makes the run a bad one, for both judges', async () => {
    node.refuseStatements('last_value FROM "shop"."numbers"');
    expect(await backUp()).toMatchObject({ code: 1 });
    expect(manifestOf(RUN).verdict).toBe('bad');
    expect(judgeManifest(manifestOf(RUN)).map(({ path }) => path)).toEqual(['shop.numbers']);
    expect(readFileSync(join(node.runs, RUN, 'findings.txt'), 'utf8')).toMatch(
      /^shop\.numbers\tis a SEQUENCE whose value/,
    );
    expect(store.objects.size).toBe(0);
  });

  it('hands out nothing again that it handed out since the run, where its database is replaced', async () => {
    await next('shop.numbers');
    await backUp();
    await next('shop.numbers');
    expect(await next('shop.numbers')).toEqual(['20']);
    await restore({ requestId: 'q3', existing: 'replace' });
    expect(await next('shop.numbers')).toEqual(['25']);
    expect(existsSync(join(node.runs, 'before-q3-2', 'objects.sql'))).toBe(true);
  });
});

describe('a view', { timeout: SLOW_MS }, () => {
  const lay = () =>
    scene.kwbase.rows(
      // By name the one that stands on the other comes first: it takes a second round.
      'CREATE VIEW shop.z_ids AS SELECT id FROM shop.orders',
      'CREATE VIEW shop.a_on_z AS SELECT id FROM shop.z_ids',
      "CREATE VIEW shop.one AS SELECT 'x' AS note",
    );
  const rows = (view: string) => scene.kwbase.rows(`SELECT * FROM ${view}`);
  const result = (outs: KwdbRestoreOutputs) =>
    ((outs.record?.result?.['views'] ?? []) as { view: string; made: boolean; reason: string | null }[]).map(
      ({ view, made, reason }) => `${view} ${String(made)}${reason === null ? '' : `: ${reason}`}`,
    );

  it('is made again after its tables, one on another, and once for each request', async () => {
    await lay();
    await backUp();
    const before = [await rows('shop.a_on_z'), await rows('shop.one')];
    await scene.kwbase.rows('DROP DATABASE shop CASCADE');
    const { outs } = await restore({ requestId: 'v1' });
    expect(result(outs)).toEqual(['a_on_z true', 'one true', 'z_ids true']);
    expect([await rows('shop.a_on_z'), await rows('shop.one')]).toEqual(before);
    await scene.kwbase.rows('DROP VIEW shop.one');
    expect(result((await restore({ requestId: 'v1' })).outs)).toEqual(['a_on_z true', 'one true', 'z_ids true']);
    await expect(rows('shop.one')).rejects.toThrow('does not exist');
  });

  it('whose text names the database is left where that comes back under another name, and told', async () => {
    await lay();
    await backUp();
    const { outs } = await restore({ requestId: 'v2', as: 'shop2' });
    const why = 'its text names database shop, and would read that one';
    expect(result(outs)).toEqual([`a_on_z false: ${why}`, 'one true', `z_ids false: ${why}`]);
    expect(await rows('shop2.one')).toEqual(['x']);
    await expect(rows('shop2.z_ids')).rejects.toThrow('does not exist');
    const views = outs.record?.result?.['views'] as { text: string | null }[];
    expect(readFileSync(views[0]?.text ?? '', 'utf8')).toContain('CREATE VIEW a_on_z');
  });

  it('that cannot be made is told with the server’s words, and the rest is made', async () => {
    await lay();
    await scene.kwbase.rows(
      'CREATE DATABASE ledger',
      'CREATE TABLE ledger.t (id INT PRIMARY KEY)',
      'CREATE VIEW shop.b_far AS SELECT id FROM ledger.t',
      'CREATE VIEW shop.c_on_far AS SELECT id FROM shop.b_far',
    );
    await backUp();
    await scene.kwbase.rows('DROP DATABASE shop CASCADE', 'DROP DATABASE ledger CASCADE');
    const { outs } = await restore({ requestId: 'v3' });
    expect(outs.record?.state).toBe('succeeded');
    expect(result(outs)).toEqual([
      'a_on_z true',
      expect.stringMatching(/^b_far false: .*does not exist/),
      expect.stringMatching(/^c_on_far false: .*does not exist/),
      'one true',
      'z_ids true',
    ]);
  });

  it('of another text that appeared meanwhile is left, or replaced where that was asked for, with its text kept', async () => {
    await lay();
    await backUp();
    node.interfere('IMPORT DATABASE', 'CREATE VIEW shop.one AS SELECT 7 AS note', 'CREATE TABLE shop.z_ids (id INT)');
    await scene.kwbase.rows('DROP DATABASE shop CASCADE');
    const left = await restore({ requestId: 'v4' });
    const exists = 'something else of that name exists, and is left as it is';
    expect(result(left.outs)).toContain(`one false: ${exists}`);
    expect(await rows('shop.one')).toEqual(['7']);

    const replaced = await restore({ requestId: 'v5', existing: 'replace' });
    expect(result(replaced.outs)).toEqual(['a_on_z true', 'one true', `z_ids false: ${exists}`]);
    expect(await rows('shop.one')).toEqual(['x']);
    const facts = join(node.state, 'actions/v5/facts');
    const kept = readdirSync(facts).filter((name) => name.startsWith('replacedView-'));
    expect(kept.map((name) => readFileSync(join(facts, name), 'utf8'))).toEqual([
      'CREATE VIEW one (note) AS SELECT 7 AS note',
    ]);
  });
});
