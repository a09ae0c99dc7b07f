/** Reads one node in one round trip. A node that cannot be read is an observation too, never an exception. */
import { KingbaseError } from '../../core/finding';
import type { ObservedNode } from '../../core/observe/clusterReport';
import { parseObservation } from '../../core/observe/parseObservation';
import type { NodeObservation } from '../../core/observe/types';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { nodeEnv } from '../../core/topology/nodeEnv';
import { nodeScript } from '../nodeScripts';
import type { Connection, OpenRemote, Remote } from '../remote';
import { readAnswer } from './readAnswer';

/** One node of a cluster as handlers get it. */
export interface ClusterNode {
  readonly connection: Connection;
  readonly target: NodeTarget;
}

/** A node with what was seen of it. */
export interface ObservedMember extends ObservedNode {
  readonly target: NodeTarget;
  readonly node: ClusterNode;
  readonly observation: NodeObservation;
}

/** full also asks repmgr (`cluster show`); brief is what waiting loops and decisions need. */
export type Probe = 'full' | 'brief';

const TIMEOUT_MS = 30_000;

export async function observeNode(
  node: ClusterNode,
  open: OpenRemote,
  probe: Probe = 'full',
): Promise<NodeObservation> {
  const remote = open(node.connection);
  try {
    return await observeThrough(remote, node.target, probe);
  } catch (error) {
    if (error instanceof KingbaseError) {
      return { reachable: false, name: node.target.name, reason: firstLine(error) };
    }
    throw error;
  } finally {
    remote.close();
  }
}

/** Through a connection that is open already; throws where the node cannot be read. */
export async function observeThrough(
  remote: Remote,
  target: NodeTarget,
  probe: Probe = 'full',
): Promise<NodeObservation> {
  const text = nodeScript('layout.sh', 'node.sh', 'json.sh', 'observe.sh');
  const env = { ...nodeEnv(target), KB_PROBE: probe };
  const result = await remote.script(text, env, { timeoutMs: TIMEOUT_MS, label: `observe ${target.name}` });
  return readAnswer(target.name, () => parseObservation(target.name, result.stdout));
}

function firstLine(error: KingbaseError): string {
  return error.findings[0]?.message.split('\n')[0] ?? error.message;
}
