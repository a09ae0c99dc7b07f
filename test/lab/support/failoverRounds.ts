// Failover after failover on one cluster: each round ends the primary's database at another moment of the daemons' cycle, with
// or without a run of the program in the midst of it.
import { expect } from 'vitest';
import { applyFault } from '../../../lab/faults';
import type { Lab } from '../../../lab/lab';
import { sleep } from '../../../lab/run';
import { ClientView } from './clientView';
import { awaitOtherPrimary, measured, primaryOf, worstOf } from './failover';
import { runProgram } from './program';
import type { Chance } from './seed';
import { expectNothingLost, underWriteLoad } from './writeLoad';

/** Longer than a cycle of repmgrd and kbha at the lab's settings. */
const CYCLE_MS = 3_000;
/** From before the retries are over until after the promotion. */
const FAILOVER_MS = 8_000;

/** What happens between the kill and the promotion, besides. */
type Meddling = 'nobody' | 'up' | 'up --refresh';

/** One round; fails where the old primary accepts writes once more after another one did. */
export async function failoverRound(lab: Lab, table: string, chance: Chance, name: string): Promise<void> {
  const old = await primaryOf(lab);
  const worst = await worstOf(lab, 'databaseKilled');
  const meddling = chance.oneOf<Meddling>(['nobody', 'up', 'up --refresh', 'up --refresh']);
  const [phaseMs, meddlesAfterMs] = [chance.between(0, CYCLE_MS), chance.between(0, FAILOVER_MS)];
  const view = await ClientView.open(lab);
  const { result, load } = await underWriteLoad(lab, table, async (writer) => {
    await sleep(phaseMs);
    await applyFault(lab, 'kill-primary');
    const killedAt = Date.now();
    const meddled = meddle(lab, meddling, meddlesAfterMs);
    expect(await writer.firstAckAfter(killedAt, worst * 1000), `${name}: a write within ${worst} s`).toBeDefined();
    const promoted = await awaitOtherPrimary(lab, old);
    await meddled;
    return promoted.name;
  }).finally(() => view.close());
  const gap = load.longestGapSeconds.toFixed(1);
  measured(`${name}: ${old.name} killed, ${meddling} after ${meddlesAfterMs} ms; ${result} after ${gap} s`);
  expectNothingLost(load);
  expect(view.twoPrimaries(), name).toEqual([]);
  expect(view.writers(), `${name}: who accepted writes, in order`).toEqual([old.name, result]);
  const handover = Math.min(
    ...view.samples.filter((s) => s.node === result && s.accepts === 'writes').map((s) => s.sentAt),
  );
  const returned = view.samples.filter((s) => s.node === old.name && s.accepts === 'writes' && s.sentAt > handover);
  expect(returned, `${name}: ${old.name} accepted writes after ${result} did`).toEqual([]);
}

/** Somebody runs the program meanwhile, which may well end with an error, and must do no harm. */
async function meddle(lab: Lab, meddling: Meddling, afterMs: number): Promise<void> {
  if (meddling === 'nobody') return;
  await sleep(afterMs);
  await runProgram(lab, 'up', meddling === 'up' ? [] : ['--refresh']);
}
