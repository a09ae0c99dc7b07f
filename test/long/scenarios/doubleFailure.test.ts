// Proves: the host of the primary loses its power, and as soon as clients write at its successor, that one's host too: nothing acknowledged is lost, two
// nodes never accept writes at once, and when both hosts are back the cluster heals itself to one primary with the rows of all times.
// Does not prove: that writes go on with one node of three; whether they did is printed.
import { expect, it } from 'vitest';
import { applyFault, undoFault } from '../../../lab/faults';
import { waitForHealth } from '../../../lab/status';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { expectVirtualIpOn, measured, primaryOf, worstOf } from '../../lab/support/failover';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

const TABLE = 'double_failure';

describeLab('two primaries lost one after the other', () => {
  const scene = useSharedLab();

  it('cost no acknowledged write, and the cluster is whole once their hosts are back', async () => {
    const { lab } = scene;
    const first = await primaryOf(lab);
    const worst = await worstOf(lab, 'hostPoweredOff');
    const view = await ClientView.open(lab);
    const { load } = await underWriteLoad(lab, TABLE, async (writer) => {
      await applyFault(lab, 'power-cut', first.name);
      expect(await writer.firstAckAfter(Date.now(), worst * 1000), 'a write at the successor').toBeDefined();
      const second = await primaryOf(lab);
      expect(second.name).not.toBe(first.name);
      await applyFault(lab, 'power-cut', second.name);
      const cutAt = Date.now();
      const alone = await writer.firstAckAfter(cutAt + 1_000, worst * 1000);
      measured(
        alone === undefined
          ? `second failure: no write with one node of three within ${worst} s`
          : `second failure: a write ${((Date.now() - cutAt) / 1000).toFixed(1)} s later`,
      );
      const backAt = Date.now();
      await undoFault(lab, 'power-cut', second.name);
      await undoFault(lab, 'power-cut', first.name);
      expect((await waitForHealth(lab, 300_000)).reasons).toEqual([]);
      measured(`both hosts back: all healthy ${((Date.now() - backAt) / 1000).toFixed(1)} s later`);
    }).finally(() => view.close());
    expectNothingLost(load);
    expect(view.twoPrimaries()).toEqual([]);
    await expectVirtualIpOn(lab, (await primaryOf(lab)).name);
    await dropTable(lab, TABLE);
  }, 600_000);
});
