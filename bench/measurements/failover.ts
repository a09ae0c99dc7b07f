// Failover as a client sees it: kill -9 of the primary's database and a power cut of its host, time to the first write that the virtual
// IP acknowledges again, against the budget that `up` prints.
import { computeBudget } from '../../core/budget/computeBudget';
import type { FailureKind, RtoEntry } from '../../core/budget/types';
import { KingbaseError } from '../../core/finding';
import { parseClusterSpec } from '../../core/spec/parseClusterSpec';
import type { ClusterInput } from '../../core/spec/schema';
import { applyFault, undoFault } from '../../lab/faults';
import { Writer } from '../../lab/history/writer';
import type { Lab } from '../../lab/lab';
import { sleep } from '../../lab/run';
import { awaitHealthy } from '../clusterHealth';
import { runEngine } from '../engine';
import { labCluster, PASSWORDS, withFreshNodes, withStack } from '../labs';
import { findOutage } from '../outage';
import { summarize } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome, type Series } from '../types';
import { aim, aimRatio, atMostRatio, type Row } from '../verdict';

const LAB = 5;
const RUNS = 10;
/** The old primary boots, rewinds and catches up within this, or the run is a failure in itself. */
const RECOVERY_TIMEOUT_MS = 300_000;
/** After all is healthy: every repmgrd has looked at its upstream a few times. */
const SETTLE_MS = 5_000;
/** Writes that go well before the fault, and go on after it. */
const CALM_MS = 1_500;

type Preset = 'fast' | 'normal';

interface Disaster {
  readonly name: string;
  readonly fault: 'kill-database' | 'power-cut';
  readonly failure: FailureKind;
  readonly lasting: boolean;
}

const DISASTERS: readonly Disaster[] = [
  { name: 'kill', fault: 'kill-database', failure: 'databaseKilled', lasting: false },
  { name: 'power cut', fault: 'power-cut', failure: 'hostPoweredOff', lasting: true },
];

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

interface Crash {
  readonly seconds: number;
  readonly from: string;
  readonly to: string;
  readonly failedAttempts: number;
  /** Until the old primary was back as a standby and everything was healthy. */
  readonly recoveredAfterSeconds: number;
}

async function crashOnce(lab: Lab, disaster: Disaster): Promise<Crash> {
  const from = await awaitHealthy(lab, RECOVERY_TIMEOUT_MS);
  await sleep(SETTLE_MS);
  const [host = ''] = lab.manifest().virtualIp.split('/');
  const target = { host, port: 54321, user: 'system', password: PASSWORDS.system, database: 'test' };
  const writer = new Writer(target, { table: 'bench_history' });
  await writer.prepare();
  writer.start();
  let outage: ReturnType<typeof findOutage>;
  const begun = Date.now();
  try {
    await sleep(CALM_MS);
    if (writer.acked.length === 0) throw new Error(`no write goes through ${host} before the fault`);
    await applyFault(lab, disaster.fault, from);
    const first = await writer.firstAckAfter(Date.now(), RECOVERY_TIMEOUT_MS);
    if (first === undefined)
      throw new Error(`${disaster.name} of ${from}: no write through ${host} within ${RECOVERY_TIMEOUT_MS / 1000} s`);
    // The old primary may still acknowledge in the moment of its end: the gap must lie behind us, not before us.
    outage = await awaitOutage(writer, begun);
  } finally {
    await writer.stop();
    if (disaster.lasting) await undoFault(lab, disaster.fault, from);
  }
  const to = await awaitHealthy(lab, RECOVERY_TIMEOUT_MS);
  if (to === from) throw new Error(`${disaster.name} of ${from}: it is primary again, nothing was promoted`);
  const recoveredAfterSeconds = (Date.now() - begun - CALM_MS) / 1000;
  return { seconds: outage.seconds, from, to, failedAttempts: outage.failed, recoveredAfterSeconds };
}

async function awaitOutage(writer: Writer, since: number): Promise<NonNullable<ReturnType<typeof findOutage>>> {
  const deadline = Date.now() + RECOVERY_TIMEOUT_MS;
  for (;;) {
    await sleep(CALM_MS);
    const found = findOutage(writer.attempts, since);
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('writing was never interrupted, or never went on');
  }
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
