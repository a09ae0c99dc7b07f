// Proves: a destroy that is killed once it has marked the nodes and begun to stop their watchdogs is undone by `up --refresh`: the
// cluster is whole again, and no mark stays that would take the guard off the primary.
// Does not prove: a destroy that is killed later, while members are deleted; destroy again or up take those up.
import { expect, it } from 'vitest';
import { poll } from '../../../lab/run';
import { describeLab } from '../support/describeLab';
import { expectHealthy } from '../support/health';
import { errorsOf, runProgram, startProgram } from '../support/program';
import { useSharedLab } from '../support/sharedLab';

describeLab('a destroy that is killed half-way', () => {
  const scene = useSharedLab();

  it('is undone by up --refresh, marks and all', async () => {
    const { lab } = scene;
    const mark = `/var/lib/pulumi-kingbase/${lab.name}/teardown.json`;
    const isMarked = async (name: string): Promise<boolean> =>
      (await lab.node(name).exec(['test', '-e', mark], { anyExit: true })).code === 0;
    const destroy = startProgram(lab, 'destroy');
    expect(await poll(async () => ((await isMarked('node1')) ? true : undefined), 60_000, 50), 'a mark').toBe(true);
    destroy.kill();
    await destroy.done;

    const undo = await runProgram(lab, 'up', ['--refresh']);
    expect(errorsOf(undo)).toBe('');
    expect(undo.changed).toContain('update membership');
    for (const name of ['node1', 'node2', 'node3'])
      expect({ name, marked: await isMarked(name) }).toEqual({ name, marked: false });
    await expectHealthy(lab, { primary: 'node1' });
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
  });
});
