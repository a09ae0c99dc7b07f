// Proves, on a single node of KWDB: what a plain server loses (kill -9 at each level, a damaged log) and has again from a copy of its log; a backup by its
// timer's unit holds every table with its rows and lies on a second machine with equal checksums; a table that EXPORT skips in silence, an export cut half-way,
// a CSV that is gone and rows that are rejected are each noticed by the table's name; databases and tables come back with equal rows, under their name and
// another, once for each request, and with them views, one on another, but never one that would read a database beside its own; after a crash whose log is damaged at the start the loss is told in rows, and CrashRestart puts back what it kept; of forty
// simulated days what the plan of retention keeps is left, on both machines.
// Seen to fail: the faults are the cases themselves; with one round in place of several (step_views of kwdbRestore.sh) the view on a view is missing, without
// `holdsName` (core/kwdb/restore/views.ts) shop2 gets views of shop. Of KWDB's own engine the stand-in proves nothing.
import { beforeAll, expect, it } from 'vitest';
import { judgeManifest } from '../../../core/kwdb/judgeManifest';
import { parseManifest, type BackupManifest } from '../../../core/kwdb/manifest';
import { planRetention } from '../../../core/kwdb/retention';
import type { RestoreRequest } from '../../../core/kwdb/restore/request';
import { kwdbRestoreHandler, type KwdbRestoreOutputs } from '../../../remote/handlers/kwdbRestore';
import { openRemote } from '../../../remote/sshRemote';
import { describeLab, skipReason } from '../../lab/support/describeLab';
import { ENGINE_LEVEL, STORE, useKwdb } from '../../lab/support/kwdbScene';
import { KwdbStack } from '../../lab/support/kwdbStack';

const RUNS = `${STORE}/extern/pulumi-kwdb/plant`;
const COPIES = '/backups/plant';
const DAY_MS = 86_400_000;
const METER = 'SELECT * FROM plant.meter ORDER BY dev';
const ORDERS = 'SELECT * FROM shop.orders ORDER BY id';

describeLab('backups of KWDB and the way back', () => {
  const scene = useKwdb('single');
  let stack: KwdbStack;
  beforeAll(() => {
    if (skipReason !== undefined) return;
    const { host, hostKey } = scene.lab.node('node2').connection();
    const backup = {
      databases: [{ name: 'plant' }, { name: 'shop' }, { name: 'parts', tables: ['bolts'] }],
      offMachine: { host, hostKey, directory: COPIES },
    };
    const wal = { level: 'sync', checkpointInterval: '1h' };
    stack = new KwdbStack(scene.lab, { wal, service: { restartOnFailure: false }, backup }, ['node1']);
  });

  const sh = (node: string, text: string) =>
    scene.lab.node(node).script(text, { label: text.slice(0, 60), timeoutMs: 300_000 });
  const names = async (node: string, folder: string): Promise<readonly string[]> =>
    (await scene.output(node, 'ls', folder)).trim().split('\n');

  /** One run by the unit of the timer: its exit code, its manifest. */
  const backUp = async (): Promise<{
    readonly code: string;
    readonly run: string;
    readonly manifest: BackupManifest;
  }> => {
    await scene.systemctl('node1', 'start', 'pulumi-kwdb-backup.service');
    const code = await scene.output(
      'node1',
      ...['systemctl', 'show', 'pulumi-kwdb-backup.service', '-p', 'ExecMainStatus', '--value'],
    );
    const run = (await names('node1', RUNS)).filter((name) => /^\d{8}T\d{6}Z$/.test(name)).at(-1) ?? '';
    const manifest = parseManifest(await scene.output('node1', 'cat', `${RUNS}/${run}/manifest.json`));
    if (manifest === undefined) throw new Error(`run ${run} has no manifest`);
    return { code: code.trim(), run, manifest };
  };
  const named = (manifest: BackupManifest): readonly (string | undefined)[] =>
    judgeManifest(manifest).map(({ path }) => path);

  const restore = async (request: RestoreRequest): Promise<KwdbRestoreOutputs> => {
    const { backup } = stack.spec();
    if (backup === undefined) throw new Error('no backup is declared');
    const { externalDirectory, directory } = backup;
    const inputs = { ...stack.host('node1'), requestId: request.requestId, request, externalDirectory, directory };
    return (await kwdbRestoreHandler(openRemote).create({ ...inputs, does: '' })).outs;
  };

  it('runs as its own user on its ports, boots at level 2, and takes its time to stop', async () => {
    expect(await scene.output('node1', 'ps', '-o', 'user=,args=', '-C', 'kwbase')).toMatch(
      /^kaiwudb .*\/usr\/local\/kaiwudb\/bin\/kwbase start-single-node/m,
    );
    for (const port of ['26257', '8080', '27257'])
      expect(
        await scene.lab
          .node('node2')
          .exec(['nc', '-z', '-w', '5', scene.lab.node('node1').host, port], { anyExit: true }),
      ).toMatchObject({ code: 0 });
    await scene.rows('node1', 'SET CLUSTER SETTING ts.wal.wal_level = 1');
    await scene.turn('node1', { stop_seconds: '4' });
    const began = Date.now();
    await scene.systemctl('node1', 'restart', 'kaiwudb');
    expect(Date.now() - began).toBeGreaterThan(3_500);
    await scene.turn('node1', {});
    await scene.ready('node1');
    expect([
      await scene.value('node1', ENGINE_LEVEL),
      await scene.value('node1', 'SHOW CLUSTER SETTING ts.wal.wal_level'),
    ]).toEqual(['2', '1']);
  });

  it('without us loses by its level after kill -9, stays down, and says reset over a damaged log', async () => {
    await Promise.all(
      (
        [
          ['node1', '0', 0],
          ['node2', '1', 5],
          ['node3', '3', 5],
        ] as const
      ).map(async ([node, level, left]) => {
        await scene.makeMeter(node);
        await scene.rows(node, `SET CLUSTER SETTING ts.wal.wal_level = ${level}`);
        await scene.insert(node, 1, 5);
        await scene.kill9(node);
        await scene.until(
          'it is down',
          async () => (await scene.systemctl(node, 'is-active', 'kaiwudb')).stdout.trim() === 'failed',
        );
        await scene.systemctl(node, 'start', 'kaiwudb');
        await scene.ready(node);
        expect([node, await scene.count(node)]).toEqual([node, left]);
      }),
    );
    await scene.insert('node3', 101, 8);
    await scene.kill9('node3');
    await sh(
      'node3',
      `cp -aL ${STORE}/tsdb/wal /root/wal.aside
for file in ${STORE}/tsdb/wal/vg_*/kwdb_wal.cur; do printf 'ZZZZZZZZ' | dd of="$file" bs=1 seek=20 conv=notrunc status=none; done
systemctl start kaiwudb`,
    );
    await scene.ready('node3');
    expect(await scene.count('node3')).toBe(5);
    expect(Number(await scene.output('node3', 'grep', '-ci', 'reset', `${STORE}/logs/TsEngine.log`))).toBeGreaterThan(
      0,
    );
    await sh(
      'node3',
      `systemctl stop kaiwudb; rm -rf ${STORE}/tsdb/wal; cp -a /root/wal.aside ${STORE}/tsdb/wal; systemctl start kaiwudb`,
    );
    await scene.ready('node3');
    expect(await scene.count('node3')).toBe(13);
  });

  it('are whole, counted, and on the second machine with equal checksums', async () => {
    await scene.rows(
      'node1',
      ...[
        'CREATE TABLE plant.empty (ts TIMESTAMP NOT NULL, v INT) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)',
        'CREATE DATABASE shop',
        'CREATE TABLE shop.orders (id INT PRIMARY KEY, note STRING)',
        `INSERT INTO shop.orders VALUES (1, 'x,"y"'), (2, NULL), (3, 'line
break')`,
        'CREATE VIEW shop.v AS SELECT id FROM shop.orders',
        // By name it comes first, and stands on the other.
        'CREATE VIEW shop.a_on_v AS SELECT id FROM shop.v',
        'CREATE SEQUENCE shop.numbers',
        'CREATE DATABASE parts',
        'CREATE TABLE parts.bolts (id INT PRIMARY KEY)',
        'INSERT INTO parts.bolts VALUES (7), (8)',
      ],
    );
    await scene.insert('node1', 1, 12);
    await stack.letIn('node2', 'kwdbbackup', COPIES, (await stack.up()).outputs);
    const { code, run, manifest } = await backUp();
    expect({ code, findings: judgeManifest(manifest), verdict: manifest.verdict }).toEqual({
      code: '0',
      findings: [],
      verdict: 'good',
    });
    expect(manifest.tables.map(({ table, before, csvRows }) => [table, before, csvRows])).toEqual([
      ['empty', 0, 0],
      ['meter', 12, 12],
      ['orders', 3, 3],
      ['bolts', 2, 2],
    ]);
    expect(manifest.objects.map(({ name, saved }) => [name, saved])).toEqual([
      ['a_on_v', true],
      ['v', true],
      ['numbers', true],
    ]);
    const sums = (folder: string): string =>
      `cd ${folder}/${run} && find . -type f -print0 | sort -z | xargs -0 sha256sum`;
    expect((await sh('node2', sums(COPIES))).stdout).toBe((await sh('node1', sums(RUNS))).stdout);
    expect((await scene.systemctl('node1', 'is-active', 'pulumi-kwdb-backup.timer')).stdout).toBe('active\n');
  });

  it('are seen by a refresh, and change nothing', async () => {
    const done = await stack.up('--refresh');
    expect(done.changed).toEqual([]);
    expect(done.outputs['backup']).toMatch(/"copied":\s*true/);
    expect(done.outputs['backup']).toMatch(/"findings":\s*\[\]/);
  });

  it('bring databases and tables back with equal rows, under their name and another, once for each request', async () => {
    const { run } = await backUp();
    const [meter, orders] = [await scene.rows('node1', METER), await scene.rows('node1', ORDERS)];
    await scene.rows('node1', 'DROP DATABASE plant CASCADE', 'DROP DATABASE shop CASCADE');
    stack.more = { 'kingbase:kwdbRestores': [{ requestId: 'r1', run, database: 'plant' }] };
    const done = await stack.up();
    expect(done.outputs['restores']).toMatch(/"state":\s*"succeeded"/);
    const shop = await restore({ requestId: 'r2', run, database: 'shop' });
    expect(shop.record?.result?.['views']).toEqual(
      ['a_on_v', 'v'].map((view) => ({ view, made: true, reason: null, text: null })),
    );
    expect(await scene.rows('node1', 'SELECT id FROM shop.a_on_v ORDER BY id')).toEqual(['1', '2', '3']);
    expect([await scene.rows('node1', METER), await scene.rows('node1', ORDERS)]).toEqual([meter, orders]);

    await restore({ requestId: 'r3', run, database: 'plant', as: 'plant2' });
    await restore({ requestId: 'r4', run, database: 'plant', table: 'meter', as: 'meter2' });
    await restore({ requestId: 'r5', run, database: 'shop', table: 'orders', as: 'orders2' });
    await restore({ requestId: 'r6', run, database: 'parts', table: 'bolts', existing: 'replace' });
    expect(await scene.rows('node1', METER.replace('plant.', 'plant2.'))).toEqual(meter);
    // Under another name its views would read the database that they name: they are left, and told.
    const other = await restore({ requestId: 'r7', run, database: 'shop', as: 'shop2' });
    expect(other.record?.result?.['views']).toEqual(
      ['a_on_v', 'v'].map((view) => ({
        ...{ view, made: false, reason: 'its text names database shop, and would read that one' },
        text: `${RUNS}/${run}/objects.sql`,
      })),
    );
    expect(await scene.rows('node1', 'SHOW TABLES FROM shop2')).toEqual([expect.stringContaining('orders')]);
    expect(await scene.rows('node1', METER.replace('meter', 'meter2'))).toEqual(meter);
    expect(await scene.rows('node1', ORDERS.replace('orders', 'orders2'))).toEqual(orders);
    expect(await scene.rows('node1', 'SELECT id FROM parts.bolts ORDER BY id')).toEqual(['7', '8']);
    expect(await scene.value('node1', ENGINE_LEVEL)).toBe('1');

    await scene.rows('node1', 'DROP DATABASE plant2 CASCADE');
    expect((await restore({ requestId: 'r3', run, database: 'plant', as: 'plant2' })).record?.state).toBe('succeeded');
    expect(await scene.rows('node1', 'SHOW DATABASES')).not.toContainEqual(expect.stringContaining('plant2'));
    expect((await stack.run('preview')).changed).toEqual([]);
  });

  it('name the table that EXPORT skipped in silence, and what was cut half-way', async () => {
    await scene.turn('node1', { export_fails: 'plant.meter,shop.orders' });
    const skipped = await backUp();
    expect([skipped.code, skipped.manifest.verdict]).toEqual(['1', 'bad']);
    expect(skipped.manifest.exports.every(({ exitCode }) => exitCode === 0)).toBe(true);
    expect(named(skipped.manifest)).toEqual(expect.arrayContaining(['plant.meter', 'shop.public.orders']));

    await scene.turn('node1', { export_row_millis: '500' });
    const running = backUp();
    await scene.until(
      'the export is at work',
      async () =>
        (await scene.output('node1', 'sh', '-c', `ls -d ${RUNS}/*/databases/plant/public/meter`)).trim().split('\n')
          .length > 2,
    );
    await scene.kill9('node1');
    const cut = await running;
    expect([cut.code, cut.manifest.verdict]).toEqual(['1', 'bad']);
    expect(named(cut.manifest)).toEqual(expect.arrayContaining(['database plant', 'plant.meter']));
    await scene.turn('node1', {});
    await scene.systemctl('node1', 'start', 'kaiwudb');
    await scene.ready('node1');
    // Bad runs are not copied: the second machine has good ones alone.
    expect((await sh('node2', `cat ${COPIES}/*/verdict | sort -u`)).stdout).toBe('good\n');
  });

  it('name the table whose CSV is gone, or whose rows are rejected, at the restore', async () => {
    await scene.until('the level', async () => (await scene.value('node1', ENGINE_LEVEL)) === '1');
    const { run } = await backUp();
    const csv = `${RUNS}/${run}/databases/plant/public/meter/n1.0.csv`;
    const sealed = `cd ${RUNS}/${run} && find . -type f ! -name SHA256SUMS ! -name manifest.json ! -name verdict ! -name findings.txt -printf '%P\\n' | sort | xargs sha256sum >SHA256SUMS
python3 -c 'import hashlib, json, os
made = json.load(open("manifest.json"))
for one in made["files"]:
    one["bytes"], one["sha256"] = os.path.getsize(one["path"]), hashlib.sha256(open(one["path"], "rb").read()).hexdigest()
json.dump(made, open("manifest.json", "w"), separators=(",", ":"))'`;
    await sh('node1', `cp -p ${csv} /root/meter.csv; rm ${csv}`);
    await expect(restore({ requestId: 'f1', run, database: 'plant', as: 'f1' })).rejects.toThrow(
      'is not what its manifest says',
    );
    // As somebody would who makes the checksums of both fit: IMPORT calls it a success, the counts do not.
    await sh('node1', `: >${csv}; chown --reference=${STORE}/extern ${csv}; ${sealed}`);
    await expect(restore({ requestId: 'f2', run, database: 'plant', as: 'f2' })).rejects.toThrow(
      /f2\.meter has 0 rows, the run has \d+/,
    );
    await sh(
      'node1',
      `sed '1s/^[^,]*/no time at all/' /root/meter.csv >${csv}; chown --reference=${STORE}/extern ${csv}; ${sealed}`,
    );
    await expect(restore({ requestId: 'f3', run, database: 'plant', as: 'f3' })).rejects.toThrow(
      /f3\.meter has \d+ rows, the run has \d+[\s\S]*1 rows were rejected[\s\S]*meter\/reject/,
    );
    await sh('node1', `cp -p /root/meter.csv ${csv}; ${sealed}`);
    await scene.rows('node1', 'DROP DATABASE f2 CASCADE', 'DROP DATABASE f3 CASCADE');
  });

  it('tell the loss of a crash whose log was damaged at the start, and put back what was kept', async () => {
    // On disk up to here; what follows is in the log alone, and in a backup.
    await scene.rows('node1', 'SET CLUSTER SETTING ts.wal.wal_level = 2', 'SET CLUSTER SETTING ts.wal.wal_level = 1');
    const flushed = await scene.count('node1');
    await scene.insert('node1', 201, 9);
    const { run } = await backUp();
    await scene.kill9('node1');
    // A disk that gives other bytes at the start than before it.
    await sh(
      'node1',
      `mkdir -p /run/systemd/system/kaiwudb.service.d
cat >/run/systemd/system/kaiwudb.service.d/99-damage.conf <<'UNIT'
[Service]
ExecStartPre=-+/bin/sh -c 'for f in ${STORE}/tsdb/wal/vg_*/kwdb_wal.cur; do printf ZZZZZZZZ | dd of="$$f" bs=1 seek=20 conv=notrunc status=none; done'
UNIT
systemctl daemon-reload`,
    );
    const records = (more: readonly object[]) => {
      stack.more = { ...stack.more, 'kingbase:kwdbCrashRestarts': more };
      return stack.up();
    };
    const first = { requestId: 'c1', node: 'node1' };
    const told = await records([first]);
    expect(told.outputs['crashRestarts']).toMatch(/"walReset":\s*true/);
    expect(told.outputs['crashRestarts']).toContain(`/${run}/counts.tsv`);
    expect((told.outputs['crashRestarts'] ?? '').replace(/\s/g, '')).toContain(
      `{"after":${flushed},"before":${flushed + 9},"table":"plant.meter"}`,
    );
    expect(await scene.count('node1')).toBe(flushed);

    await sh('node1', 'rm /run/systemd/system/kaiwudb.service.d/99-damage.conf; systemctl daemon-reload');
    await records([first, { requestId: 'c2', node: 'node1', putBack: 'c1' }]);
    expect(await scene.count('node1')).toBe(flushed + 9);
    expect(await scene.value('node1', ENGINE_LEVEL)).toBe('1');
    // Rows may have come since: once is enough.
    await expect(records([first, { requestId: 'c3', node: 'node1', putBack: 'c1' }])).rejects.toThrow(
      'was put back already',
    );
    stack.more = {};
  });

  it('of forty days keep what the plan keeps, on both machines', async () => {
    const today = Date.now();
    const at = (days: number): string => new Date(today + days * DAY_MS).toISOString().replace(/[-:]|\.\d+/g, '');
    const good = (await names('node2', COPIES)).at(-1) ?? '';
    const days = Array.from(
      { length: 40 },
      (_, day) => ({ name: at(day + 1), verdict: day % 7 === 3 ? 'bad' : 'good' }) as const,
    );
    const made = (folder: string, owner: string, runs: typeof days): string =>
      runs
        .map(
          ({ name, verdict }) => `install -d -o ${owner} ${folder}/${name}; echo ${verdict} >${folder}/${name}/verdict`,
        )
        .join('\n');
    await sh('node1', made(RUNS, 'kaiwudb', days));
    await sh(
      'node2',
      made(
        COPIES,
        'kwdbbackup',
        days.filter(({ verdict }) => verdict === 'good'),
      ),
    );
    const listed = async (node: string, folder: string) =>
      (await sh(node, `cd ${folder} && for d in *Z; do echo "$d $(cat $d/verdict)"; done`)).stdout
        .trim()
        .split('\n')
        .map((line) => ({ name: line.split(' ')[0] ?? '', verdict: line.split(' ')[1] as 'good' | 'bad' }));
    const [here, there] = [await listed('node1', RUNS), await listed('node2', COPIES)];
    const now = Math.floor(today / 1000) + 41 * 86_400;
    await sh('node1', `KW_NOW=${now} /usr/local/lib/pulumi-kwdb/backup.sh`);
    const run = new Date(now * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
    const left = (all: typeof here, keepDays: number): readonly string[] => {
      const runs = [...all, { name: run, verdict: 'good' as const }];
      const gone = planRetention(runs, { keepDays, keepAtLeast: 3 }, now * 1000);
      expect(gone.length).toBeGreaterThan(5);
      return runs
        .map(({ name }) => name)
        .filter((name) => !gone.includes(name))
        .sort();
    };
    expect((await listed('node1', RUNS)).map(({ name }) => name)).toEqual(left(here, 14));
    expect((await listed('node2', COPIES)).map(({ name }) => name)).toEqual(left(there, 30));
    expect(good).not.toBe('');
  });
});
