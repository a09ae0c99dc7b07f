// Proves: while one operator's `up` repairs a member, a second one with a state of his own (a copy, of the same moment) is refused by the
// note operation.json, with who holds the cluster; he has changed nothing, and once the first has ended his own run goes through with nothing
// left to do. Members of one run do not exclude one another: two of them are repaired in it. When both begin at the same moment, each
// either ends well or is refused by that note, and the cluster is whole after both.
// Does not prove: what two operators with different configurations make of each other's settings: the later one wins, as it should.
// Seen to fail: with the note left out of the member's handler the second operator is not refused; his run ends with "ok: true".
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { poll } from '../../../lab/run';
import { stackFiles } from '../../../lab/stack/stackFile';
import { describeLab } from '../support/describeLab';
import { planOf } from '../support/filesOnNode';
import { expectHealthy } from '../support/health';
import { errorsOf, runProgram, startProgram, type RunningProgram } from '../support/program';
import { useSharedLab } from '../support/sharedLab';

/** A step of ours waits 60 s for the lock of its node; it is let go before, as soon as the second has ended. */
const LOCKED_SECONDS = 600;
const BROKEN = ['node2', 'node3'];

describeLab('two operators at once', () => {
  const scene = useSharedLab();
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-second-operator-'));
  const state = join(folder, 'state.json');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const second = (words: readonly string[] = []): RunningProgram =>
    startProgram(scene.lab, 'up', ['--state', state, ...words]);
  const noteOn = async (name: string): Promise<string> =>
    (await scene.lab.node(name).script(`cat ${await stateOf(name)}/operation.json 2>/dev/null || true`)).stdout.trim();
  const stateOf = async (name: string): Promise<string> =>
    (await planOf(scene.lab)).nodes.find((node) => node.name === name)?.paths.state ?? '';
  const breakMembers = async (): Promise<void> => {
    for (const name of BROKEN)
      await scene.lab.node(name).script("sed -i '/kbha/d' /etc/cron.d/KINGBASECRON", { label: 'edit cron' });
    // Both know of the damage: what each then does about it depends on no look at hosts, which takes its time on a busy machine.
    expect((await runProgram(scene.lab, 'refresh')).drifted).toEqual(BROKEN.map((name) => `${name}-member`));
    copyFileSync(stackFiles(scene.lab.name).state, state);
  };
  const expectWhole = async (): Promise<void> => {
    for (const name of ['node1', 'node2', 'node3']) expect(await noteOn(name), name).toBe('');
    for (const name of BROKEN)
      expect((await scene.lab.node(name).exec(['cat', '/etc/cron.d/KINGBASECRON'])).stdout).toContain('kbha -A daemon');
    await expectHealthy(scene.lab, { primary: 'node1' });
  };

  it('do not work on members at the same time: the second is refused until the first has ended', async () => {
    const { lab } = scene;
    await breakMembers();
    // Whatever is done on this node waits for its lock: the first stays in the midst of it until the second has ended.
    const node2 = lab.node('node2');
    const hold = `setsid flock ${await stateOf('node2')}/lock sleep ${LOCKED_SECONDS} </dev/null >/dev/null 2>&1 &`;
    await node2.script(hold, { label: 'take the lock' });
    const first = startProgram(lab, 'up');
    const waits = async (): Promise<true | undefined> =>
      (await node2.exec(['pgrep', '-fx', 'flock -w 60 9'], { anyExit: true })).code === 0 ? true : undefined;
    expect(await poll(waits, 240_000, 200), 'the first is at work on node2').toBe(true);
    const refused = await second().done;
    const meanwhile = await noteOn('node1');
    await node2.exec(['pkill', '-fx', `sleep ${LOCKED_SECONDS}`], { anyExit: true });
    const done = await first.done;
    const finished = refused.steps.filter(({ phase, operation }) => phase === 'done' && operation === 'update');
    expect({ ok: refused.ok, finished }).toEqual({ ok: false, finished: [] });
    expect(errorsOf(refused)).toMatch(/the cluster is held by another run of \S+ \(process \d+\): members, since/);
    expect(errorsOf(refused)).toContain('Wait until that run has ended, and run again.');
    expect(meanwhile, 'the refused one took nothing away').toContain('"what":"members"');
    expect(errorsOf(done)).toBe('');
    expect(done.changed).toEqual(BROKEN.map((name) => `update ${name}-member`));
    await expectWhole();
    const later = await second(['--refresh']).done;
    expect({ ok: later.ok, changed: later.changed }).toEqual({ ok: true, changed: [] });
  });

  it('may begin at the same moment: each ends well or is refused, and the cluster is whole after both', async () => {
    const { lab } = scene;
    await breakMembers();
    const runs = await Promise.all([startProgram(lab, 'up').done, second().done]);
    for (const run of runs.filter((each) => !each.ok))
      expect(errorsOf(run)).toContain('the cluster is held by another run of');
    const last = await runProgram(lab, 'up', ['--refresh']);
    expect(errorsOf(last)).toBe('');
    await expectWhole();
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
  });
});
