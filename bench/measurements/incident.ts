// The incident analysis of a cluster.log of 1 GB, beside `grep -c` of the same patterns over the same file.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POOL_TEXTS } from '../../core/incident/patterns/cluster';
import { projectRoot } from '../../lab/projectRoot';
import { writeClusterLog } from '../incidentLog';
import { runMeasured } from '../processTree';
import { median } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome } from '../types';
import { atMost } from '../verdict';

interface Report {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly lines: number;
  readonly incidents: number;
  readonly omitted: number;
}

const GB = 1_000_000_000;
/** At least 100 MB a second, or half of what grep does. */
const SECONDS_PER_GB = 10;

export const incident: Measurement = {
  name: 'incident',
  title: 'the analysis of a cluster.log of 1 GB, beside grep -c of the same patterns',
  needsLab: false,
  run: measure,
};

async function measure(context: BenchContext): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-incident-'));
  const undo = context.cleanup(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'cluster.log');
  const source = join(projectRoot(), 'test', 'support', 'v8r3-logs', 'killdb', 'node101', 'log', 'cluster.log');
  writeClusterLog(source, file, context.quick ? GB / 20 : GB);
  const gigabytes = statSync(file).size / GB;
  const ours: Report[] = [];
  const grep: number[] = [];
  for (let run = 0; run < runsOf(context, 3); run += 1) {
    // By turns, so that both meet the same machine.
    grep.push(await grepOnce(file));
    ours.push(await analyzeOnce(file));
  }
  await undo();
  const seconds = median(ours.map((one) => one.seconds));
  const reference = median(grep);
  const limit = Math.max(SECONDS_PER_GB * gigabytes, 2 * reference);
  const [first] = ours;
  return {
    rows: [
      { name: 'incident: time', unit: 's', ours: seconds, reference, limits: [atMost(limit)] },
      // The worst run counts.
      {
        name: 'incident: peak memory',
        unit: 'MiB',
        ours: Math.max(...ours.map((one) => one.peakMiB)),
        limits: [atMost(150)],
      },
    ],
    series: [
      { name: 'time', unit: 's', values: ours.map((one) => one.seconds), details: ours.map((one) => ({ ...one })) },
      { name: 'grep -c', unit: 's', values: grep },
      { name: 'peak memory', unit: 'MiB', values: ours.map((one) => one.peakMiB) },
    ],
    notes: [
      `${gigabytes.toFixed(2)} GB, ${first?.lines ?? 0} lines: ${Math.round((gigabytes * 1000) / seconds)} MB/s, grep -c ${Math.round((gigabytes * 1000) / reference)} MB/s`,
      `${first?.incidents ?? 0} incidents, ${first?.omitted ?? 0} older ones left out`,
    ],
  };
}

async function analyzeOnce(file: string): Promise<Report> {
  const run = await runMeasured(process.execPath, [join(__dirname, '..', 'incidentChild.js'), file], {
    timeoutMs: 600_000,
  });
  if (run.code !== 0) throw new Error(`the analysis failed with exit code ${run.code}: ${run.stderr}`);
  return JSON.parse(run.stdout) as Report;
}

/** In the C locale, where grep is quickest; every text that a pattern of ours begins with. */
async function grepOnce(file: string): Promise<number> {
  const argv = ['LC_ALL=C', 'grep', '-c', '-F', ...POOL_TEXTS.flatMap((text) => ['-e', text]), file];
  const run = await runMeasured('env', argv, { timeoutMs: 600_000 });
  if (run.code !== 0) throw new Error(`grep failed with exit code ${run.code}: ${run.stderr}`);
  return run.seconds;
}
