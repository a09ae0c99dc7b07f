// Backups that are added to a running cluster, proved, and taken through a failover: for repositories elsewhere than on a host of their own.
import { expect } from 'vitest';
import { applyFault } from '../../../lab/faults';
import type { Lab } from '../../../lab/lab';
import { observeWholeLab } from '../../../lab/status';
import { catalogueOf, expectLagGone, runJob } from './backups';
import { expectPassed, repositoryOf } from './drills';
import { awaitOtherPrimary, expectProgramAgrees, measured, primaryOf } from './failover';
import { errorsOf, runProgram } from './program';
import { changeCluster, withValue } from './stackConfig';

const timelineOf = (segment: string): number => Number.parseInt(segment.slice(0, 8), 16);

/**
 * First backup, archive, proofs (armed), failover, the next backup of every host on the new timeline, armed again. Taken out of the declaration at the end.
 * hosts: where backups run; each has a repository of its own.
 */
export async function backedUpThroughFailover(
  lab: Lab,
  repository: unknown,
  hosts: readonly string[],
  alsoHolds: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const undo = changeCluster(lab, (cluster) => withValue(cluster, ['backup'], { repository }));
  try {
    const first = await runProgram(lab, 'up');
    expect({ ok: first.ok, errors: errorsOf(first) }).toEqual({ ok: true, errors: '' });
    measured(`backups added, with the first full one on ${hosts.join(' and ')}: ${first.seconds.toFixed(1)} s`);
    for (const host of hosts) expect(await typesOn(lab, host), host).toEqual(['full']);
    await expectLagGone(lab);
    await alsoHolds();
    await prove(lab, hosts);
    await expectArmed(lab);

    const before = await newestTimelines(lab, hosts);
    const old = await primaryOf(lab);
    await applyFault(lab, 'kill-primary');
    const primary = await awaitOtherPrimary(lab, old);
    for (const host of hosts) await runJob(lab, 'incremental', host);
    const after = await newestTimelines(lab, hosts);
    for (const [index, host] of hosts.entries()) {
      expect(await typesOn(lab, host), host).toEqual(['full', 'incr']);
      expect(after[index], `${host}: timeline of its newest backup`).toBeGreaterThan(before[index] ?? Infinity);
    }
    await expectLagGone(lab);
    await expectArmed(lab);
    await expectProgramAgrees(lab, primary.name);
  } finally {
    undo();
    await runProgram(lab, 'up');
  }
}

async function prove(lab: Lab, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) await runJob(lab, 'verify', host);
  const drilled = await repositoryOf(lab, hosts[0]);
  expectPassed(await drilled.drill('--no-verify'));
}

async function expectArmed(lab: Lab): Promise<void> {
  expect((await observeWholeLab(lab)).armed).toEqual({ armed: true, reasons: [] });
}

async function typesOn(lab: Lab, host: string): Promise<readonly string[]> {
  return (await catalogueOf(lab, host)).backup.map(({ type }) => type);
}

async function newestTimelines(lab: Lab, hosts: readonly string[]): Promise<readonly number[]> {
  const newest = await Promise.all(hosts.map(async (host) => (await catalogueOf(lab, host)).backup.at(-1)));
  return newest.map((backup) => timelineOf(backup?.archive.start ?? ''));
}
