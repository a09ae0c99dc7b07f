// The stand-in for KWDB on real nodes, as kaiwudb.service under systemd: what a restart does to the level, what kill -9 costs at each level, what
// a damaged log costs and how a copy brings it back. Seen here as an operator sees it: systemctl, kwbase sql, files, TsEngine.log.
// Proves how the stand-in behaves on a node, so that scenarios can rest on it; of KWDB itself it proves nothing (test:kwdb does).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machinesDown } from '../../lab/create';
import { kwdbSql, kwdbUp, observeKwdb } from '../../lab/kwdbLab';
import { openLab, type Lab } from '../../lab/lab';
import { poll } from '../../lab/run';
import { describeLab, skipReason } from './support/describeLab';

const NAME = 'kw2';
const SUBNET = '10.77.55.0/24';
const STORE = '/var/lib/kaiwudb';

describeLab('KWDB’s stand-in on three nodes', () => {
  let lab: Lab;

  beforeAll(async () => {
    if (skipReason !== undefined) return;
    await machinesDown(NAME);
    await kwdbUp({ name: NAME, subnet: SUBNET, shape: 'single' });
    lab = openLab(NAME);
  });
  afterAll(async () => {
    if (skipReason === undefined) await machinesDown(NAME);
  });

  const sql = async (node: string, ...statements: readonly string[]): Promise<string> => {
    let out = '';
    for (const statement of statements) {
      const { code, stdout, stderr } = await kwdbSql(lab.node(node), statement);
      if (code !== 0) throw new Error(`${node}: ${statement}: ${stderr}`);
      out = stdout;
    }
    return out.split('\n').slice(1).join('\n').trimEnd();
  };
  const level = (node: string): Promise<string> => sql(node, 'SELECT wal_level FROM kwdb_internal.kwdb_tse_info');
  const count = async (node: string): Promise<number> => Number(await sql(node, 'SELECT count(*) FROM plant.meter'));
  const insert = (node: string, from: number, rows: number): Promise<string> => {
    const values = Array.from({ length: rows }, (_, index) => `('2026-01-01 00:00:00', 0.5, ${from + index})`);
    return sql(node, `INSERT INTO plant.meter VALUES ${values.join(', ')}`);
  };
  const service = (node: string, ...words: readonly string[]) =>
    lab.node(node).exec(['systemctl', ...words, 'kaiwudb'], { anyExit: true, timeoutMs: 120_000 });
  const ready = async (node: string): Promise<void> => {
    const up = await poll(
      async () => ((await kwdbSql(lab.node(node), 'SHOW DATABASES')).code === 0 ? true : undefined),
      60_000,
      200,
    );
    if (up !== true) throw new Error(`${node} does not answer`);
  };
  /** kill -9 of the service's main process; what systemd makes of it is part of the answer. */
  const kill9 = async (node: string): Promise<string> => {
    await lab.node(node).script('kill -9 "$(systemctl show -p MainPID --value kaiwudb)"');
    await poll(
      async () => ((await service(node, 'is-active')).stdout.trim() === 'failed' ? true : undefined),
      30_000,
      200,
    );
    return (await service(node, 'is-active')).stdout.trim();
  };
  const start = async (node: string): Promise<void> => {
    await service(node, 'start');
    await ready(node);
  };

  describe('each by itself', () => {
    beforeAll(async () => {
      if (skipReason !== undefined) return;
      const make = [
        'CREATE TS DATABASE plant',
        'CREATE TABLE plant.meter (ts TIMESTAMP NOT NULL, v FLOAT) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)',
      ];
      await Promise.all(['node1', 'node2', 'node3'].map((node) => sql(node, ...make)));
    });

    it('runs as its own user from the vendor’s directories and answers on its ports', async () => {
      const { stdout } = await lab.node('node1').exec(['ps', '-o', 'user=,args=', '-C', 'kwbase']);
      expect(stdout).toMatch(/^kaiwudb .*\/usr\/local\/kaiwudb\/bin\/kwbase start-single-node/m);
      for (const port of [26257, 8080, 27257])
        await lab.node('node2').exec(['nc', '-z', '-w', '5', lab.node('node1').host, String(port)]);
      const mode = (await lab.node('node1').exec(['cat', '/etc/kaiwudb/info/MODE'])).stdout.split('\n');
      expect(mode.slice(0, 5)).toEqual(['bare', 'single', '/usr/local/kaiwudb', STORE, '26257']);
    });

    it('boots at level 2 whatever is persisted, and takes about ten seconds to stop', async () => {
      await sql('node1', 'SET CLUSTER SETTING ts.wal.wal_level = 1');
      const began = Date.now();
      await service('node1', 'stop');
      expect(Date.now() - began).toBeGreaterThan(9_000);
      expect((await service('node1', 'show', '-p', 'Result')).stdout).toBe('Result=success\n');
      await start('node1');
      expect([await level('node1'), await sql('node1', 'SHOW CLUSTER SETTING ts.wal.wal_level')]).toEqual(['2', '1']);
      await sql('node1', 'CREATE TABLE defaultdb.any (id INT PRIMARY KEY)');
      expect(await level('node1')).toBe('1');
    });

    it.each([
      ['node1', '0', 0],
      ['node2', '1', 5],
      ['node3', '2', 5],
      ['node2', '3', 5],
    ])(
      '%s at level %s has %d of 5 rows after kill -9, and does not come back by itself',
      async (node, wanted, left) => {
        await sql(node, `SET CLUSTER SETTING ts.wal.wal_level = ${wanted}`);
        const before = await count(node);
        await insert(node, before + 1, 5);
        expect(await kill9(node)).toBe('failed');
        await start(node);
        expect((await count(node)) - before).toBe(left);
      },
    );

    it('loses the unflushed rows when the log is damaged, says reset, and has them again from a copy', async () => {
      // The level change flushes what was there.
      await sql('node3', 'SET CLUSTER SETTING ts.wal.wal_level = 1');
      const flushed = await count('node3');
      await insert('node3', 101, 8);
      await kill9('node3');
      await lab.node('node3').script(`
cp -aL ${STORE}/tsdb/wal /root/wal.aside
for file in ${STORE}/tsdb/wal/vg_*/kwdb_wal.cur; do
  printf 'ZZZZZZZZ' | dd of="$file" bs=1 seek=20 conv=notrunc status=none
done`);
      await start('node3');
      expect(await count('node3')).toBe(flushed);
      const log = (await lab.node('node3').exec(['grep', '-ci', 'reset', `${STORE}/logs/TsEngine.log`])).stdout;
      expect(Number(log)).toBeGreaterThan(0);
      await service('node3', 'stop');
      await lab.node('node3').script(`rm -rf ${STORE}/tsdb/wal; cp -a /root/wal.aside ${STORE}/tsdb/wal`);
      await start('node3');
      expect(await count('node3')).toBe(flushed + 8);
    });
  });

  describe('as one cluster', () => {
    beforeAll(async () => {
      if (skipReason !== undefined) return;
      await Promise.all(lab.nodes().map((node) => node.exec(['/opt/kaiwudb-package/deploy.sh', 'uninstall', 'y'])));
      await kwdbUp({ name: NAME, shape: 'multi-replica' });
    });

    it('has one node at level 2 after that node alone was restarted, until the next change anywhere', async () => {
      await sql('node2', 'SET CLUSTER SETTING ts.wal.wal_level = 1');
      expect((await observeKwdb(lab)).nodes.map((node) => node.walLevel)).toEqual([1, 1, 1]);
      await service('node3', 'restart');
      await ready('node3');
      const seen = await observeKwdb(lab);
      expect(seen.nodes.map((node) => [node.walLevel, node.persistedLevel])).toEqual([
        [1, 1],
        [1, 1],
        [2, 1],
      ]);
      await sql('node1', 'CREATE TABLE defaultdb.any (id INT PRIMARY KEY)');
      expect((await observeKwdb(lab)).nodes.map((node) => node.walLevel)).toEqual([1, 1, 1]);
    });

    it('goes on when one machine loses its power, which has everything when it is back', async () => {
      await sql('node1', 'CREATE TS DATABASE plant');
      await sql(
        'node1',
        'CREATE TABLE plant.meter (ts TIMESTAMP NOT NULL, v FLOAT) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)',
      );
      await lab.node('node3').powerCut();
      await insert('node2', 1, 5);
      await lab.node('node3').powerOn();
      await ready('node3');
      expect(await poll(async () => ((await count('node3')) === 5 ? true : undefined), 60_000, 500)).toBe(true);
    });
  });
});
