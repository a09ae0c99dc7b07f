// `npm run preflight` of three fresh nodes, as a user runs it: start of the program, connections, all checks, table.
import { join } from 'node:path';
import { projectRoot } from '../../lab/projectRoot';
import { labCluster, withFreshNodes, withStack } from '../labs';
import { runMeasured } from '../processTree';
import { median } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome } from '../types';
import { atMost } from '../verdict';

const LAB = 4;

export const preflight: Measurement = {
  name: 'preflight',
  title: 'the preflight of three fresh nodes',
  needsLab: true,
  run: measure,
};

function measure(context: BenchContext): Promise<Outcome> {
  return withFreshNodes(context, LAB, (lab) =>
    withStack(labCluster(lab.manifest()), async (stack) => {
      const seconds: number[] = [];
      for (let run = 0; run < runsOf(context, 7); run += 1) {
        const script = join(projectRoot(), 'dist', 'scripts', 'preflight.js');
        const argv = [script, '--stack', 'bench', '--config-file', stack.configFile];
        const found = await runMeasured(process.execPath, argv, { timeoutMs: 120_000 });
        // A preflight that stops early is fast for the wrong reason.
        if (found.code !== 0) throw new Error(`the preflight refuses fresh nodes:\n${found.stdout}${found.stderr}`);
        seconds.push(found.seconds);
      }
      return {
        rows: [{ name: 'preflight', unit: 's', ours: median(seconds), limits: [atMost(5)] }],
        series: [{ name: 'preflight', unit: 's', values: seconds }],
        notes: [],
      };
    }),
  );
}
