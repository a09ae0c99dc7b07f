// A switchover that is killed with -9 at moments that chance chooses, each time taken up by the same id under a load of writes.
import { expect } from 'vitest';
import type { Lab } from '../../../lab/lab';
import { ACTION } from '../../../core/render/actionFiles';
import { poll, sleep } from '../../../lab/run';
import { waitForHealth } from '../../../lab/status';
import { act, requestId } from './actions';
import { ClientView } from './clientView';
import { measured, primaryOf } from './failover';
import type { Chance } from './seed';
import { dropTable, expectNothingLost, underWriteLoad } from './writeLoad';

const TABLE = 'killed_action';
/** Where it is killed: while it plans, or in one of its steps. */
const MOMENTS = ['plan', 'decide', 'pause', 'drain', 'swap', 'follow', 'settle', 'resume', 'archive'] as const;
const LATER_MS = 1_500;
const HEALTH_MS = 240_000;

export async function killedSwitchovers(lab: Lab, rounds: number, chance: Chance): Promise<void> {
  const view = await ClientView.open(lab);
  const { load } = await underWriteLoad(lab, TABLE, async () => {
    for (let round = 0; round < rounds; round += 1)
      await killedOnce(lab, round, chance.oneOf(MOMENTS), chance.between(0, LATER_MS));
  }).finally(() => view.close());
  expectNothingLost(load);
  expect(view.twoPrimaries()).toEqual([]);
  await dropTable(lab, TABLE);
}

async function killedOnce(lab: Lab, round: number, moment: string, laterMs: number): Promise<void> {
  const from = await primaryOf(lab);
  const to = from.name === 'node1' ? 'node2' : 'node1';
  const words = [requestId(`killed-${round}`), 'switchover', `to=${to}`] as const;
  // Where it runs is no node that it stops.
  const first = act(lab, 'node3', ...words);
  await isIn(lab, words[0], moment);
  await sleep(laterMs);
  const unit = `kb-${words[0]}.service`;
  await lab.node('node3').exec(['systemctl', 'kill', '--signal=KILL', '--kill-who=all', unit], { anyExit: true });
  const before = await first;
  const again = await act(lab, 'node3', ...words);
  const at =
    before.code === 0 ? 'it was done' : (/interrupted at (\S+?);/.exec(before.said)?.[1] ?? 'before its first step');
  measured(`killed ${laterMs} ms after ${moment} began: ${at}`);
  const said = before.said + again.said;
  expect({ code: again.code, state: again.record?.state }, said).toEqual({ code: 0, state: 'succeeded' });
  expect(again.record?.result, said).toMatchObject({ from: from.name, to });
  expect((await waitForHealth(lab, HEALTH_MS)).reasons).toEqual([]);
  expect((await primaryOf(lab)).name).toBe(to);
}

/** Returns once the action has begun that step, or is past it. */
async function isIn(lab: Lab, id: string, moment: string): Promise<void> {
  const reached = async (): Promise<true | undefined> => {
    const { stdout } = await lab.node('node3').exec([ACTION, '--status', id], { anyExit: true });
    const { state, step } = JSON.parse(stdout || '{}') as { readonly state?: string; readonly step?: string };
    if (state === undefined || state === 'new') return undefined;
    if (state !== 'running' || moment === 'plan') return true;
    return MOMENTS.findIndex((each) => each === step) >= MOMENTS.findIndex((each) => each === moment)
      ? true
      : undefined;
  };
  expect(await poll(reached, 240_000, 50), `the action comes to ${moment}`).toBe(true);
}
