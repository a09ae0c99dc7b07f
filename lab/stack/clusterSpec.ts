// The cluster of a lab as the program will see it: the stack's config with hosts and keys filled in from the manifest.
import { KingbaseError } from '../../core/finding';
import { parseClusterSpec } from '../../core/spec/parseClusterSpec';
import type { ClusterSpec } from '../../core/spec/types';
import { resolveNodeSource } from '../../components/nodes/nodeSource';
import { toNodeTarget } from '../../core/topology/nodeTarget';
import { planCluster } from '../../core/topology/planCluster';
import type { ClusterNode } from '../../remote/observe/observeNode';
import { connectionOf } from '../lab';
import { findNode, type Manifest } from '../manifest';
import { readClusterConfig } from './stackFile';

export async function readClusterSpec(manifest: Manifest): Promise<ClusterSpec> {
  const config = await readClusterConfig(manifest.name);
  const parsed = parseClusterSpec(resolveNodeSource(config), manifest.name);
  if (parsed.ok) return parsed.spec;
  throw new KingbaseError(parsed.findings);
}

/** Every node as the product's own observers and handlers get it. */
export async function readClusterNodes(manifest: Manifest): Promise<readonly ClusterNode[]> {
  const spec = await readClusterSpec(manifest);
  return planCluster(spec).nodes.map((plan) => ({
    target: toNodeTarget(plan, spec),
    connection: connectionOf(manifest, findNode(manifest, plan.name)),
  }));
}
