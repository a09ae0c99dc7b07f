// A healthy cluster for a scenario, within seconds: restored from a copy that was deployed once with exactly today's
// program, templates and images, and made anew where any of these has changed.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KingbaseError } from '../core/finding';
import { startCluster } from './cluster';
import { machinesDown } from './create';
import { DEFAULT_NAME, DEFAULT_SUBNET, type FormName } from './forms';
import { digestTree } from './image/layers';
import type { Lab } from './lab';
import { silent, type Progress } from './progress';
import { projectRoot } from './projectRoot';
import { dropStaleFleets, hasFleet, restoreFleet, saveFleet } from './snapshot';
import { labUp } from './up';

export interface HealthyLabOptions {
  readonly name?: string;
  readonly subnet?: string;
  readonly form?: FormName;
  readonly progress?: Progress;
}

/** What is deployed depends on these; a change of any makes the copy stale. */
const INPUTS = ['dist/core', 'dist/components', 'dist/remote', 'templates', 'lab/image', 'lab/toolchain', 'lab/stack'];

export async function healthyLab(options: HealthyLabOptions = {}): Promise<Lab> {
  const progress = options.progress ?? silent;
  const name = options.name ?? DEFAULT_NAME;
  const fleet = fleetName(name, options);
  if (!hasFleet(fleet)) await makeFleet(name, fleet, options, progress);
  const lab = await restoreFleet(fleet, progress);
  const report = await progress.step('starting its cluster', () => startCluster(lab));
  if (report.healthy) return lab;
  throw unhealthy(name, report.reasons);
}

/** A healthy cluster that was just stood up becomes the copy, where there is none of today's program yet; it is shut down for that. */
export async function keepHealthy(lab: Lab, options: HealthyLabOptions): Promise<boolean> {
  const fleet = fleetName(lab.name, options);
  if (hasFleet(fleet)) return false;
  dropStaleFleets(lab.name);
  await saveFleet(lab, fleet, options.progress);
  return true;
}

async function makeFleet(name: string, fleet: string, options: HealthyLabOptions, progress: Progress): Promise<void> {
  dropStaleFleets(name);
  await machinesDown(name);
  const { lab, report } = await labUp({ ...options, name, engine: 'standin', progress });
  if (report?.healthy !== true) throw unhealthy(name, report?.reasons ?? []);
  await saveFleet(lab, fleet, progress);
}

/** The lab's name, because addresses and keys are kept with it, and a digest of everything the deployment depends on. */
export function fleetName(name: string, options: HealthyLabOptions): string {
  const hash = createHash('sha256').update(`${options.form ?? 'three'}\0${options.subnet ?? DEFAULT_SUBNET}\0`);
  for (const input of INPUTS) {
    const path = join(projectRoot(), input);
    hash.update(`\0${input}\0`).update(statSync(path).isDirectory() ? digestTree(path) : readFileSync(path));
  }
  hash.update(readFileSync(join(projectRoot(), 'Pulumi.lab.yaml')));
  return `${name}.${hash.digest('hex').slice(0, 12)}`;
}

function unhealthy(name: string, reasons: readonly string[]): KingbaseError {
  return new KingbaseError({
    code: 'lab/not-healthy',
    path: name,
    message: `the cluster is not healthy: ${reasons.join('; ')}`,
    hint: `See it: npm run lab:status -- --name ${name}`,
  });
}
