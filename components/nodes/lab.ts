/** Nodes of the local lab: name, address, host key, device and login from the manifest that the lab wrote when it booted them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KingbaseError } from '../../core/finding';
import type { NodeSource, RawCluster } from './types';

/** Not imported from lab/: the product knows the lab by its manifest only. */
const STATE_ROOT = '/var/lib/pulumi-kingbase-lab';

interface ManifestNode {
  readonly name: string;
  readonly host: string;
  readonly role: string;
  readonly hostKey: string;
  readonly netDevice: string;
}

interface Manifest {
  readonly user: string;
  readonly privateKeyFile: string;
  readonly nodes: readonly ManifestNode[];
}

/** Without `nodes`, all nodes of the lab; with `nodes`, those, and what is given there wins over the manifest. */
export const labNodes: NodeSource = (cluster, source) => {
  const name = typeof source.name === 'string' ? source.name : 'lab';
  const path = join(process.env['PULUMI_KINGBASE_LAB_STATE'] ?? STATE_ROOT, name, 'manifest.json');
  const manifest = readManifest(path, name);
  const known = new Map(manifest.nodes.map((node) => [node.name, node]));
  const asked = Array.isArray(cluster.nodes)
    ? (cluster.nodes as readonly unknown[])
    : manifest.nodes.map(({ name }) => ({ name }));
  const connection = { user: manifest.user, privateKeyFile: manifest.privateKeyFile };
  return {
    ...cluster,
    nodes: asked.map((node, index) => fillIn(node as RawCluster, index, known, name)),
    connection: { ...connection, ...(cluster.connection as RawCluster | undefined) },
  };
};

function fillIn(node: RawCluster, index: number, known: ReadonlyMap<string, ManifestNode>, lab: string): RawCluster {
  const found = known.get(String(node.name));
  if (found === undefined) {
    throw new KingbaseError({
      code: 'spec/unknown-lab-node',
      path: `nodes[${index}].name`,
      message: `lab "${lab}" has no node ${JSON.stringify(node.name)}`,
      hint: `Its nodes are ${[...known.keys()].join(', ')}.`,
    });
  }
  const { name, host, role, hostKey, netDevice } = found;
  return { name, host, role, hostKey, netDevice, ...node };
}

function readManifest(path: string, name: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch (cause) {
    throw new KingbaseError(
      {
        code: 'spec/lab-not-up',
        path: 'nodeSource.name',
        message: `the manifest of lab "${name}" cannot be read: ${(cause as Error).message}`,
        hint: 'Boot the lab first: npm run lab (as root), or give your own hosts in `nodes` and leave nodeSource out.',
      },
      { cause },
    );
  }
}
