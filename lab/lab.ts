// A lab as its users hold it: the command line, the faults and the scenario tests. The manifest is read afresh for every
// question, so that two processes (a test and a shell) see the same lab.
import type { Connection, Remote } from '../remote/remote';
import { openRemote } from '../remote/sshRemote';
import { withLock } from './lock';
import { execInNode, scriptInNode, type NodeExecOptions } from './machines/exec';
import { powerCut, powerOff, powerOn, runningPids } from './machines/power';
import { waitForSsh } from './machines/ready';
import { findNode, requireManifest, withNode, writeManifest, type Manifest, type ManifestNode } from './manifest';
import { labPaths } from './paths';
import type { RunResult } from './run';

export interface LabNode {
  readonly name: string;
  readonly host: string;
  info(): ManifestNode;
  connection(): Connection;
  /** Over ssh with the pinned key, as the product goes. Close it after use. */
  remote(): Remote;
  /** Not over the network: works while the node is cut off. Default user root. */
  exec(argv: readonly string[], options?: NodeExecOptions): Promise<RunResult>;
  script(text: string, options?: Omit<NodeExecOptions, 'stdin'>): Promise<RunResult>;
  isRunning(): boolean;
  powerOn(): Promise<void>;
  powerOff(): Promise<'in order' | 'cut'>;
  powerCut(): Promise<void>;
}

export interface Lab {
  readonly name: string;
  manifest(): Manifest;
  nodes(): readonly LabNode[];
  node(name: string): LabNode;
  /** Changes the manifest under the lab's lock. */
  update(change: (manifest: Manifest) => Manifest): Promise<Manifest>;
}

export function openLab(name = 'lab'): Lab {
  requireManifest(name);
  const lab: Lab = {
    name,
    manifest: () => requireManifest(name),
    nodes: () => lab.manifest().nodes.map((node) => openNode(lab, node.name)),
    node: (node) => {
      findNode(lab.manifest(), node);
      return openNode(lab, node);
    },
    update: (change) => updateManifest(name, change),
  };
  return lab;
}

export function updateManifest(name: string, change: (manifest: Manifest) => Manifest): Promise<Manifest> {
  return withLock(labPaths(name).manifestLock, () => {
    const changed = change(requireManifest(name));
    writeManifest(changed);
    return Promise.resolve(changed);
  });
}

export function connectionOf(manifest: Manifest, node: ManifestNode): Connection {
  return {
    host: node.host,
    port: 22,
    user: manifest.user,
    hostKey: node.hostKey,
    privateKeyFile: manifest.privateKeyFile,
    connectTimeoutSeconds: 5,
  };
}

function openNode(lab: Lab, name: string): LabNode {
  const info = (): ManifestNode => findNode(lab.manifest(), name);
  const connection = (): Connection => connectionOf(lab.manifest(), info());
  return {
    name,
    host: info().host,
    info,
    connection,
    remote: () => openRemote(connection()),
    exec: (argv, options) => execInNode(lab.name, name, argv, options),
    script: (text, options) => scriptInNode(lab.name, name, text, options),
    isRunning: () => runningPids(lab.name, name) !== undefined,
    powerOn: async () => {
      const pids = await powerOn(lab.manifest(), info());
      await lab.update((manifest) => withNode(manifest, name, { ...pids, power: true }));
      await waitForSsh(lab.manifest(), info());
    },
    powerOff: async () => {
      const how = await powerOff(lab.manifest(), info());
      await lab.update((manifest) => withNode(manifest, name, OFF));
      return how;
    },
    powerCut: async () => {
      await powerCut(lab.manifest(), info());
      await lab.update((manifest) => withNode(manifest, name, OFF));
    },
  };
}

const OFF: Partial<ManifestNode> = { power: false, leaderPid: undefined, supervisorPid: undefined };
