// What every scenario of a lost primary asks for: how long the program's own budget allows, what the program says afterwards.
import { expect } from 'vitest';
import { computeBudget } from '../../../core/budget/computeBudget';
import type { Budget, FailureKind } from '../../../core/budget/types';
import type { Lab, LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { readClusterSpec } from '../../../lab/stack/clusterSpec';
import { observeLab, waitForHealth } from '../../../lab/status';
import { runProgram } from './program';

/** The old primary's return: its daemons' cycles, at times cron's next minute, several times that on a busy machine. */
const HEALTH_MS = 300_000;
/** For what follows a promotion at once; one look at a host that is off takes its own connect time-out. */
const SETTLE_MS = 60_000;

export async function budgetOf(lab: Lab): Promise<Budget> {
  return computeBudget(await readClusterSpec(lab.manifest()));
}

/** Seconds within which writes go on at the endpoint, in the worst case that `up` prints. */
export async function worstOf(lab: Lab, failure: FailureKind): Promise<number> {
  const entry = (await budgetOf(lab)).rto.find((each) => each.failure === failure);
  if (entry === undefined || entry.total.worst === null)
    throw new Error(`the budget promises nothing about ${failure}`);
  return entry.total.worst;
}

/** Whoever leads; right after a promotion a look at the nodes can come too early for one of them. */
export async function primaryOf(lab: Lab): Promise<LabNode> {
  const primary = await poll(async () => (await observeLab(lab)).primary ?? undefined, SETTLE_MS, 500);
  if (primary === undefined) throw new Error('there is no single primary');
  return lab.node(primary);
}

/** Waits until exactly this node, of those that answer over the network, holds the virtual IP; fails with who does. */
export async function expectVirtualIpOn(lab: Lab, name: string, withinMs = SETTLE_MS): Promise<void> {
  const seen: { holders: readonly string[] } = { holders: [] };
  await poll(
    async () => {
      seen.holders = (await observeLab(lab)).virtualIp?.holders ?? [];
      return seen.holders.length === 1 && seen.holders[0] === name ? true : undefined;
    },
    withinMs,
    500,
  );
  expect(seen.holders).toEqual([name]);
}

/** The program has nothing to do about a failover: no change, and after a look at every host its outputs name the new primary. */
export async function expectProgramAgrees(lab: Lab, primary: string): Promise<void> {
  const again = await runProgram(lab, 'up');
  expect(again).toMatchObject({ ok: true, changed: [] });
  const refreshed = await runProgram(lab, 'up', ['--refresh']);
  expect(refreshed).toMatchObject({ ok: true, changed: [], outputs: { primary: `"${primary}"` } });
}

/** The cluster is whole again while clients write: another primary than before, and everybody follows it. */
export async function awaitOtherPrimary(lab: Lab, old: LabNode, withinMs = HEALTH_MS): Promise<LabNode> {
  const report = await waitForHealth(lab, withinMs);
  expect(report.reasons).toEqual([]);
  expect(report.primary).not.toBe(old.name);
  return lab.node(report.primary ?? '');
}

/** Figures that a run is worth keeping for, beside its verdict. */
export function measured(line: string): void {
  process.stderr.write(`measured: ${line}\n`);
}
