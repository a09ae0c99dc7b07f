// What a lab is made of, on disk: written whole and renamed, read by the commands, the tests and the `lab` node source.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { KingbaseError } from '../core/finding';
import type { NodeRole } from '../core/spec/types';
import type { FormName } from './forms';
import { labPaths } from './paths';

export interface ManifestNode {
  readonly name: string;
  readonly host: string;
  readonly role: NodeRole;
  /** OpenSSH public host key line, generated here before the node first booted. */
  readonly hostKey: string;
  readonly netDevice: string;
  readonly octet: number;
  readonly machineId: string;
  /** Host end of the node's cable. */
  readonly veth: string;
  /** Set up by cloud-init from user data, its volumes blank disks that it finds by id: as a machine of a cloud. */
  readonly cloud?: boolean;
  /** systemd-nspawn, and the node's own init; undefined while it is powered off. Hints: the cgroup is the truth. */
  readonly supervisorPid?: number;
  readonly leaderPid?: number;
  /** false: powered off on purpose, `up` leaves it so. */
  readonly power: boolean;
}

export interface ActiveFault {
  readonly name: string;
  readonly node?: string;
  readonly since: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly version: 1;
  readonly name: string;
  readonly form: FormName;
  /** creating: the machines were not complete when this was written; such a lab is swept, not continued. */
  readonly phase: 'creating' | 'ready';
  readonly subnet: string;
  readonly bridge: string;
  readonly gateway: string;
  /** Other trusted servers, addresses of the bridge too. */
  readonly moreGateways?: readonly string[];
  readonly virtualIp: string;
  readonly user: 'ops';
  readonly privateKeyFile: string;
  readonly prefix: string;
  readonly data: string;
  readonly media?: { readonly zip: string; readonly license?: string };
  /** Read-only layers under every node's disk, topmost first. */
  readonly layers: readonly string[];
  readonly nodes: readonly ManifestNode[];
  readonly faults: readonly ActiveFault[];
  readonly createdAt: string;
}

export function readManifest(lab: string): Manifest | undefined {
  let text: string;
  try {
    text = readFileSync(labPaths(lab).manifest, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return parseManifest(text, labPaths(lab).manifest);
}

export function requireManifest(lab: string): Manifest {
  const manifest = readManifest(lab);
  if (manifest !== undefined && manifest.phase === 'ready') return manifest;
  throw new KingbaseError({
    code: 'lab/not-up',
    path: labPaths(lab).manifest,
    message: `there is no lab "${lab}" on this machine`,
    hint: 'Start it with: npm run lab (as root), or name another one with --name.',
  });
}

export function parseManifest(text: string, path: string): Manifest {
  const damaged = (why: string): KingbaseError =>
    new KingbaseError({
      code: 'lab/bad-manifest',
      path,
      message: why,
      hint: 'Take the lab down and up again: npm run lab:down && npm run lab.',
    });
  let value: Partial<Manifest>;
  try {
    value = JSON.parse(text) as Partial<Manifest>;
  } catch (error) {
    throw damaged(`not JSON: ${(error as Error).message}`);
  }
  if (value.version !== 1) throw damaged(`version ${String(value.version)} of the manifest is not known here`);
  if (!Array.isArray(value.nodes)) throw damaged('it names no nodes');
  return value as Manifest;
}

export function writeManifest(manifest: Manifest): void {
  const path = labPaths(manifest.name).manifest;
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(`${path}.new`, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

export function withNode(manifest: Manifest, name: string, change: Partial<ManifestNode>): Manifest {
  return { ...manifest, nodes: manifest.nodes.map((node) => (node.name === name ? { ...node, ...change } : node)) };
}

export function findNode(manifest: Manifest, name: string): ManifestNode {
  const node = manifest.nodes.find((candidate) => candidate.name === name);
  if (node !== undefined) return node;
  throw new KingbaseError({
    code: 'lab/unknown-node',
    path: name,
    message: `lab "${manifest.name}" has no node "${name}"`,
    hint: `Its nodes are ${manifest.nodes.map((each) => each.name).join(', ')}.`,
  });
}
