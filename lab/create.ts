// Makes a lab's machines, brings an existing lab back to running, takes it all down.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { KingbaseError } from '../core/finding';
import { bridgeName, checkLabName, DEFAULT_NAME, DEFAULT_SUBNET, FORMS, planNetwork, type FormName } from './forms';
import {
  ensureCloudInit,
  ensureKwdbLayer,
  ensureLayers,
  ensurePrefixLayer,
  ensureV8r3Layers,
  type Layers,
} from './image/layers';
import { openLab, type Lab } from './lab';
import { dropLayers, readManifestOrNothing } from './labs';
import { withLock } from './lock';
import { createDisk, createKey, type CloudSeed } from './machines/disk';
import { sweep } from './machines/sweep';
import { writeManifest, type Manifest } from './manifest';
import { bootAll, newNode, writeKnownHosts } from './nodes';
import { labPaths } from './paths';
import { silent, type Progress } from './progress';
import { requireRoot } from './requireRoot';

export interface MachinesOptions {
  readonly name?: string;
  readonly subnet?: string;
  readonly form?: FormName;
  /** Directory with db.zip and license.dat: install these instead of the lab's own toolchain. */
  readonly media?: string;
  /** Only these nodes of the form; tests of the machines need one or two. */
  readonly only?: readonly string[];
  /** Nodes that cloud-init sets up from user data, in place of what a lab node is given beforehand. */
  readonly cloud?: CloudSeed;
  readonly progress?: Progress;
}

export async function machinesUp(options: MachinesOptions = {}): Promise<Lab> {
  const name = options.name ?? DEFAULT_NAME;
  checkLabName(name);
  requireRoot();
  // What we write becomes directories of a node: their modes must not depend on who runs us.
  process.umask(0o022);
  const progress = options.progress ?? silent;
  const waiting = (): void => progress.say(`waiting: another command works on lab "${name}"`);
  return withLock(
    labPaths(name).lock,
    async () => {
      const found = await recover(name, options, progress);
      const manifest = found ?? (await create(name, options, progress));
      await bootAll(manifest, progress);
      return openLab(name);
    },
    { onWait: waiting },
  );
}

/** A complete lab is used again; the remains of one that was killed while it was made are swept. */
async function recover(name: string, options: MachinesOptions, progress: Progress): Promise<Manifest | undefined> {
  const manifest = readManifestOrNothing(name);
  if (manifest?.phase === 'ready') {
    refuseOtherShape(manifest, options);
    return manifest;
  }
  if (manifest !== undefined || existsSync(labPaths(name).directory)) {
    await progress.step(`clearing away what an interrupted run left of lab "${name}"`, () => sweep(name));
  } else {
    // Without a directory there may still be processes, cables or a bridge.
    await sweep(name);
  }
  return undefined;
}

/** A lab keeps the form, network and media it was made with: an option that asks for others is refused, not ignored. */
export function refuseOtherShape(manifest: Manifest, options: MachinesOptions): void {
  const differs = (path: string, has: string, wanted: string | undefined): void => {
    if (wanted === undefined || wanted === has) return;
    throw new KingbaseError({
      code: 'lab/other-shape',
      path,
      message: `lab "${manifest.name}" exists with ${has}, not ${wanted}`,
      hint: `Take it down first (npm run lab:down -- --name ${manifest.name}), or give the new lab another --name.`,
    });
  };
  differs('--form', manifest.form, options.form);
  differs('--subnet', manifest.subnet, options.subnet);
  const media = options.media === undefined ? undefined : findMedia(options.media).zip;
  differs('--media', manifest.media?.zip ?? 'the lab’s own toolchain', media);
}

async function create(name: string, options: MachinesOptions, progress: Progress): Promise<Manifest> {
  const form = FORMS[options.form ?? 'three'];
  const layers = await ensureLayers(progress);
  dropLayers();
  const stack = await layersOf(options, layers, progress);
  mkdirSync(labPaths(name).directory, { recursive: true, mode: 0o755 });
  let manifest = emptyManifest(name, options, stack);
  writeManifest(manifest);
  await createKey(manifest.privateKeyFile, `lab ${name}`);
  const nodes = form.nodes.filter((node) => options.only?.includes(node.name) ?? true);
  manifest = { ...manifest, nodes: await Promise.all(nodes.map((node) => newNode(manifest, node, options.cloud))) };
  await progress.step(`making the disks of ${nodes.length} nodes`, () =>
    Promise.all(manifest.nodes.map((node) => createDisk(manifest, node, options.cloud))),
  );
  manifest = { ...manifest, phase: 'ready' };
  writeManifest(manifest);
  writeKnownHosts(manifest);
  return manifest;
}

/** Topmost first. */
async function layersOf(options: MachinesOptions, layers: Layers, progress: Progress): Promise<readonly string[]> {
  const { install, prefix } = FORMS[options.form ?? 'three'];
  if (install === 'kwdb') return [await ensureKwdbLayer(layers.base, progress), layers.base];
  if (layers.toolchain === undefined) return [layers.base];
  if (install === 'v8r3') {
    const { base, toolchain } = layers;
    return [...(await ensureV8r3Layers({ base, toolchain }, dirname(prefix), progress)), toolchain, base];
  }
  const existing = install === 'existing' && options.media === undefined;
  const laid = existing ? [await ensurePrefixLayer(layers.toolchain, prefix, progress)] : [];
  const booted = options.cloud === undefined ? [] : [await ensureCloudInit(layers.base, progress)];
  return [...laid, ...booted, layers.toolchain, layers.base];
}

function emptyManifest(name: string, options: MachinesOptions, layers: readonly string[]): Manifest {
  const form = FORMS[options.form ?? 'three'];
  const network = planNetwork(options.subnet ?? DEFAULT_SUBNET);
  return {
    version: 1,
    name,
    form: form.name,
    phase: 'creating',
    subnet: network.subnet,
    bridge: bridgeName(name),
    gateway: network.gateway,
    ...(form.moreGateways === undefined ? {} : { moreGateways: form.moreGateways.map(network.address) }),
    virtualIp: network.virtualIp,
    user: 'ops',
    privateKeyFile: labPaths(name).privateKey,
    prefix: form.prefix,
    data: form.data,
    ...(options.media === undefined ? {} : { media: findMedia(options.media) }),
    layers,
    nodes: [],
    faults: [],
    createdAt: new Date().toISOString(),
  };
}

export function findMedia(directory: string): { zip: string; license?: string } {
  const zip = resolve(directory, 'db.zip');
  const license = resolve(directory, 'license.dat');
  if (!existsSync(zip)) {
    throw new KingbaseError({
      code: 'lab/no-media',
      path: '--media',
      message: `there is no db.zip in ${resolve(directory)}`,
      hint: 'It lies in ClientTools/guitools/DeployTools/zip of the installed product; put license.dat beside it.',
    });
  }
  return { zip, ...(existsSync(license) ? { license } : {}) };
}

export async function machinesDown(name = DEFAULT_NAME, options: { dropCache?: boolean } = {}): Promise<void> {
  checkLabName(name);
  requireRoot('npm run lab:down');
  await withLock(labPaths(name).lock, () => sweep(name));
  if (options.dropCache === true) dropLayers(0);
}
