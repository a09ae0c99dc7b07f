// Proves: a volume of the primary that is full to the last block (data and WAL) costs no acknowledged write and makes no second primary, whether the database
// ends or goes on; with room again clients write and the cluster is healthy, with every row on every node.
// Does not prove: how long writes stand still: use_check_disk is off in the lab, and the budget says so; what came about is printed.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { applyFault, undoFault } from '../../../lab/faults';
import { poll } from '../../../lab/run';
import { waitForHealth } from '../../../lab/status';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { expectVirtualIpOn, measured, primaryOf, worstOf } from '../../lab/support/failover';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

const TABLE = 'primary_disk';

describeLab('the disk of the primary', () => {
  const scene = useSharedLab();

  it('costs no acknowledged write where it is full, and takes clients back once there is room', async () => {
    const { lab } = scene;
    const old = await primaryOf(lab);
    const worst = await worstOf(lab, 'databaseKilled');
    const view = await ClientView.open(lab);
    const { load } = await underWriteLoad(lab, TABLE, async (writer) => {
      await applyFault(lab, 'fill-disk', old.name);
      const fullAt = Date.now();
      // It is asked for more than is kept for reuse: the statement fails, one way or another.
      const asked = `create table ${TABLE}_bulk as select n, repeat(md5(n::text), 30) as text from generate_series(1, 150000) n`;
      const failed = await sql(lab, old, asked).then(
        () => false,
        () => true,
      );
      expect(failed, 'there is no room for it').toBe(true);
      const ended = await poll(async () => ((await isUp()) ? undefined : true), 5_000, 500);
      const alone = await writer.firstAckAfter(Date.now(), worst * 1000);
      measured(
        `primary without room: its database ${ended === true ? 'ended' : 'went on'}, ${alone === undefined ? `no write within ${worst} s` : `a write ${((Date.now() - fullAt) / 1000).toFixed(1)} s after the disk was full`}`,
      );
      const undoneAt = Date.now();
      await undoFault(lab, 'fill-disk', old.name);
      expect(await writer.firstAckAfter(undoneAt, 120_000), 'a write once there is room').toBeDefined();
      expect((await waitForHealth(lab, 300_000)).reasons).toEqual([]);
    }).finally(() => view.close());
    expectNothingLost(load);
    expect(view.twoPrimaries()).toEqual([]);
    await expectVirtualIpOn(lab, (await primaryOf(lab)).name);
    for (const each of [TABLE, `${TABLE}_bulk`]) await dropTable(lab, each);

    async function isUp(): Promise<boolean> {
      return (await sql(lab, old, 'select 1').catch(() => [])).length > 0;
    }
  }, 600_000);
});
