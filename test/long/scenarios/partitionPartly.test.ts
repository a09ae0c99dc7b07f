// Proves: a network that fails in part moves nothing that need not move: with a standby cut off from everybody, with the standbys cut off from each
// other, and with a standby that hears everybody and is heard by nobody (asymmetric), each for longer than a failover takes, the primary stays, writes go
// on at the virtual IP, nothing acknowledged is lost, and everybody streams again once the line is whole.
// A primary that hears nobody while everybody hears it (asymmetric the other way) is replaced within the worst case that `up` prints.
// Does not prove: what a primary acknowledges alone (partitionPrimary), nor the loss of the trusted server (gatewayLost).
import { expect, it } from 'vitest';
import { applyFault } from '../../../lab/faults';
import { sleep } from '../../../lab/run';
import { waitForHealth } from '../../../lab/status';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { awaitOtherPrimary, expectVirtualIpOn, measured, primaryOf, worstOf } from '../../lab/support/failover';
import { expectHealthy } from '../../lab/support/health';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

const TABLE = 'partition_partly';
const HEALTH_MS = 240_000;

describeLab('a network that fails in part', () => {
  const scene = useSharedLab();

  it.each<readonly [string, string, Readonly<Record<string, string>>]>([
    ['a standby that is cut off from everybody', 'node3', {}],
    ['two standbys that are cut off from each other', 'node2', { from: 'node3' }],
    ['a standby that is heard by nobody', 'node3', { way: 'out' }],
  ])(
    'leaves the primary where it is: %s',
    async (_, node, options) => {
      const { lab } = scene;
      const primary = await primaryOf(lab);
      expect(primary.name).not.toBe(node);
      const worst = await worstOf(lab, 'primaryPartitioned');
      const view = await ClientView.open(lab);
      const { load } = await underWriteLoad(lab, TABLE, async (writer) => {
        await applyFault(lab, 'partition', node, options);
        // Nothing happens, for as long as something could.
        await sleep(worst * 1000);
        expect(await writer.firstAckAfter(Date.now(), 60_000), 'a write with the network as it is').toBeDefined();
        await applyFault(lab, 'heal', node);
        expect((await waitForHealth(lab, HEALTH_MS)).reasons).toEqual([]);
      }).finally(() => view.close());
      measured(
        `partition in part, ${node} ${JSON.stringify(options)}: longest time without a write ${load.longestGapSeconds} s`,
      );
      expectNothingLost(load);
      expect(view.writers()).toEqual([primary.name]);
      expect(view.endpointWriters()).toEqual([primary.name]);
      await expectHealthy(lab, { primary: primary.name });
      await dropTable(lab, TABLE);
    },
    300_000,
  );

  it('replaces a primary that hears nobody, although everybody hears it', async () => {
    const { lab } = scene;
    const old = await primaryOf(lab);
    const worst = await worstOf(lab, 'primaryPartitioned');
    const { result, load } = await underWriteLoad(lab, TABLE, async (writer) => {
      await applyFault(lab, 'partition', old.name, { way: 'in' });
      expect(await writer.firstAckAfter(Date.now(), worst * 1000), `a write within ${worst} s`).toBeDefined();
      await expectVirtualIpOn(lab, (await primaryOf(lab)).name);
      await applyFault(lab, 'heal', old.name);
      return (await awaitOtherPrimary(lab, old)).name;
    });
    measured(
      `a primary that hears nobody: no write for ${load.longestGapSeconds.toFixed(1)} s (worst case ${worst} s)`,
    );
    expect(load.longestGapSeconds).toBeLessThan(worst);
    expectNothingLost(load);
    await expectVirtualIpOn(lab, result);
    await dropTable(lab, TABLE);
  }, 400_000);
});
