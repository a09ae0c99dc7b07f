// Proves: a node more in the configuration creates that node's resources and changes others in place at most; a node less is
// unregistered, its slot dropped, our files gone and its data kept; under write load through the endpoint no acknowledged write
// is lost, and no database that stays is restarted. The new node waits until the primary lets it in, however late that is:
// without the step "admitted" of member.sh the first test fails with "no pg_hba.conf entry".
// Does not prove: that the primary can be taken out (it is refused before anything is changed, which reimagedHost shows).
import { afterAll, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import type { Lab } from '../../../lab/lab';
import { addNode, removeNode } from '../../../lab/nodes';
import { describeLab } from '../support/describeLab';
import { planOf, readFiles, wantedFiles } from '../support/filesOnNode';
import { footprintOf } from '../support/footprint';
import { expectHealthy } from '../support/health';
import { runProgram } from '../support/program';
import { useSharedLab } from '../support/sharedLab';
import { changeCluster } from '../support/stackConfig';
import { dropTable, expectNothingLost, underWriteLoad } from '../support/writeLoad';

const TABLE = 'add_remove';
const LATE_SECONDS = 20;

/** Holds the lock under which the program reloads a node's server: its sys_hba.conf is in effect that much later. */
async function reloadComesLate(lab: Lab, name: string): Promise<void> {
  const plan = (await planOf(lab)).nodes.find((node) => node.name === name);
  const lock = `${plan?.paths.state}/lock`;
  await lab.node(name).script(`setsid flock ${lock} sleep ${LATE_SECONDS} </dev/null >/dev/null 2>&1 &`);
}

describeLab('a node that comes and goes', () => {
  const scene = useSharedLab();
  let undo = (): void => undefined;

  afterAll(async () => {
    undo();
    if (scene.lab.manifest().nodes.some((node) => node.name === 'node4')) await removeNode(scene.lab, 'node4');
  });

  it('joins the running cluster with its own resources only, while clients write', async () => {
    const { lab } = scene;
    const before = await footprintOf(lab);
    await addNode(lab, 'node4');
    undo = changeCluster(lab, (cluster) => ({ ...cluster, nodes: [...(cluster.nodes ?? []), { name: 'node4' }] }));
    const { result: run, load } = await underWriteLoad(lab, TABLE, async () => {
      await reloadComesLate(lab, 'node1');
      return runProgram(lab, 'up');
    });
    expect(run.messages.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(run.ok).toBe(true);
    expect(run.changed.filter((change) => change.startsWith('create '))).toEqual(
      ['node4', 'node4-files', 'node4-install', 'node4-member', 'node4-secrets', 'node4-trust'].map(
        (name) => `create ${name}`,
      ),
    );
    expect(run.changed.filter((change) => !/^(create|update) /.test(change))).toEqual([]);
    expectNothingLost(load);
    await expectHealthy(lab, { primary: 'node1', members: ['node1', 'node2', 'node3', 'node4'] });
    expect((await footprintOf(lab)).started).toMatchObject(before.started);
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
  });

  it('leaves it unregistered and clean, with its data, while clients write', async () => {
    const { lab } = scene;
    const before = await footprintOf(lab);
    const plan = await planOf(lab);
    const gone = plan.nodes.find((node) => node.name === 'node4');
    if (gone === undefined) throw new Error('node4 was not added');
    const ours = await wantedFiles(lab, plan, gone);
    undo();
    const { result: run, load } = await underWriteLoad(lab, TABLE, () => runProgram(lab, 'up'));
    expect(run.messages.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(run.ok).toBe(true);
    expect(run.changed.filter((change) => change.startsWith('delete '))).toEqual(
      ['node4', 'node4-files', 'node4-install', 'node4-member', 'node4-secrets', 'node4-trust'].map(
        (name) => `delete ${name}`,
      ),
    );
    expect(run.changed.filter((change) => !/^(delete|update) /.test(change))).toEqual([]);
    expectNothingLost(load);

    const primary = lab.node('node1');
    expect(await sql(lab, primary, 'select node_name from repmgr.nodes order by 1', 'esrep')).toEqual([
      'node1',
      'node2',
      'node3',
    ]);
    expect(await sql(lab, primary, 'select slot_name from sys_replication_slots order by 1')).toEqual([
      'repmgr_slot_2',
      'repmgr_slot_3',
    ]);
    const node4 = lab.node('node4');
    const whole = [...ours.values()].filter((file) => file.block === undefined).map((file) => file.path);
    expect([...(await readFiles(node4, whole)).keys()]).toEqual([]);
    const processes = await node4.script('ps -u kingbase -o comm= || true');
    expect(processes.stdout.split('\n').filter((name) => /kingbase|repmgrd|kbha/.test(name))).toEqual([]);
    expect(
      (await node4.script('cat /kbdata/data/*_VERSION /kbdata/data/SYS_VERSION 2>/dev/null || true')).stdout,
    ).not.toBe('');
    await expectHealthy(lab, { primary: 'node1' });
    expect((await footprintOf(lab)).started).toEqual(
      Object.fromEntries(Object.entries(before.started).filter(([name]) => name !== 'node4')),
    );
    await removeNode(lab, 'node4');
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
    await dropTable(lab, TABLE);
  });
});
