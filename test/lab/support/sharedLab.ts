// One deployed cluster that the scenarios share, because standing one up for each would take longer than all of them. A
// scenario that leaves it healthy hands it on; after one that did not, it is restored from a copy within seconds.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { fleetName, healthyLab, keepHealthy } from '../../../lab/healthyLab';
import { openLab, type Lab } from '../../../lab/lab';
import { readManifest } from '../../../lab/manifest';
import { labPaths } from '../../../lab/paths';
import { createProgress } from '../../../lab/progress';
import { observeLab } from '../../../lab/status';
import { skipReason } from './describeLab';
import { expectHealthy } from './health';
import { SHARED } from './sharedName';

export interface SharedLab {
  readonly lab: Lab;
  /** The cluster is healthy afterwards, but not as declared at first: the next scenario starts from the copy. */
  doNotHandOn(): void;
}

/**
 * The shared cluster for one file: healthy when its first test begins, proved healthy after its last.
 * ownCopy: from the copy, and the next file too: for what fills the volume of the repository.
 */
export function useSharedLab({ ownCopy = false }: { readonly ownCopy?: boolean } = {}): SharedLab {
  const scene: { lab?: Lab; keeps: boolean } = { keeps: !ownCopy };
  beforeAll(async () => {
    if (skipReason !== undefined) return;
    if (ownCopy) takeAway();
    scene.lab = await healthyCluster();
    takeAway();
  });
  // A test that failed half way may leave a healthy cluster that is not the declared one: the next file would be blamed for it.
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => {
      scene.keeps = false;
    });
  });
  afterAll(async () => {
    if (scene.lab === undefined) return;
    await expectHealthy(scene.lab);
    if (scene.keeps) handOn();
  });
  return {
    doNotHandOn: () => {
      scene.keeps = false;
    },
    get lab(): Lab {
      if (scene.lab === undefined) throw new Error('the shared lab is there from beforeAll on');
      return scene.lab;
    },
  };
}

export async function healthyCluster(): Promise<Lab> {
  return (await runningCluster()) ?? (await healthyLab({ ...SHARED, progress: createProgress() }));
}

async function runningCluster(): Promise<Lab | undefined> {
  const mark = markFile();
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== madeBy()) return undefined;
  const manifest = readManifest(SHARED.name);
  if (manifest?.phase !== 'ready' || manifest.faults.length > 0) return undefined;
  const lab = openLab(SHARED.name);
  const { healthy, primary } = await observeLab(lab);
  // Scenarios name their nodes: each begins with node1 as primary.
  return healthy && primary === 'node1' ? lab : undefined;
}

/** There only while nobody uses the cluster and the last one has proved that it is healthy. */
function markFile(): string {
  return join(labPaths(SHARED.name).directory, 'ready-for-next');
}

/** Another program may want other files on the nodes. */
function madeBy(): string {
  return fleetName(SHARED.name, SHARED);
}

export function handOn(): void {
  writeFileSync(markFile(), madeBy());
}

/** The same for one that was stood up from nothing: it becomes the copy that others start from, where there is none. */
export async function handOnAsCopy(lab: Lab): Promise<void> {
  if (!(await keepHealthy(lab, SHARED))) handOn();
}

/** For a file that leaves the cluster unfit for the next one. */
export function startsFromCopy(): void {
  takeAway();
}

function takeAway(): void {
  rmSync(markFile(), { force: true });
}
