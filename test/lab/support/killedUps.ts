// A first creation that is killed and run again, from empty machines on.
import { expect } from 'vitest';
import { sql } from '../../../lab/cluster';
import { machinesDown } from '../../../lab/create';
import type { Lab } from '../../../lab/lab';
import { sleep } from '../../../lab/run';
import { labUp } from '../../../lab/up';
import { expectHealthy } from './health';
import { errorsOf, runProgram, startProgram } from './program';
import type { Chance } from './seed';
import { SHARED } from './sharedName';

const MEMBERS = ['node1', 'node2', 'node3'];
/** Seconds that a creation goes on for at least, from the first step to the last standby, on an idle machine. */
const SPAN_SECONDS = 14;

/** One in each equal part of the creation, in seconds since its begin, to a tenth. */
export function momentsOf(count: number, chance: Chance): readonly number[] {
  const moments = Array.from({ length: count }, (_, part) => 2 + ((part + chance.next()) * SPAN_SECONDS) / count);
  return moments.map((seconds) => Math.round(seconds * 10) / 10);
}

/** Each moment counts from the begin of one more run; the last run is left to end. */
export async function convergesAfterKills(moments: readonly number[]): Promise<void> {
  process.stderr.write(`killed after ${moments.join(', ')} s\n`);
  await machinesDown(SHARED.name);
  const { lab } = await labUp({ ...SHARED, deploy: false });
  const identifiers = new Set<string>();
  const note = async (): Promise<void> => {
    for (const name of MEMBERS) {
      const identifier = await identifierOf(lab, name);
      if (identifier !== '') identifiers.add(identifier);
    }
  };
  for (const seconds of moments) {
    const running = startProgram(lab, 'up');
    await sleep(seconds * 1000);
    running.kill();
    const run = await running.done;
    // A run that was over before it could be killed proves nothing less; one that gave up is no kill.
    expect([0, 137], `killed after ${seconds} s: ${errorsOf(run)}`).toContain(run.code);
    await note();
  }
  const last = await runProgram(lab, 'up');
  expect(errorsOf(last)).toBe('');
  expect(last.ok).toBe(true);
  await expectHealthy(lab);
  await note();
  expect(identifiers.size, `one system identifier at all times: ${[...identifiers].join(', ')}`).toBe(1);
  const again = await runProgram(lab, 'up', ['--refresh']);
  expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
  expect((await sql(lab, lab.node('node1'), 'select count(*) from repmgr.nodes', 'esrep'))[0]).toBe('3');
}

async function identifierOf(lab: Lab, name: string): Promise<string> {
  const control = '/home/kingbase/cluster/lab/kingbase/bin/sys_controldata';
  const script = `${control} -D /kbdata/data 2>/dev/null | sed -n 's/.*system identifier: *//p'`;
  return (await lab.node(name).script(script, { as: 'kingbase', anyExit: true })).stdout.trim();
}
