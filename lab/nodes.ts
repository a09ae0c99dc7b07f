// The nodes of a lab: their addresses and keys, booting them, one more, one less.
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { KingbaseError } from '../core/finding';
import type { NodeRole } from '../core/spec/types';
import { planNetwork, vethName, type FormNode } from './forms';
import { openLab, updateManifest, type Lab } from './lab';
import { withLock } from './lock';
import { removeGroups } from './machines/cgroup';
import { createDisk, createKey, hostKeyFile, hostsFile, type CloudSeed } from './machines/disk';
import { execInNode } from './machines/exec';
import { raiseInotifyLimit } from './machines/hostLimits';
import { ensureBridge } from './machines/network';
import { powerCut, powerOff, powerOn, runningPids } from './machines/power';
import { failedUnits, waitForSsh } from './machines/ready';
import { findNode, withNode, type Manifest, type ManifestNode } from './manifest';
import { labPaths, nodePaths } from './paths';
import type { Progress } from './progress';

export async function newNode(manifest: Manifest, node: FormNode, cloud?: CloudSeed): Promise<ManifestNode> {
  const network = planNetwork(manifest.subnet);
  return {
    name: node.name,
    host: network.address(node.octet),
    role: node.role,
    hostKey: cloud?.hostKeyOf(node.name) ?? (await createKey(hostKeyFile(manifest.name, node.name), node.name)),
    netDevice: 'eth0',
    octet: node.octet,
    machineId: randomBytes(16).toString('hex'),
    veth: vethName(manifest.name, node.octet),
    power: true,
    ...(cloud === undefined ? {} : { cloud: true }),
  };
}

export function writeKnownHosts(manifest: Manifest): void {
  const lines = manifest.nodes.map((node) => `${node.host},${node.name} ${node.hostKey}\n`);
  writeFileSync(labPaths(manifest.name).knownHosts, lines.join(''));
}

export async function bootAll(manifest: Manifest, progress: Progress): Promise<void> {
  raiseInotifyLimit();
  await ensureBridge(manifest);
  const nodes = manifest.nodes.filter((node) => node.power);
  const off = nodes.filter((node) => runningPids(manifest.name, node.name) === undefined);
  await progress.step(bootText(nodes.map(nameOf), off.map(nameOf)), async () => {
    await Promise.all(nodes.map((node) => bootOne(manifest.name, node.name)));
  });
}

/** What is about to happen: nodes that run are only asked whether they answer. */
export function bootText(nodes: readonly string[], off: readonly string[]): string {
  if (off.length > 0) return `booting ${off.join(', ')}`;
  return nodes.length === 0 ? 'every node is switched off on purpose' : `${nodes.join(', ')} run already; asking them`;
}

const nameOf = (node: ManifestNode): string => node.name;

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

/** A cloud ends the instance and makes it anew: another root disk and id, the same volumes, address and host key. */
export async function renewNode(lab: Lab, name: string, cloud: CloudSeed): Promise<void> {
  await withLock(labPaths(lab.name).lock, async () => {
    const manifest = lab.manifest();
    const node = findNode(manifest, name);
    const paths = nodePaths(lab.name, name);
    await powerOff(manifest, node);
    for (const path of [paths.upper, paths.work]) rmSync(path, { recursive: true, force: true });
    const renewed = { ...node, machineId: randomBytes(16).toString('hex') };
    // The images of its volumes are there and stay as they are: they are only made as long as they are already.
    await createDisk(manifest, renewed, cloud);
    await lab.update((current) => withNode(current, name, { machineId: renewed.machineId }));
    await bootOne(lab.name, name);
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
