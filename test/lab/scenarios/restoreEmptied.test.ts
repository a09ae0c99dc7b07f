// Proves: `rm -rf base/*` under the running primary, in the midst of writes: a restore in place to the newest point brings back every acknowledged row
// on every node, though the primary answers no SQL any more: what it had not archived it still archives as it stops.
// Does not prove: a primary that cannot archive its last segment (then it is kept: test/remote/action/restoreToPoint.test.ts), or whose WAL is gone.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { Writer } from '../../../lab/history/writer';
import { waitForHealth } from '../../../lab/status';
import { describeLab } from '../support/describeLab';
import { measured } from '../support/failover';
import { expectNewTimeline, expectNoRecoverySettings, expectOldDataAside, timelineOf } from '../support/restored';
import { databaseNodes, restore } from '../support/restores';
import { useSharedLab } from '../support/sharedLab';
import { endpointOf, expectNothingLost, verdictOf } from '../support/writeLoad';

const TABLE = 'restore_emptied';
const LIMIT_MS = 600_000;
const PATIENCE_MS = 120_000;

describeLab('an emptied data directory', () => {
  const scene = useSharedLab();

  it('is restored to the newest point, with every acknowledged row', { timeout: LIMIT_MS }, async () => {
    const { lab } = scene;
    scene.doNotHandOn();
    const node = lab.node('node1');
    const before = await timelineOf(lab);
    const writer = new Writer(await endpointOf(lab), { table: TABLE });
    await writer.prepare();
    writer.start();
    try {
      expect(await writer.ackedCount(50, PATIENCE_MS), 'writes before').toBeGreaterThanOrEqual(50);
      await node.script(`rm -rf '${lab.manifest().data}'/base/*`, { label: 'rm -rf base/*' });
    } finally {
      await writer.stop();
    }
    await expect(sql(lab, node, 'select 1'), 'SQL on the emptied primary').rejects.toThrow(/does not exist|missing/);
    const id = `emptied-${Date.now()}`;
    const record = await restore(node, id, 'target=latest');
    measured(`restored in ${record.seconds} s: ${JSON.stringify(record.phases)} ${JSON.stringify(record.result)}`);
    expect((await waitForHealth(lab, PATIENCE_MS)).reasons).toEqual([]);
    expectNothingLost(await verdictOf(lab, writer));
    for (const { name, data } of await databaseNodes(lab)) {
      const { stdout } = await lab.node(name).script(`ls '${data}/base' | wc -l`);
      expect(Number(stdout), name).toBeGreaterThan(3);
    }
    await expectNewTimeline(lab, before);
    await expectNoRecoverySettings(lab);
    await expectOldDataAside(lab, id);
    await sql(lab, node, `drop table ${TABLE}`);
  });
});
