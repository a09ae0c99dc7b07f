// Proves: a destroy that is killed once it has marked the nodes and begun to stop their watchdogs is undone by `up --refresh`: the
// cluster is whole again, and no mark stays that would take the guard off the primary.
// Does not prove: a destroy that is killed later, while members are deleted; destroy again or up take those up.
// Seen to fail: with the marks left out of Membership's diff, the run that should undo the destroy does not update it.
import { expect, it } from 'vitest';
import { describeLab } from '../../lab/support/describeLab';
import { expectHealthy } from '../../lab/support/health';
import { errorsOf, runProgram, startProgram } from '../../lab/support/program';
import { useSharedLab } from '../../lab/support/sharedLab';

describeLab('a destroy that is killed half-way', () => {
  const scene = useSharedLab();

  it('is undone by up --refresh, marks and all', async () => {
    const { lab } = scene;
    const mark = `/var/lib/pulumi-kingbase/${lab.name}/teardown.json`;
    const isMarked = async (name: string): Promise<boolean> =>
      (await lab.node(name).exec(['test', '-e', mark], { anyExit: true })).code === 0;
    // One call that ends with the mark: a login more could come when the destroy is well past it.
    const look = `for look in $(seq 12000); do [ ! -e ${mark} ] || exit 0; sleep 0.02; done; exit 1`;
    const marked = lab.node('node1').script(look, { label: 'wait for the mark', timeoutMs: 300_000 });
    const destroy = startProgram(lab, 'destroy');
    await marked.finally(() => destroy.kill());
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
