// A first creation that is killed and run again, from empty machines on.
import { expect } from 'vitest';
import { sql } from '../../../lab/cluster';
import { machinesDown } from '../../../lab/create';
import type { Lab } from '../../../lab/lab';
import { poll, sleep } from '../../../lab/run';
import { labUp } from '../../../lab/up';
import { measured } from './failover';
import { expectHealthy } from './health';
import { errorsOf, runProgram, startProgram, type RunningProgram } from './program';
import type { Chance } from './seed';
import { SHARED } from './sharedName';

const MEMBERS = ['node1', 'node2', 'node3'];

/**
 * A creation is killed so long after it began, or passed, its first resource of this type, or once a node has a system identifier (the bootstrap is
 * half done): seconds alone fall before all of that on a busy machine.
 */
export interface Moment {
  readonly type: string;
  readonly laterMs: number;
}

const IDENTIFIER = 'system identifier';
/** In the order of a creation; the middle is where a second bootstrap could happen. */
const TYPES = [
  ...['Install', 'Files', 'Bootstrap'],
  ...[IDENTIFIER, IDENTIFIER, IDENTIFIER],
  ...['Member', 'Member', 'Backup'],
] as const;
const LATER_MS = 4_000;
const LOOK_MS = 500;
/** Against a run that hangs. */
const BEGUN_MS = 600_000;

/** One in each equal part of the creation. */
export function momentsOf(count: number, chance: Chance): readonly Moment[] {
  return Array.from({ length: count }, (_, part) => {
    const type = TYPES[Math.floor(((part + chance.next()) * TYPES.length) / count)] ?? 'Backup';
    return { type, laterMs: chance.between(0, LATER_MS) };
  });
}

/** Each moment is of one more run; the last run is left to end. */
export async function convergesAfterKills(moments: readonly Moment[]): Promise<void> {
  await machinesDown(SHARED.name);
  const { lab } = await labUp({ ...SHARED, deploy: false });
  const seen = watchIdentifiers(lab);
  try {
    for (const moment of moments) await killOnce(lab, moment, seen.identifiers);
    const last = await runProgram(lab, 'up');
    expect(errorsOf(last)).toBe('');
    expect(last.ok).toBe(true);
    await expectHealthy(lab);
  } finally {
    await seen.stop();
  }
  const found = [...seen.identifiers];
  expect(found.length, `one system identifier at all times: ${found.join(', ')}`).toBe(1);
  const again = await runProgram(lab, 'up', ['--refresh']);
  expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
  expect((await sql(lab, lab.node('node1'), 'select count(*) from repmgr.nodes', 'esrep'))[0]).toBe('3');
}

async function killOnce(lab: Lab, { type, laterMs }: Moment, identifiers: ReadonlySet<string>): Promise<void> {
  const running = startProgram(lab, 'up');
  await untilBegun(running, (said) => (type === IDENTIFIER ? identifiers.size > 0 : said.includes(`:${type}"`)));
  await sleep(laterMs);
  running.kill();
  const run = await running.done;
  // A run that was over before it could be killed proves nothing less; one that gave up is no kill.
  expect([0, 137], `killed ${laterMs} ms after ${type}: ${errorsOf(run)}`).toContain(run.code);
  measured(
    `${run.code === 0 ? 'over before it was killed' : 'killed'} ${laterMs} ms after ${type}: ${identifiers.size} system identifiers so far`,
  );
}

/** Every system identifier that any node ever had, also one that a run made and the next one threw away. */
function watchIdentifiers(lab: Lab): { readonly identifiers: ReadonlySet<string>; stop(): Promise<void> } {
  const identifiers = new Set<string>();
  const state = { stopped: false };
  const look = async (): Promise<void> => {
    for (const name of MEMBERS) {
      const identifier = await identifierOf(lab, name);
      if (identifier !== '') identifiers.add(identifier);
    }
  };
  const watching = poll(
    async () => {
      await look();
      return state.stopped ? true : undefined;
    },
    Infinity,
    LOOK_MS,
  );
  // Told by stop().
  watching.catch(() => undefined);
  return {
    identifiers,
    stop: async () => {
      state.stopped = true;
      await watching;
    },
  };
}

/** Returns once it is so far, or the run is over. */
async function untilBegun(running: RunningProgram, isSoFar: (said: string) => boolean): Promise<void> {
  const seen = { over: false };
  const end = (): void => {
    seen.over = true;
  };
  running.done.then(end, end);
  await poll(() => (seen.over || isSoFar(running.said()) ? true : undefined), BEGUN_MS, 100);
}

async function identifierOf(lab: Lab, name: string): Promise<string> {
  const control = '/home/kingbase/cluster/lab/kingbase/bin/sys_controldata';
  const script = `${control} -D /kbdata/data 2>/dev/null | sed -n 's/.*system identifier: *//p'`;
  return (await lab.node(name).script(script, { as: 'kingbase', anyExit: true })).stdout.trim();
}
