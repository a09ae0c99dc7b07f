// Proves: while repmgrd is paused on every node (a forgotten maintenance) the status says so and calls the cluster unhealthy; a primary whose host then
// loses its power is replaced by nobody, for longer than a failover takes, and not after an unpause either, as docs/switchover.md says: repmgrd then waits
// for a primary to reappear. The host back and its database started by hand (no watchdog starts a primary beside standbys that run), it serves again, nothing
// acknowledged is lost.
// Does not prove: the way out where the host stays away: the action promote (promote.test.ts).
// Seen to fail: with a companion of repmgrd that promotes its standby once no primary answered for 20 s, paused or not, node2 and node3 accept writes
// before the unpause (nobody accepts writes: expected to equal []).
import { expect, it } from 'vitest';
import { applyFault, undoFault } from '../../../lab/faults';
import type { Lab } from '../../../lab/lab';
import { sleep } from '../../../lab/run';
import { observeLab, waitForHealth } from '../../../lab/status';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { expectVirtualIpOn, measured, primaryOf, worstOf } from '../../lab/support/failover';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

const TABLE = 'paused_failover';

describeLab('a paused failover', () => {
  const scene = useSharedLab();

  it('is named by the status, and replaces no primary, not after an unpause either', async () => {
    const { lab } = scene;
    const old = await primaryOf(lab);
    const standby = lab.nodes().find((node) => node.info().role === 'database' && node.name !== old.name);
    const worst = await worstOf(lab, 'hostPoweredOff');
    const view = await ClientView.open(lab);
    const { load } = await underWriteLoad(lab, TABLE, async (writer) => {
      await service(lab, old.name, 'pause');
      const { healthy, reasons } = await observeLab(lab);
      expect({ healthy, reasons }).toEqual({
        healthy: false,
        reasons: ['node1', 'node2', 'node3'].map((name) => `${name}: repmgrd is paused: no automatic failover`),
      });
      await applyFault(lab, 'power-cut', old.name);
      const cutAt = Date.now();
      await sleep(worst * 1000);
      expect(view.writers(cutAt + 1_000), 'nobody accepts writes').toEqual([]);
      await service(lab, standby?.name ?? '', 'unpause');
      await sleep(worst * 1000);
      expect(view.writers(cutAt + 1_000), 'nobody accepts writes after the unpause either').toEqual([]);
      const backAt = Date.now();
      await undoFault(lab, 'power-cut', old.name);
      const { prefix, data } = lab.manifest();
      const start = `cd /; ${prefix}/bin/sys_ctl -w -t 60 -l ${prefix}/logfile -D ${data} start >/dev/null 2>&1`;
      await old.script(start, { as: 'kingbase', label: 'start the old primary' });
      expect(await writer.firstAckAfter(backAt, 120_000), 'a write once the host is back').toBeDefined();
      measured(`paused failover, the host back: a write ${((Date.now() - backAt) / 1000).toFixed(1)} s later`);
      // The node that was off heard nothing of it.
      await service(lab, old.name, 'unpause');
      expect((await waitForHealth(lab, 240_000)).reasons).toEqual([]);
    }).finally(() => view.close());
    expectNothingLost(load);
    expect(view.twoPrimaries()).toEqual([]);
    expect(view.writers()).toEqual([old.name]);
    await expectVirtualIpOn(lab, old.name);
    await dropTable(lab, TABLE);
  }, 400_000);
});

/** Ends with an error too where one node cannot be asked: what counts is asked afterwards. */
async function service(lab: Lab, node: string, word: 'pause' | 'unpause'): Promise<void> {
  const command = `cd /; ${lab.manifest().prefix}/bin/repmgr service ${word} >/dev/null || true`;
  await lab.node(node).script(command, { as: 'kingbase', label: `repmgr service ${word}` });
}
