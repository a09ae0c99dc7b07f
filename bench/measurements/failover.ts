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

const LAB = 5;
const RUNS = 10;

type Preset = 'fast' | 'normal';

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
    const found = await withFreshNodes(context, LAB, (lab) => measurePreset(context, lab, preset));
    rows.push(...found.rows);
    series.push(...found.series);
  }
  const notes = [
    'seconds are the gap in the acknowledgements of a client that writes one row after another through the virtual IP',
    'p50 stands against the expected total of the printed budget, p95 against its worst',
  ];
  return { rows, series, notes };
}

async function measurePreset(
  context: BenchContext,
  lab: Lab,
  preset: Preset,
): Promise<{ rows: readonly Row[]; series: readonly Series[] }> {
  const { gateway } = lab.manifest();
  const cluster = labCluster(lab.manifest(), {
    failover: { preset, recovery: 'automatic', trustedServers: [gateway] },
  });
  context.say(`failover: standing a cluster up with preset ${preset}`);
  await withStack(cluster, (stack) => runEngine({ verb: 'up', stack }));
  const rows: Row[] = [];
  const series: Series[] = [];
  for (const disaster of DISASTERS) {
    const runs: Crash[] = [];
    for (let run = 0; run < runsOf(context, RUNS); run += 1) {
      const crash = await crashOnce(lab, disaster);
      context.say(
        `failover ${preset}, ${disaster.name} ${run + 1}: ${crash.seconds.toFixed(2)} s, ${crash.from} → ${crash.to}`,
      );
      runs.push(crash);
    }
    const values = runs.map(({ seconds }) => seconds);
    series.push({
      name: `${preset}, ${disaster.name}`,
      unit: 's',
      values,
      details: runs.map((crash) => ({ ...crash })),
    });
    rows.push(...rowsOf(preset, disaster, values, budgetOf(cluster, disaster.failure)));
  }
  return { rows, series };
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
