// The whole of `up`: machines, stack, the project's program, and the proof that the cluster is healthy.
import type { ClusterStatusReport } from '../core/observe/clusterReport';
import { machinesUp, type MachinesOptions } from './create';
import { updateManifest, type Lab } from './lab';
import { withLock } from './lock';
import { labPaths } from './paths';
import { silent } from './progress';
import { chooseEngine, deploy, readOutputs, requireSuccess, type EngineName } from './stack/deploy';
import { ensureMedia } from './stack/media';
import { ensureStackFile } from './stack/stackFile';
import { observeWholeLab, waitForHealth } from './status';

export interface UpOptions extends MachinesOptions {
  /** false: machines and stack config only. */
  readonly deploy?: boolean;
  readonly engine?: EngineName;
  /** Reads back what is on the nodes first, so that what was changed there by hand is repaired. */
  readonly refresh?: boolean;
}

export interface UpResult {
  readonly lab: Lab;
  /** undefined where nothing was deployed. */
  readonly report?: ClusterStatusReport;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** kbha is started by cron: a node that was just added may need its next minute, and a busy machine a few. */
const HEALTH_TIMEOUT_MS = 240_000;

export async function labUp(options: UpOptions = {}): Promise<UpResult> {
  const progress = options.progress ?? silent;
  const lab = await machinesUp(options);
  return withLock(labPaths(lab.name).lock, async () => {
    const manifest = await ensureMedia(lab.manifest());
    await updateManifest(lab.name, (current) => ({ ...current, media: manifest.media }));
    await ensureStackFile(manifest);
    if (options.deploy === false) return { lab, outputs: {} };
    const engine = options.engine ?? (await chooseEngine());
    const name = engine === 'pulumi' ? 'the Pulumi CLI' : 'the stand-in engine';
    const result = await progress.step(`running the program with ${name}`, () =>
      deploy({ lab: lab.name, verb: 'up', engine, words: options.refresh === true ? ['--refresh'] : [] }),
    );
    requireSuccess(result, 'up');
    const report = await progress.step('asking every node', async () => {
      const seen = await waitForHealth(lab, HEALTH_TIMEOUT_MS);
      return seen.healthy ? observeWholeLab(lab) : seen;
    });
    return { lab, report, outputs: await readOutputs(lab.name, engine) };
  });
}
