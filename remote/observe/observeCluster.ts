/** Reads all nodes of a cluster at once and says what the cluster is. */
import { buildClusterReport, type ClusterStatusReport, type ObservedNode } from '../../core/observe/clusterReport';
import type { NodeObservation } from '../../core/observe/types';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import type { OpenRemote } from '../remote';
import { openRemote } from '../sshRemote';
import { observeNode, type ClusterNode, type Probe } from './observeNode';

export interface ObservedMember extends ObservedNode {
  readonly target: NodeTarget;
  readonly node: ClusterNode;
  readonly observation: NodeObservation;
}

export async function observeCluster(
  cluster: string,
  nodes: readonly ClusterNode[],
  open: OpenRemote = openRemote,
): Promise<ClusterStatusReport> {
  return buildClusterReport(cluster, await observeNodes(nodes, open));
}

/** The raw observations, in the order of the nodes. */
export async function observeNodes(
  nodes: readonly ClusterNode[],
  open: OpenRemote,
  probe: Probe = 'full',
): Promise<ObservedMember[]> {
  return Promise.all(
    nodes.map(async (node) => ({ node, target: node.target, observation: await observeNode(node, open, probe) })),
  );
}
