// The lab's second form for the scenarios about it, one file at a time. Whoever needs it first stands it up from nothing; a file whose
// tests all passed hands it on. There is no copy of it: installing from db.zip takes hardly longer than restoring one would.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { machinesDown } from '../../../lab/create';
import { fleetName } from '../../../lab/healthyLab';
import { openLab, type Lab } from '../../../lab/lab';
import { readManifest } from '../../../lab/manifest';
import { withLock } from '../../../lab/lock';
import { labPaths } from '../../../lab/paths';
import { createProgress } from '../../../lab/progress';
import { observeLab } from '../../../lab/status';
import { labUp } from '../../../lab/up';
import { skipReason } from './describeLab';
import { expectHealthy } from './health';
import { WITNESS } from './sharedName';

export interface WitnessLab {
  readonly lab: Lab;
}

/** running: handed on by an earlier file, or stood up. machines: hosts on which nothing was ever installed. */
export function useWitnessLab(start: 'running' | 'machines'): WitnessLab {
  const scene: { lab?: Lab; failed: boolean; release?: () => void } = { failed: false };
  beforeAll(async () => {
    if (skipReason !== undefined) return;
    scene.release = await onlyUser();
    const running = start === 'running' ? await runningCluster() : undefined;
    scene.lab = running ?? (await fresh(start));
    rmSync(markFile(), { force: true });
  });
  afterEach(({ task }) => {
    scene.failed ||= task.result?.state === 'fail';
  });
  afterAll(async () => {
    try {
      if (scene.lab === undefined || scene.failed || readManifest(WITNESS.name) === undefined) return;
      await expectHealthy(scene.lab);
      writeFileSync(markFile(), madeBy());
    } finally {
      scene.release?.();
    }
  });
  return {
    get lab(): Lab {
      if (scene.lab === undefined) throw new Error('the lab is there from beforeAll on');
      return scene.lab;
    },
  };
}

/** Waits until no other file uses it; the lock dies with this process. */
function onlyUser(): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const lock = `${labPaths(WITNESS.name).lock}.scenarios`;
    const hold = (): Promise<void> => new Promise((release) => resolve(release));
    withLock(lock, hold).catch(reject);
  });
}

async function fresh(start: 'running' | 'machines'): Promise<Lab> {
  await machinesDown(WITNESS.name);
  const { lab } = await labUp({
    ...WITNESS,
    engine: 'standin',
    deploy: start === 'running',
    progress: createProgress(),
  });
  if (start === 'running') await expectHealthy(lab, { primary: 'node1' });
  return lab;
}

async function runningCluster(): Promise<Lab | undefined> {
  const mark = markFile();
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== madeBy()) return undefined;
  if (readManifest(WITNESS.name)?.phase !== 'ready') return undefined;
  const lab = openLab(WITNESS.name);
  const { healthy, primary } = await observeLab(lab);
  return healthy && primary === 'node1' ? lab : undefined;
}

/** There only while nobody uses the cluster and the last one has proved that it is healthy. */
function markFile(): string {
  return join(labPaths(WITNESS.name).directory, 'ready-for-next');
}

/** Another program may want other files on the nodes. */
function madeBy(): string {
  return fleetName(WITNESS.name, WITNESS);
}
