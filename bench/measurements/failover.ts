// Failover as a client sees it: kill -9 of the primary's database and a power cut of its host, time to the first write that the virtual
// IP acknowledges again, against the budget that `up` prints.
import { computeBudget } from '../../core/budget/computeBudget';
import type { FailureKind, RtoEntry } from '../../core/budget/types';
import { KingbaseError } from '../../core/finding';
import { parseClusterSpec } from '../../core/spec/parseClusterSpec';
import type { ClusterInput } from '../../core/spec/schema';
import type { Lab } from '../../lab/lab';
import { crashOnce, DISASTERS, type Crash, type Disaster } from '../crash';
import { runEngine } from '../engine';
import { labCluster, withFreshNodes, withStack } from '../labs';
import { summarize } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome, type Series } from '../types';
import { aim, aimRatio, atMostRatio, type Row } from '../verdict';

const FIRST_LAB = 5;
const RUNS = 10;

type Preset = 'fast' | 'normal';

/** How the runs of a preset are spread over labs that stand side by side. */
interface Lot {
  readonly disaster: Disaster;
  readonly runs: number;
}

export const failover: Measurement = {
  name: 'failover',
  title: 'kill and power cut of the primary: time to the first write through the endpoint, presets fast and normal',
  needsLab: true,
  run: measure,
};

async function measure(context: BenchContext): Promise<Outcome> {
  const rows: Row[] = [];
  const series: Series[] = [];
  for (const preset of ['fast', 'normal'] as const) {
    const found = await measurePreset(context, preset, spread(preset, runsOf(context, RUNS)));
    rows.push(...found.rows);
    series.push(...found.series);
  }
  const notes = [
    'seconds are the gap in the acknowledgements of a client that writes one row after another through the virtual IP',
    'p50 stands against the expected total of the printed budget, p95 against its worst',
    'fast: one lab, one run at a time; normal, which waits for a minute and more in each run: three labs side by side',
  ];
  return { rows, series, notes };
}

/**
 * fast measures seconds: it has the machine for itself. normal waits out 10 looks 6 s apart: kills in one lab, power cuts, which take twice as
 * long, in two, and what the labs cost each other is lost in its minutes.
 */
export function spread(preset: Preset, runs: number): readonly (readonly Lot[])[] {
  if (preset === 'fast') return [DISASTERS.map((disaster) => ({ disaster, runs }))];
  return DISASTERS.flatMap((disaster) => {
    const labs = disaster.lasting ? [Math.ceil(runs / 2), Math.floor(runs / 2)] : [runs];
    return labs.filter((count) => count > 0).map((count) => [{ disaster, runs: count }]);
  });
}

async function measurePreset(
  context: BenchContext,
  preset: Preset,
  labs: readonly (readonly Lot[])[],
): Promise<{ rows: readonly Row[]; series: readonly Series[] }> {
  const all = labs.map((lots, at) =>
    withFreshNodes(context, FIRST_LAB + at, (lab) => crashes(context, lab, preset, lots)),
  );
  // Every lab is through, whether or not another one failed: none is taken down under a running fault.
  const settled = await Promise.allSettled(all);
  const done = settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
  const budgets = done[0]?.cluster;
  if (budgets === undefined) throw new Error('no lab to measure in');
  const rows: Row[] = [];
  const series: Series[] = [];
  for (const disaster of DISASTERS) {
    const runs = done.flatMap(({ crashes: found }) => found.get(disaster) ?? []);
    const values = runs.map(({ seconds }) => seconds);
    const details = runs.map((crash) => ({ ...crash }));
    series.push({ name: `${preset}, ${disaster.name}`, unit: 's', values, details });
    rows.push(...rowsOf(preset, disaster, values, budgetOf(budgets, disaster.failure)));
  }
  return { rows, series };
}

/** Stands a cluster up in this lab and makes its primary fail, as often as the lots say. */
async function crashes(
  context: BenchContext,
  lab: Lab,
  preset: Preset,
  lots: readonly Lot[],
): Promise<{ cluster: ClusterInput; crashes: ReadonlyMap<Disaster, readonly Crash[]> }> {
  const { gateway, name } = lab.manifest();
  const cluster = labCluster(lab.manifest(), {
    failover: { preset, recovery: 'automatic', trustedServers: [gateway] },
  });
  context.say(`failover: ${name} stands a cluster up with preset ${preset}`);
  await withStack(cluster, (stack) => runEngine({ verb: 'up', stack }));
  const found = new Map<Disaster, readonly Crash[]>();
  for (const { disaster, runs } of lots) {
    for (let run = 0; run < runs; run += 1) {
      const crash = await crashOnce(lab, disaster);
      const took = `${crash.seconds.toFixed(2)} s, ${crash.from} → ${crash.to}`;
      context.say(
        `failover ${preset}, ${name}, ${disaster.name} ${run + 1} of ${runs}: ${took}, healthy after ${crash.recoveredAfterSeconds.toFixed(0)} s`,
      );
      found.set(disaster, [...(found.get(disaster) ?? []), crash]);
    }
  }
  return { cluster, crashes: found };
}

function budgetOf(cluster: ClusterInput, failure: FailureKind): RtoEntry {
  const parsed = parseClusterSpec(cluster);
  if (!parsed.ok) throw new KingbaseError(parsed.findings);
  const entry = computeBudget(parsed.spec).rto.find((candidate) => candidate.failure === failure);
  if (entry === undefined) throw new Error(`the budget says nothing about ${failure}`);
  return entry;
}

function rowsOf(preset: Preset, disaster: Disaster, values: readonly number[], { total }: RtoEntry): Row[] {
  const { p50, p95 } = summarize(values);
  const name = `failover ${preset}, ${disaster.name}`;
  const target = preset === 'fast' ? [aim(10)] : [];
  return [
    { name: `${name}: p50`, unit: 's', ours: p50, reference: total.expected, limits: [aimRatio(1)] },
    total.worst === null
      ? { name: `${name}: p95`, unit: 's', ours: p95, limits: target }
      : { name: `${name}: p95`, unit: 's', ours: p95, reference: total.worst, limits: [atMostRatio(1), ...target] },
  ];
}
