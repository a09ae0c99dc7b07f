// Proves: a reload-class parameter is reloaded on every node without a restart; a restart-class one rolls through the cluster,
// upwards and downwards, in place and by switchover, while clients write through the endpoint: no acknowledged write is lost,
// every node runs with it afterwards; and a preview names the parameters.
// Does not prove: how long clients wait at most; that is measured by the bench.
// Seen to fail: with the reload taken out of rollout.sh, up ends with rollout/not-in-effect; with the standbys always first, the test of
// a lowered max_connections fails: the first standby does not start again.
import { beforeAll, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { describeLab } from '../support/describeLab';
import { footprintOf } from '../support/footprint';
import { expectHealthy } from '../support/health';
import { runProgram, type ProgramRun } from '../support/program';
import { useSharedLab } from '../support/sharedLab';
import { changeCluster, withValue } from '../support/stackConfig';
import { expectNothingLost, underWriteLoad } from '../support/writeLoad';

const TABLE = 'parameters';
const MEMBERS = ['node1', 'node2', 'node3'];

describeLab('a changed parameter', () => {
  const scene = useSharedLab();
  beforeAll(() => scene.doNotHandOn());

  const set = (name: string, value: string): void => {
    changeCluster(scene.lab, (cluster) => withValue(cluster, ['database', 'parameters', name], value));
  };
  const live = async (name: string): Promise<Readonly<Record<string, string>>> =>
    Object.fromEntries(
      await Promise.all(
        MEMBERS.map(
          async (node) => [node, (await sql(scene.lab, scene.lab.node(node), `show ${name}`))[0] ?? ''] as const,
        ),
      ),
    );
  const everywhere = (value: string): Readonly<Record<string, string>> =>
    Object.fromEntries(MEMBERS.map((node) => [node, value]));
  const shown = (run: ProgramRun): string =>
    run.steps
      .flatMap((step) => step.changes.map((change) => `${step.name} ${change.path} ${change.new ?? ''}`))
      .join('\n');

  it('of reload class is reloaded on every node, and nothing restarts', async () => {
    const before = await footprintOf(scene.lab);
    set('work_mem', '16MB');
    const preview = await runProgram(scene.lab, 'preview');
    const wanted = [...MEMBERS.map((node) => `${node}-member`), 'rollout', scene.lab.name];
    expect(preview.changed).toEqual(wanted.map((name) => `update ${name}`).sort());
    expect(shown(preview)).toContain('work_mem');
    const run = await runProgram(scene.lab, 'up');
    expect({ ok: run.ok, changed: run.changed }).toEqual({ ok: true, changed: preview.changed });
    expect(await live('work_mem')).toEqual(everywhere('16MB'));
    expect((await footprintOf(scene.lab)).started).toEqual(before.started);
  });

  it.each([
    { name: 'max_connections', value: '150', mode: 'inPlace', direction: 'up' },
    { name: 'max_connections', value: '120', mode: 'inPlace', direction: 'down' },
    { name: 'shared_buffers', value: '256MB', mode: 'switchover', direction: 'by switchover' },
  ] as const)('of restart class ($name $direction) rolls while clients write', async ({ name, value, mode }) => {
    const { lab } = scene;
    const before = await footprintOf(lab);
    changeCluster(lab, (cluster) => withValue(cluster, ['rollout', 'primary'], mode));
    set(name, value);
    const preview = await runProgram(lab, 'preview');
    expect(preview.changed).toContain('update rollout');
    expect(shown(preview)).toContain(`restart.${name}`);
    const { result: run, load } = await underWriteLoad(lab, TABLE, () => runProgram(lab, 'up'));
    expect(run.messages.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(run.ok).toBe(true);
    expect(await live(name)).toEqual(everywhere(value));
    expectNothingLost(load);
    const after = await footprintOf(lab);
    for (const node of MEMBERS) expect(after.started[node], `${node} was restarted`).not.toBe(before.started[node]);
    const report = await expectHealthy(lab);
    expect(report.primary === 'node1').toBe(mode === 'inPlace');
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
  });
});
