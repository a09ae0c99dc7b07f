// Proves: after every host lost its power at once and got it back, auto_cluster_recovery_level 1 starts the old primary as primary and
// the standbys join it: nobody else accepts writes at any time, no timeline is left, and what was acknowledged is on every node.
// Does not prove: anything about pages that were never synced: the disks are files of this machine and outlive the hosts.
// Seen to fail: while kbha took any process with the number in a pid file for the server (after this boot it was kbha itself), nobody
// started a database, and no write came within two minutes.
import { expect, it } from 'vitest';
import { applyFault } from '../../../lab/faults';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { expectVirtualIpOn, measured, primaryOf } from '../../lab/support/failover';
import { expectHealthy } from '../../lab/support/health';
import { runProgram } from '../../lab/support/program';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';
import { observeLab, waitForHealth } from '../../../lab/status';

/** Boot, the next minute of cron, three equal rounds of kbha, the standbys: a minute on an idle machine. */
const BACK_MS = 360_000;

describeLab('a power cut of every host', () => {
  const scene = useSharedLab();
  const table = 'whole_cluster_off';

  it('ends with the old primary as primary and the standbys behind it', async () => {
    const { lab } = scene;
    const old = await primaryOf(lab);
    const timeline = await timelineNow();
    const names = ['node1', 'node2', 'node3'];
    const view = await ClientView.open(lab);
    const { load } = await underWriteLoad(lab, table, async (writer) => {
      await Promise.all(names.map((name) => applyFault(lab, 'power-cut', name)));
      const offAt = Date.now();
      await Promise.all(names.map((name) => applyFault(lab, 'power-on', name)));
      expect(await writer.firstAckAfter(offAt, BACK_MS), `a write within ${BACK_MS / 1000} s`).toBeDefined();
      expect((await waitForHealth(lab, BACK_MS)).reasons).toEqual([]);
    }).finally(() => view.close());
    measured(`power cut of every host: no write for ${load.longestGapSeconds.toFixed(1)} s`);
    expectNothingLost(load);
    expect(view.writers()).toEqual([old.name]);
    expect(view.endpointWriters()).toEqual([old.name]);
    expect(await timelineNow()).toBe(timeline);
    await expectVirtualIpOn(lab, old.name);

    async function timelineNow(): Promise<number | null | undefined> {
      return (await observeLab(lab)).nodes.find((node) => node.name === old.name)?.timeline;
    }
  });

  it('leaves nothing for the program to do', async () => {
    const { lab } = scene;
    await dropTable(lab, table);
    await expectHealthy(lab);
    expect(await runProgram(lab, 'up')).toMatchObject({ ok: true, changed: [] });
  });
});
