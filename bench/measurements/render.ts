// Config → spec → plan → every rendered file of 100 clusters of 5 nodes, in one process: what a program costs before any resource exists.
import { join } from 'node:path';
import { runMeasured } from '../processTree';
import { runsOf, type BenchContext, type Measurement, type Outcome } from '../types';
import { atMost } from '../verdict';
import { median } from '../statistics';

export interface RenderReport {
  readonly clusters: number;
  readonly nodes: number;
  readonly files: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Peak resident memory of the whole process, Node itself included. */
  readonly peakMiB: number;
}

const CLUSTERS = 100;
const NODES = 5;

export const render: Measurement = {
  name: 'render',
  title: `config → spec → plan → all files for ${CLUSTERS} clusters of ${NODES} nodes, in process`,
  needsLab: false,
  run: measure,
};

async function measure(context: BenchContext): Promise<Outcome> {
  const clusters = context.quick ? 10 : CLUSTERS;
  const reports: RenderReport[] = [];
  for (let run = 0; run < runsOf(context, 5); run += 1) reports.push(await renderOnce(clusters));
  const seconds = reports.map((report) => report.seconds);
  const memory = reports.map((report) => report.peakMiB);
  const { files = 0, bytes = 0 } = reports[0] ?? {};
  return {
    rows: [
      { name: 'render: time', unit: 's', ours: median(seconds), limits: [atMost(2)] },
      // The worst run counts: memory has no noise that one could average away.
      { name: 'render: peak memory', unit: 'MiB', ours: Math.max(...memory), limits: [atMost(300)] },
    ],
    series: [
      { name: 'time', unit: 's', values: seconds, details: reports.map((report) => ({ ...report })) },
      { name: 'peak memory', unit: 'MiB', values: memory },
    ],
    notes: [`${clusters} clusters of ${NODES} nodes: ${files} files, ${Math.round(bytes / 1024)} KiB`],
  };
}

/** A process of its own for each run: no warm code, no memory of the run before. */
async function renderOnce(clusters: number): Promise<RenderReport> {
  const argv = [join(__dirname, '..', 'renderChild.js'), String(clusters), String(NODES)];
  const run = await runMeasured(process.execPath, argv, { timeoutMs: 120_000 });
  if (run.code !== 0) throw new Error(`rendering failed with exit code ${run.code}: ${run.stderr}`);
  return JSON.parse(run.stdout) as RenderReport;
}
