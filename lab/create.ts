// Makes a lab's machines, brings an existing lab back to running, adds and removes nodes, takes it all down.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KingbaseError } from '../core/finding';
import type { NodeRole } from '../core/spec/types';
import {
  bridgeName,
  checkLabName,
  DEFAULT_NAME,
  DEFAULT_SUBNET,
  FORMS,
  planNetwork,
  vethName,
  type FormName,
  type FormNode,
} from './forms';
import { ensureLayers, ensurePrefixLayer, staleLayers } from './image/layers';
import { openLab, updateManifest, type Lab } from './lab';
import { withLock } from './lock';
import { createDisk, createKey, hostKeyFile, hostsFile } from './machines/disk';
import { execInNode } from './machines/exec';
import { raiseInotifyLimit } from './machines/hostLimits';
import { ensureBridge } from './machines/network';
import { powerCut, powerOn } from './machines/power';
import { failedUnits, waitForSsh } from './machines/ready';
import { removeGroups } from './machines/cgroup';
import { sweep } from './machines/sweep';
import {
  findNode,
  parseManifest,
  readManifest,
  withNode,
  writeManifest,
  type Manifest,
  type ManifestNode,
} from './manifest';
import { FLEETS, labPaths, nodePaths, STATE_ROOT } from './paths';
import { silent, type Progress } from './progress';

export interface MachinesOptions {
  readonly name?: string;
  readonly subnet?: string;
  readonly form?: FormName;
  /** Directory with db.zip and license.dat: install these instead of the lab's own toolchain. */
  readonly media?: string;
  /** Only these nodes of the form; tests of the machines need one or two. */
  readonly only?: readonly string[];
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

function readManifestOrNothing(name: string): Manifest | undefined {
  try {
    return readManifest(name);
  } catch (error) {
    if (error instanceof KingbaseError) return undefined;
    throw error;
  }
}

function refuseOtherShape(manifest: Manifest, options: MachinesOptions): void {
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
}

async function create(name: string, options: MachinesOptions, progress: Progress): Promise<Manifest> {
  const form = FORMS[options.form ?? 'three'];
  const layers = await ensureLayers(progress);
  dropLayers();
  const existing = form.install === 'existing' && options.media === undefined;
  const prefix =
    existing && layers.toolchain !== undefined
      ? [await ensurePrefixLayer(layers.toolchain, form.prefix, progress)]
      : [];
  const stack = [...prefix, ...(layers.toolchain === undefined ? [] : [layers.toolchain]), layers.base];
  mkdirSync(labPaths(name).directory, { recursive: true, mode: 0o755 });
  let manifest = emptyManifest(name, options, stack);
  writeManifest(manifest);
  await createKey(manifest.privateKeyFile, `lab ${name}`);
  const nodes = form.nodes.filter((node) => options.only?.includes(node.name) ?? true);
  manifest = { ...manifest, nodes: await Promise.all(nodes.map((node) => newNode(manifest, node))) };
  await progress.step(`making the disks of ${nodes.length} nodes`, () =>
    Promise.all(manifest.nodes.map((node) => createDisk(manifest, node))),
  );
  manifest = { ...manifest, phase: 'ready' };
  writeManifest(manifest);
  writeKnownHosts(manifest);
  return manifest;
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

async function newNode(manifest: Manifest, node: FormNode): Promise<ManifestNode> {
  const network = planNetwork(manifest.subnet);
  return {
    name: node.name,
    host: network.address(node.octet),
    role: node.role,
    hostKey: await createKey(hostKeyFile(manifest.name, node.name), node.name),
    netDevice: 'eth0',
    octet: node.octet,
    machineId: randomBytes(16).toString('hex'),
    veth: vethName(manifest.name, node.octet),
    power: true,
  };
}

function writeKnownHosts(manifest: Manifest): void {
  const lines = manifest.nodes.map((node) => `${node.host},${node.name} ${node.hostKey}\n`);
  writeFileSync(labPaths(manifest.name).knownHosts, lines.join(''));
}

export async function bootAll(manifest: Manifest, progress: Progress): Promise<void> {
  raiseInotifyLimit();
  await ensureBridge(manifest);
  const nodes = manifest.nodes.filter((node) => node.power);
  await progress.step(`booting ${nodes.map((node) => node.name).join(', ')}`, async () => {
    await Promise.all(nodes.map((node) => bootOne(manifest.name, node.name)));
  });
}

async function bootOne(lab: string, name: string): Promise<void> {
  const manifest = openLab(lab).manifest();
  const node = findNode(manifest, name);
  const pids = await powerOn(manifest, node);
  const updated = await updateManifest(lab, (current) => withNode(current, name, { ...pids, power: true }));
  await waitForSsh(updated, findNode(updated, name));
  const failed = await failedUnits(lab, name);
  if (failed.length === 0) return;
  throw new KingbaseError({
    code: 'lab/failed-units',
    path: name,
    message: `units failed while booting: ${failed.join(', ')}`,
    hint: `See why: npm run lab:shell -- ${name}, then: sudo systemctl status ${failed[0] ?? ''}`,
  });
}

/** A node more, beside the form's own: same image, next free address unless one is given. */
export async function addNode(
  lab: Lab,
  name: string,
  options: { role?: NodeRole; octet?: number } = {},
): Promise<void> {
  await withLock(labPaths(lab.name).lock, async () => {
    const manifest = lab.manifest();
    if (manifest.nodes.some((node) => node.name === name)) {
      throw new KingbaseError({
        code: 'lab/node-exists',
        path: name,
        message: `lab "${lab.name}" has this node already`,
      });
    }
    const taken = new Set(manifest.nodes.map((node) => node.octet));
    const octet =
      options.octet ?? [...Array(80).keys()].map((index) => index + 11).find((free) => !taken.has(free)) ?? 91;
    const node = await newNode(manifest, { name, role: options.role ?? 'database', octet });
    const grown = { ...manifest, nodes: [...manifest.nodes, node] };
    await createDisk(grown, node);
    await lab.update((current) => ({ ...current, nodes: [...current.nodes, node] }));
    writeKnownHosts(grown);
    await bootOne(lab.name, name);
    await tellNames(lab);
  });
}

/** Takes a machine away for good, disk and all. */
export async function removeNode(lab: Lab, name: string): Promise<void> {
  await withLock(labPaths(lab.name).lock, async () => {
    const manifest = lab.manifest();
    await powerCut(manifest, findNode(manifest, name));
    removeGroups(lab.name, name);
    rmSync(nodePaths(lab.name, name).directory, { recursive: true, force: true });
    const rest = (current: Manifest): Manifest => ({
      ...current,
      nodes: current.nodes.filter((node) => node.name !== name),
      faults: current.faults.filter((fault) => fault.node !== name),
    });
    writeKnownHosts(await lab.update(rest));
    await tellNames(lab);
  });
}

async function tellNames(lab: Lab): Promise<void> {
  const text = hostsFile(lab.manifest());
  const running = lab.nodes().filter((node) => node.isRunning());
  await Promise.all(
    running.map((node) =>
      execInNode(lab.name, node.name, ['tee', '/etc/hosts'], { stdin: text, label: 'write /etc/hosts' }),
    ),
  );
}

export async function machinesDown(name = DEFAULT_NAME, options: { dropCache?: boolean } = {}): Promise<void> {
  checkLabName(name);
  requireRoot();
  await withLock(labPaths(name).lock, () => sweep(name));
  if (options.dropCache === true) dropLayers(0);
}

/** What neither a lab nor a fleet is stacked on. */
function dropLayers(keepUnusedMs?: number): void {
  const inUse = [...listLabs().flatMap((lab) => readManifestOrNothing(lab)?.layers ?? []), ...fleetLayers()];
  for (const layer of staleLayers(inUse, keepUnusedMs)) rmSync(layer, { recursive: true, force: true });
}

export function listLabs(): readonly string[] {
  if (!existsSync(STATE_ROOT)) return [];
  return readdirSync(STATE_ROOT).filter((name) => existsSync(join(STATE_ROOT, name, 'manifest.json')));
}

function fleetLayers(): readonly string[] {
  if (!existsSync(FLEETS)) return [];
  const files = readdirSync(FLEETS).map((fleet) => join(FLEETS, fleet, 'manifest.json'));
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => parseManifest(readFileSync(file, 'utf8'), file).layers);
}

export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new KingbaseError({
    code: 'lab/not-root',
    message: 'the lab boots machines, which needs root',
    hint: 'Run it as root: sudo npm run lab',
  });
}
