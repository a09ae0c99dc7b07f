// The first `up` of three nodes against a plain shell script over ssh that does the same steps: fresh nodes for each, in turns, so that
// whatever else happens on the machine hits both alike.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/lab';
import { projectRoot } from '../../lab/projectRoot';
import { runEngine } from '../engine';
import { labCluster, withFreshNodes, withStack } from '../labs';
import { requireSameEnd } from '../plain/sameEnd';
import { writeStage } from '../plain/stage';
import { runMeasured } from '../processTree';
import { median } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome } from '../types';
import { aimRatio, atMostRatio } from '../verdict';
import { awaitHealthy } from '../clusterHealth';

export const firstUp: Measurement = {
  name: 'firstUp',
  title: 'first `up` of three fresh nodes against the same steps by a plain shell script over ssh',
  needsLab: true,
  run: measure,
};

interface Way {
  readonly name: 'ours' | 'plain';
  readonly lab: number;
  readonly build: (lab: Lab) => Promise<number>;
}

const OURS: Way = { name: 'ours', lab: 1, build: buildByUp };
const PLAIN: Way = { name: 'plain', lab: 2, build: buildByScript };

async function measure(context: BenchContext): Promise<Outcome> {
  const seconds: Record<Way['name'], number[]> = { ours: [], plain: [] };
  for (let run = 0; run < runsOf(context, 5); run += 1) {
    // Who comes first changes each time: caches and a slowing machine favour neither.
    for (const way of run % 2 === 0 ? [OURS, PLAIN] : [PLAIN, OURS]) {
      const taken = await withFreshNodes(context, way.lab, async (lab) => {
        const built = await way.build(lab);
        await awaitHealthy(lab, 60_000);
        await requireSameEnd(lab);
        return built;
      });
      context.say(`firstUp ${run + 1}: ${way.name} ${taken.toFixed(1)} s`);
      seconds[way.name].push(taken);
    }
  }
  const limits = [atMostRatio(1.8), aimRatio(1.3)];
  return {
    rows: [{ name: 'first up', unit: 's', ours: median(seconds.ours), reference: median(seconds.plain), limits }],
    series: [
      { name: 'ours', unit: 's', values: seconds.ours },
      { name: 'plain script', unit: 's', values: seconds.plain },
    ],
    notes: [
      'booting the nodes is not counted; afterwards, untimed, both ends were checked: healthy, the same files byte for byte, the firewall loaded',
    ],
  };
}

function buildByUp(lab: Lab): Promise<number> {
  return withStack(labCluster(lab.manifest()), async (stack) => (await runEngine({ verb: 'up', stack })).seconds);
}

async function buildByScript(lab: Lab): Promise<number> {
  const stage = mkdtempSync(join(tmpdir(), 'kingbase-stage-'));
  try {
    writeStage(stage, lab.manifest());
    const script = join(projectRoot(), 'bench', 'plain', 'cluster.sh');
    const run = await runMeasured('bash', [script, stage]);
    if (run.code !== 0) throw new Error(`the plain script failed with exit code ${run.code}:\n${run.stderr}`);
    return run.seconds;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
