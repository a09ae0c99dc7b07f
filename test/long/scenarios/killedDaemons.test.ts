// Proves: a killed repmgrd and a killed standby database are back within a minute, a killed kbha within the next minute of cron plus
// its start; meanwhile writes go on at the virtual IP, nobody is promoted, nothing acknowledged is lost.
// Does not prove: what happens when several watchers of one node die together (neverTwice does that to the old primary's).
// Seen to fail: with keep_repmgrd taken out of kbha, repmgrd is not back within 60 s; with the start of a standby taken out of kbha and
// of the companion's recover (either does it alone), the database is not.
import { expect, it } from 'vitest';
import { applyFault } from '../../../lab/faults';
import { findDaemon, type Daemon } from '../../../lab/faults/processes';
import type { LabNode } from '../../../lab/lab';
import { poll, sleep } from '../../../lab/run';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { measured, primaryOf } from '../../lab/support/failover';
import { expectHealthy } from '../../lab/support/health';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

const MINUTE_MS = 60_000;
/** cron looks once a minute; kbha then has to start. Once more where the machine was too busy in that second. */
const CRON_MS = 120_000;

const STAYS_MS = 2_000;

describeLab('killed daemons', () => {
  const scene = useSharedLab();

  it('are started again by their watchers, and nobody takes over meanwhile', async () => {
    const { lab } = scene;
    const primary = await primaryOf(lab);
    const [first, second] = ['node1', 'node2', 'node3'].filter((name) => name !== primary.name).map((n) => lab.node(n));
    if (first === undefined || second === undefined) throw new Error('two standbys are needed');
    const view = await ClientView.open(lab);
    const { load } = await underWriteLoad(lab, 'killed_daemons', async () => {
      await Promise.all([
        killAndAwait(first, 'repmgrd', 'kill-repmgrd', MINUTE_MS),
        killAndAwait(second, 'database', 'kill-database', MINUTE_MS),
        killAndAwait(primary, 'kbha', 'kill-kbha', CRON_MS),
      ]);
    }).finally(() => view.close());
    expectNothingLost(load);
    expect(view.writers()).toEqual([primary.name]);
    expect(view.endpointWriters()).toEqual([primary.name]);
    await dropTable(lab, 'killed_daemons');
    await expectHealthy(lab, { primary: primary.name });

    async function killAndAwait(node: LabNode, daemon: Daemon, fault: string, withinMs: number): Promise<void> {
      const killed = await findDaemon(lab, node, daemon);
      const at = Date.now();
      await applyFault(lab, fault, node.name);
      const back = async (): Promise<true | undefined> => {
        const found = await findDaemon(lab, node, daemon);
        if (found === undefined || found === killed) return undefined;
        // With a stale pid file any process that names the daemon is taken for it: the one that came back is still there a moment later.
        await sleep(STAYS_MS);
        return (await findDaemon(lab, node, daemon)) === found ? true : undefined;
      };
      expect(await poll(back, withinMs, 500), `${daemon} of ${node.name} within ${withinMs / 1000} s`).toBe(true);
      measured(`${daemon} of ${node.name}: back after ${((Date.now() - at) / 1000).toFixed(1)} s`);
    }
  });
});
