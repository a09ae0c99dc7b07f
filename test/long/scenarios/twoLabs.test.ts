// Proves: two labs of different forms, told apart by name and network alone, are healthy side by side; their nodes do not reach one
// another; while one loses its primary's host, clients of the other write on, and nothing there is promoted, restarted, rewritten
// or found changed; taking the broken one down leaves no mount, cable, bridge, loop device, process, rule or file of it, and the
// other whole.
// Does not prove: anything about how much two labs slow each other down on one machine.
import { expect, it } from 'vitest';
import { machinesDown } from '../../../lab/create';
import { applyFault } from '../../../lab/faults';
import { findPrimaries } from '../../../lab/faults/primary';
import { findDaemon } from '../../../lab/faults/processes';
import type { Lab } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { measured, worstOf } from '../../lab/support/failover';
import { footprintOf, rewritten, type Footprint } from '../../lab/support/footprint';
import { expectHealthy } from '../../lab/support/health';
import { runProgram } from '../../lab/support/program';
import { NO_REMAINS, remains, type Remains } from '../../lab/support/remains';
import { useSharedLab } from '../../lab/support/sharedLab';
import { useWitnessLab } from '../../lab/support/witnessLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

/** No clock can tell a failover of this lab from a busy machine; its timeline, its processes and who answered can. This is for a broken line. */
const PAUSE_SECONDS = 20;
const WRITES_ON_MS = 60_000;

describeLab('two labs side by side', () => {
  const shared = useSharedLab();
  const witness = useWitnessLab('running');
  const labs = (): readonly Lab[] => [shared.lab, witness.lab];

  it('are both healthy, and the nodes of one do not reach those of the other', async () => {
    for (const lab of labs()) await expectHealthy(lab, { primary: 'node1' });
    const [one, other] = labs().map((lab) => lab.manifest());
    expect(one?.bridge).not.toBe(other?.bridge);
    for (const [from, to] of [labs(), [...labs()].reverse()]) {
      const ping = ['ping', '-c', '1', '-W', '1', to?.node('node2').host ?? ''];
      expect((await from?.node('node1').exec(ping, { anyExit: true }))?.code, `${from?.name} to ${to?.name}`).not.toBe(
        0,
      );
    }
  });

  it('do not feel each other’s failures: a power cut in one, and clients of the other write on', async () => {
    const { lab } = shared;
    const table = 'beside_a_power_cut';
    const before = await imageOf(lab);
    const view = await ClientView.open(lab);
    const { result: run, load } = await underWriteLoad(lab, table, async (writer) => {
      await applyFault(witness.lab, 'power-cut', 'node1');
      const cutAt = Date.now();
      const limit = (await worstOf(witness.lab, 'hostPoweredOff')) * 1000;
      expect(await poll(() => leads(witness.lab, 'node2'), limit, 500), 'node2 takes over in the other lab').toBe(true);
      const during = writer.acked.filter(({ sentAt }) => sentAt > cutAt);
      expect(during.length, 'writes while the other lab had no primary').toBeGreaterThan(0);
      return runProgram(lab, 'up', ['--refresh']);
    }).finally(() => view.close());
    measured(`beside a lab that loses its primary: no write for ${load.longestGapSeconds.toFixed(1)} s at most`);
    expect({ ok: run.ok, drifted: run.drifted, changed: run.changed }).toEqual({ ok: true, drifted: [], changed: [] });
    expect(load.longestGapSeconds).toBeLessThan(PAUSE_SECONDS);
    expect(load.servers).toHaveLength(1);
    expectNothingLost(load);
    expect({ writers: view.writers(), endpoint: view.endpointWriters() }).toEqual({
      writers: ['node1'],
      endpoint: ['node1'],
    });
    await dropTable(lab, table);
    await expectUntouched(lab, before);
  });

  it('are taken down one by one: nothing is left of the first, and all of the second', async () => {
    const { lab } = shared;
    const { name } = witness.lab;
    const there = await remains(name);
    expect(there.links.length).toBeGreaterThan(2);
    expect(there.tables.length).toBe(2);
    expect([there.groups.length, there.processes.length, there.loops.length].every((count) => count > 0)).toBe(true);
    const before = await imageOf(lab);
    const table = 'beside_a_farewell';
    const { load } = await underWriteLoad(lab, table, async (writer) => {
      await machinesDown(name);
      await writer.ackedCount(100, WRITES_ON_MS);
    });
    expect(await remains(name)).toEqual(NO_REMAINS);
    expect(load.longestGapSeconds).toBeLessThan(PAUSE_SECONDS);
    expectNothingLost(load);
    await dropTable(lab, table);
    await expectUntouched(lab, before);
  });
});

/** What must not move in a lab that is not concerned. */
interface Image {
  readonly footprint: Footprint;
  /** By node: the machine's init, its database and daemons. */
  readonly processes: Readonly<Record<string, readonly (number | undefined)[]>>;
  readonly timelines: readonly (number | null)[];
  /** The lab's part of this machine. */
  readonly parts: Omit<Remains, 'processes'>;
}

async function imageOf(lab: Lab): Promise<Image> {
  const report = await expectHealthy(lab, { primary: 'node1' });
  const processes = await Promise.all(
    lab.nodes().map(async (node) => {
      const daemons = node.info().role === 'database' ? (['database', 'repmgrd', 'kbha'] as const) : [];
      const pids = await Promise.all(daemons.map((daemon) => findDaemon(lab, node, daemon)));
      return [node.name, [node.info().leaderPid, ...pids]] as const;
    }),
  );
  const { processes: _processes, ...parts } = await remains(lab.name);
  return {
    footprint: await footprintOf(lab),
    processes: Object.fromEntries(processes),
    timelines: report.nodes.map((node) => node.timeline),
    parts,
  };
}

async function expectUntouched(lab: Lab, before: Image): Promise<void> {
  const after = await imageOf(lab);
  expect(rewritten(before.footprint, after.footprint)).toEqual([]);
  expect({ ...after, footprint: after.footprint.started }).toEqual({ ...before, footprint: before.footprint.started });
}

async function leads(lab: Lab, name: string): Promise<true | undefined> {
  const found = await findPrimaries(lab);
  return found.length === 1 && found[0]?.name === name ? true : undefined;
}
