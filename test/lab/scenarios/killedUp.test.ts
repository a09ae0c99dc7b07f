// Proves: `up` killed with -9 at three moments of a first creation, each time run again: it converges to the same healthy cluster,
// with one system identifier on every node and no second bootstrap. The moments come from a printed seed (KILLED_UP_SEED).
// Does not prove: other moments than these three; test:long takes ten.
import { afterAll, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { machinesDown } from '../../../lab/create';
import { readManifest } from '../../../lab/manifest';
import { sleep } from '../../../lab/run';
import { labUp } from '../../../lab/up';
import { describeLab } from '../support/describeLab';
import { expectHealthy } from '../support/health';
import { errorsOf, runProgram, startProgram } from '../support/program';
import { handOn } from '../support/sharedLab';
import { SHARED } from '../support/sharedName';

const MEMBERS = ['node1', 'node2', 'node3'];
/** Seconds that a creation goes on for at least, from the first step to the last standby, on an idle machine. */
const SPAN_SECONDS = 14;

describeLab('a first up that is killed', () => {
  afterAll(async () => {
    // Where it failed half-way, nobody goes on with it.
    if (readManifest(SHARED.name)?.phase !== 'ready') await machinesDown(SHARED.name);
  });

  it('converges to one healthy cluster when it is run again, however often it was killed', async () => {
    const seed = Number(process.env['KILLED_UP_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const moments = threeMoments(seed);
    process.stderr.write(`KILLED_UP_SEED=${seed}: killed after ${moments.join(', ')} s\n`);
    await machinesDown(SHARED.name);
    const { lab } = await labUp({ ...SHARED, deploy: false });
    const identifiers = new Set<string>();
    for (const seconds of moments) {
      const running = startProgram(lab, 'up');
      await sleep(seconds * 1000);
      running.kill();
      const { code } = await running.done;
      // A run that was over before it could be killed proves nothing less.
      expect([0, 137]).toContain(code);
      for (const name of MEMBERS) {
        const identifier = await identifierOf(name);
        if (identifier !== '') identifiers.add(identifier);
      }
    }
    const last = await runProgram(lab, 'up');
    expect(errorsOf(last)).toBe('');
    expect(last.ok).toBe(true);
    await expectHealthy(lab);
    for (const name of MEMBERS) identifiers.add(await identifierOf(name));
    expect(identifiers.size, `one system identifier at all times: ${[...identifiers].join(', ')}`).toBe(1);
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
    expect((await sql(lab, lab.node('node1'), 'select count(*) from repmgr.nodes', 'esrep'))[0]).toBe('3');
    handOn();

    async function identifierOf(name: string): Promise<string> {
      const control = '/home/kingbase/cluster/lab/kingbase/bin/sys_controldata';
      const script = `${control} -D /kbdata/data 2>/dev/null | sed -n 's/.*system identifier: *//p'`;
      return (await lab.node(name).script(script, { as: 'kingbase', anyExit: true })).stdout.trim();
    }
  });
});

/** One in each third of the creation, in tenths of a second: the same seed gives the same moments. */
function threeMoments(seed: number): readonly number[] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return [0, 1, 2].map((third) => Math.round((2 + ((third + next()) * SPAN_SECONDS) / 3) * 10) / 10);
}
