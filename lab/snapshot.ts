// A stopped fleet kept as a copy, so that each scenario starts from the same healthy cluster within seconds instead of
// building one. Kept in the cache; a copy that was interrupted never counts.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KingbaseError } from '../core/finding';
import { stopCluster } from './cluster';
import { checkLabName } from './forms';
import { openLab, type Lab } from './lab';
import { withLock } from './lock';
import { sweep } from './machines/sweep';
import { parseManifest, type Manifest } from './manifest';
import { bootAll } from './nodes';
import { FLEETS, labPaths } from './paths';
import { silent, type Progress } from './progress';
import { requireRoot } from './requireRoot';
import { run } from './run';
import { stackFiles } from './stack/stackFile';

const COPY_TIMEOUT_MS = 300_000;

function fleetDirectory(fleet: string): string {
  return join(FLEETS, fleet);
}

function fleetManifest(fleet: string): Manifest | undefined {
  const path = join(fleetDirectory(fleet), 'manifest.json');
  return existsSync(path) ? parseManifest(readFileSync(path, 'utf8'), path) : undefined;
}

/** Whether there is such a copy and the layers below its disks still exist. */
export function hasFleet(fleet: string): boolean {
  return fleetManifest(fleet)?.layers.every((layer) => existsSync(layer)) ?? false;
}

/** Shuts the nodes down in order and copies everything the lab has: disks, volumes, keys, the state of the stack. */
export async function saveFleet(lab: Lab, fleet: string, progress: Progress = silent): Promise<void> {
  checkFleetName(fleet);
  const faults = lab.manifest().faults;
  if (faults.length > 0) {
    throw new KingbaseError({
      code: 'lab/fleet-with-faults',
      path: lab.name,
      message: `a fleet with faults is no start for anything: ${faults.map((fault) => fault.name).join(', ')}`,
      hint: 'Undo them first: npm run lab:fault -- --undo-all',
    });
  }
  await progress.step(`shutting ${lab.name} down`, async () => {
    if (existsSync(stackFiles(lab.name).config)) await stopCluster(lab);
    await Promise.all(lab.nodes().map((node) => node.powerOff()));
  });
  const final = fleetDirectory(fleet);
  const temporary = `${final}.copying`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(dirname(final), { recursive: true });
  await progress.step(`keeping a copy as fleet ${fleet}`, () => copy(labPaths(lab.name).directory, temporary));
  const powered = (manifest: Manifest): Manifest => ({
    ...manifest,
    nodes: manifest.nodes.map((node) => ({ ...node, power: true })),
  });
  const path = join(temporary, 'manifest.json');
  writeFileSync(path, `${JSON.stringify(powered(parseManifest(readFileSync(path, 'utf8'), path)), undefined, 2)}\n`);
  rmSync(final, { recursive: true, force: true });
  renameSync(temporary, final);
}

/** The lab becomes what was kept, under the name and the addresses it had; whatever it was before is gone. Its nodes boot. */
export async function restoreFleet(fleet: string, progress: Progress = silent): Promise<Lab> {
  requireRoot();
  const manifest = fleetManifest(fleet);
  if (manifest === undefined || !hasFleet(fleet)) {
    throw new KingbaseError({
      code: 'lab/no-fleet',
      path: fleetDirectory(fleet),
      message: manifest === undefined ? 'there is no such fleet' : 'the layers below its disks are gone',
      hint: 'Make it again from a healthy lab.',
    });
  }
  const { name } = manifest;
  await withLock(labPaths(name).lock, async () => {
    await sweep(name);
    await progress.step(`restoring fleet ${fleet}`, () => copy(fleetDirectory(fleet), labPaths(name).directory));
    await bootAll(manifest, progress);
  });
  return openLab(name);
}

export function dropFleet(fleet: string): void {
  checkFleetName(fleet);
  rmSync(fleetDirectory(fleet), { recursive: true, force: true });
}

/** Copies made of the same lab under another digest: stale, and large. */
export function dropStaleFleets(lab: string): void {
  if (!existsSync(FLEETS)) return;
  for (const fleet of readdirSync(FLEETS)) {
    if (fleet.startsWith(`${lab}.`)) rmSync(join(FLEETS, fleet), { recursive: true, force: true });
  }
}

function checkFleetName(fleet: string): void {
  const [lab = '', ...digest] = fleet.split('.');
  checkLabName(lab);
  if (digest.length > 1 || !digest.every((part) => /^[0-9a-z]+$/.test(part))) checkLabName(fleet);
}

/** Overlay marks are extended attributes and device nodes: -a keeps both. Volumes are sparse and must stay so. */
async function copy(from: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true });
  await run('cp', ['-a', '--sparse=always', '--reflink=auto', '-T', from, to], { timeoutMs: COPY_TIMEOUT_MS });
}
