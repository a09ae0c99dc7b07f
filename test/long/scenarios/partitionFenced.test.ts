// Proves: with failover.runningUnderFailureTrustedServers: false a primary that is cut off from everybody is stopped within the time
// the budget prints (exposure, until): it acknowledges nothing outside that window, and neither during the partition nor after its
// repair does any client meet two nodes that accept writes. The old primary comes back as a standby.
// Does not prove: that the window is empty. Where standbys count as gone before the trusted server does, writes in it are lost.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { applyFault } from '../../../lab/faults';
import { findDaemon } from '../../../lab/faults/processes';
import { poll } from '../../../lab/run';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { awaitOtherPrimary, budgetOf, measured, primaryOf, worstOf } from '../../lab/support/failover';
import { writeOnNode } from '../../lab/support/isolatedWriter';
import { runProgram } from '../../lab/support/program';
import { useSharedLab } from '../../lab/support/sharedLab';
import { changeCluster, withValue } from '../../lab/support/stackConfig';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

/** Far beyond the printed time, which is judged afterwards. */
const CLOSED_MS = 180_000;

describeLab('a primary that is cut off and must stop when no trusted server answers', () => {
  const scene = useSharedLab();
  const table = 'fenced_majority';
  const alone = 'fenced_isolated';
  const undo: (() => void)[] = [];

  beforeAll(async () => {
    undo.push(
      changeCluster(scene.lab, (cluster) =>
        withValue(cluster, ['failover', 'runningUnderFailureTrustedServers'], false),
      ),
    );
    const run = await runProgram(scene.lab, 'up');
    expect(run.ok).toBe(true);
    expect(run.changed.filter((change) => change.startsWith('update node'))).toEqual(
      ['node1', 'node2', 'node3'].map((name) => `update ${name}-files`),
    );
  });

  afterAll(async () => {
    for (const step of undo) step();
    expect(await runProgram(scene.lab, 'up')).toMatchObject({ ok: true });
  });

  it('acknowledges nothing outside the printed window, and never do two nodes accept writes', async () => {
    const { lab } = scene;
    const old = await primaryOf(lab);
    const worst = await worstOf(lab, 'primaryPartitioned');
    const { startsAfter, endsAfter } = (await budgetOf(lab)).exposure;
    if (endsAfter === null || endsAfter.worst === null) throw new Error('the budget gives the exposure no end');
    const stopsWithin = endsAfter.worst;
    const view = await ClientView.open(lab);
    const isolated = await writeOnNode(lab, old, alone);
    // The line is cut at some moment between these two: a bound that is a latest counts from the later, one that is an earliest from the earlier.
    const times = { cutFrom: 0, cutAt: 0 };
    const sinceCut = (at: number): number => (at - times.cutAt) / 1000;
    const { result, load } = await underWriteLoad(lab, table, async (writer) => {
      expect(await isolated.firstAfter(0, 60_000), 'a write on the node before it is cut off').toBeDefined();
      times.cutFrom = Date.now();
      await applyFault(lab, 'partition', old.name);
      times.cutAt = Date.now();
      const closing = poll(() => isolated.refusesSince(), CLOSED_MS, 200);
      expect(await writer.firstAckAfter(Date.now(), worst * 1000), `a write within ${worst} s`).toBeDefined();
      const closed = sinceCut((await closing) ?? Infinity);
      measured(`fenced primary: lets nobody in from ${closed} s after the cut (printed: ${stopsWithin} s)`);
      expect(closed, 'lets nobody in any more').toBeLessThanOrEqual(stopsWithin);
      const stopped = async (): Promise<true | undefined> =>
        (await findDaemon(lab, old, 'database')) === undefined ? true : undefined;
      expect(await poll(stopped, CLOSED_MS, 300), 'the isolated database stops').toBe(true);
      measured(`fenced primary: gone ${sinceCut(Date.now())} s after the cut`);
      await applyFault(lab, 'heal', old.name);
      return (await awaitOtherPrimary(lab, old)).name;
    }).finally(() => Promise.all([view.close(), isolated.stop()]));
    expectNothingLost(load);

    const acked = await isolated.acked();
    const kept = new Set((await sql(lab, lab.node(result), `select n from ${alone}`)).map(Number));
    const lost = acked.filter((ack) => !kept.has(ack.n)).map((ack) => sinceCut(ack.at));
    measured(
      `fenced primary: ${lost.length} writes alone, at ${lost[0] ?? '-'} to ${lost.at(-1) ?? '-'} s after the cut`,
    );
    const cutting = (times.cutAt - times.cutFrom) / 1000;
    expect(lost.filter((at) => at + cutting < startsAfter.best || at > stopsWithin)).toEqual([]);
    expect(view.twoPrimaries()).toEqual([]);
    expect(view.writers()).toEqual([old.name, result]);
    expect(view.endpointWriters()).toEqual([old.name, result]);
    for (const each of [table, alone]) await dropTable(lab, each);
  });
});
