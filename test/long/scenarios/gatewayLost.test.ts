// Proves: losing the trusted server alone changes nothing (running_under_failure_trusted_servers on); when the primary then dies, no
// standby is promoted while no trusted server answers, although both were asked and saw it dead; and writes go on by themselves once
// it answers again, without a loss.
// Does not prove: what a primary does that must stop without a trusted server (partitionFenced).
import { expect, it } from 'vitest';
import { applyFault, undoFault } from '../../../lab/faults';
import type { LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { awaitOtherPrimary, measured, primaryOf } from '../../lab/support/failover';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

const REFUSED_MS = 180_000;
/** repmgrd holds a refused election again after election_rerun_interval, 15 s. */
const PROMOTED_MS = 180_000;

describeLab('the loss of the trusted server', () => {
  const scene = useSharedLab();
  const table = 'gateway_lost';

  it('holds every promotion back until it answers again', async () => {
    const { lab } = scene;
    const old = await primaryOf(lab);
    const standbys = lab.nodes().filter((node) => node.info().role === 'database' && node.name !== old.name);
    const view = await ClientView.open(lab);
    const times = { healedAt: 0 };
    const { result, load } = await underWriteLoad(lab, table, async (writer) => {
      await applyFault(lab, 'drop-gateway');
      expect(await writer.firstAckAfter(Date.now(), 60_000), 'a write without the trusted server').toBeDefined();
      const before = await refusals(standbys);
      await applyFault(lab, 'kill-primary');
      const refused = async (): Promise<true | undefined> =>
        (await refusals(standbys)) > before + 1 ? true : undefined;
      expect(await poll(refused, REFUSED_MS, 500), 'two refused promotions').toBe(true);
      expect(view.writers(), 'nobody else accepts writes').toEqual([old.name]);
      times.healedAt = Date.now();
      await undoFault(lab, 'drop-gateway');
      expect(await writer.firstAckAfter(times.healedAt, PROMOTED_MS), 'a write after the repair').toBeDefined();
      measured(`trusted server back: a write ${((Date.now() - times.healedAt) / 1000).toFixed(1)} s later`);
      return (await awaitOtherPrimary(lab, old)).name;
    }).finally(() => view.close());
    expectNothingLost(load);
    expect(view.twoPrimaries()).toEqual([]);
    expect(view.writers(times.healedAt)).toEqual([result]);
    await dropTable(lab, table);

    /** How often the standbys were told not to promote. */
    async function refusals(nodes: readonly LabNode[]): Promise<number> {
      const log = `${lab.manifest().prefix}/log/hamgr.log`;
      const counts = await Promise.all(
        nodes.map((node) =>
          node.exec(['grep', '-c', 'failover validation command returned a non-zero value', log], { anyExit: true }),
        ),
      );
      return counts.reduce((sum, { stdout }) => sum + Number(stdout), 0);
    }
  });
});
