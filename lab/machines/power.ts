// Switches nodes on and off: the machine side of a node, as the one who stands before the rack.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KingbaseError } from '../../core/finding';
import { machineName } from '../forms';
import type { Manifest, ManifestNode } from '../manifest';
import { nodePaths } from '../paths';
import { projectRoot } from '../projectRoot';
import { lastLines, poll } from '../run';
import { findLeader, findSupervisors, killNode, nodeProcesses, signal } from './cgroup';
import { volumesOf } from './disk';
import { releaseLoopDevices, thawNode } from './freeze';
import { attachCable, removeCable } from './network';

const LEADER_TIMEOUT_MS = 120_000;
const POWER_OFF_TIMEOUT_MS = 45_000;
/** SIGRTMIN+3: systemd halts the node in order. */
const SIGNAL_POWER_OFF = 37;

export interface Pids {
  readonly supervisorPid: number;
  readonly leaderPid: number;
}

/** Boots a node and returns when its init runs; sshd comes a second later. */
export async function powerOn(manifest: Manifest, node: ManifestNode): Promise<Pids> {
  const running = runningPids(manifest.name, node.name);
  if (running !== undefined) return running;
  await clearAway(manifest, node);
  const supervisorPid = launch(manifest, node);
  const alive = (): boolean => nodeProcesses(manifest.name, node.name).length > 0 || signal(supervisorPid, 0);
  try {
    await attachCable(manifest.bridge, node.veth, alive);
    const leaderPid = await poll(() => findLeader(manifest.name, node.name), LEADER_TIMEOUT_MS);
    if (leaderPid === undefined) throw new Error('its init did not start');
    return { supervisorPid, leaderPid };
  } catch (error) {
    await clearAway(manifest, node);
    throw bootError(manifest, node, (error as Error).message);
  }
}

function launch(manifest: Manifest, node: ManifestNode): number {
  const paths = nodePaths(manifest.name, node.name);
  const volumes = volumesOf(manifest.name, node).map(({ image, point }) => `${image}:${point}`);
  const script = join(projectRoot(), 'lab/machines/launch.sh');
  const machine = machineName(manifest.name, node.name);
  const lower = manifest.layers.join(':');
  const words = [manifest.name, node.name, machine, node.veth, paths.directory, lower, ...volumes];
  const log = openSync(paths.console, 'w', 0o600);
  try {
    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', script, ...words], {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
    });
    child.unref();
    if (child.pid === undefined) throw bootError(manifest, node, 'unshare could not be started');
    return child.pid;
  } finally {
    closeSync(log);
  }
}

function bootError(manifest: Manifest, node: ManifestNode, why: string): KingbaseError {
  const log = nodePaths(manifest.name, node.name).console;
  return new KingbaseError({
    code: 'lab/boot-failed',
    path: node.name,
    message: `the node did not boot: ${why}\n${lastLines(readFileSync(log, 'utf8'), 8)}`,
    hint: `Its whole console is in ${log}.`,
  });
}

export function runningPids(lab: string, node: string): Pids | undefined {
  const leaderPid = findLeader(lab, node);
  const supervisorPid = findSupervisors(lab, node)[0];
  return leaderPid === undefined || supervisorPid === undefined ? undefined : { leaderPid, supervisorPid };
}

/** An orderly shutdown; what does not end within the time is cut. */
export async function powerOff(manifest: Manifest, node: ManifestNode): Promise<'in order' | 'cut'> {
  const leader = findLeader(manifest.name, node.name);
  if (leader !== undefined) {
    // A blocked writer can be neither stopped nor killed.
    await thawNode(manifest.name, node.name);
    signal(leader, SIGNAL_POWER_OFF);
  }
  const ended = await poll(
    () => nodeProcesses(manifest.name, node.name).length === 0 || undefined,
    POWER_OFF_TIMEOUT_MS,
  );
  await clearAway(manifest, node);
  return ended === true ? 'in order' : 'cut';
}

/** The plug is pulled: the node's init is killed, and the kernel takes every process of the node with it. */
export async function powerCut(manifest: Manifest, node: ManifestNode): Promise<void> {
  const leader = findLeader(manifest.name, node.name);
  if (leader !== undefined) signal(leader, 'SIGKILL');
  await clearAway(manifest, node);
}

async function clearAway(manifest: Manifest, node: ManifestNode): Promise<void> {
  await thawNode(manifest.name, node.name);
  const left = await killNode(manifest.name, node.name);
  if (left.length > 0) {
    throw new KingbaseError({
      code: 'lab/cannot-stop',
      path: node.name,
      message: `processes ${left.join(', ')} do not end`,
      hint: `See what they wait for: cat /proc/${String(left[0])}/stack`,
    });
  }
  // A volume left frozen by a killed node would otherwise be mounted a second time beside itself.
  await releaseLoopDevices(nodePaths(manifest.name, node.name).directory);
  await removeCable(node.veth);
}
