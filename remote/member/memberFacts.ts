/** What decideMember asks for, read from the node itself and its peers at the same time. */
import type { MemberFacts } from '../../core/member/memberDecision';
import type { SeenNode } from '../../core/member/clusterView';
import type { ReachableNode } from '../../core/observe/types';
import type { MemberInputs } from './types';
import { observeNodes, type ObservedMember } from '../observe/observeCluster';
import { observeThrough, type ClusterNode } from '../observe/observeNode';
import type { OpenRemote, Remote } from '../remote';

export interface LookedAt {
  readonly facts: MemberFacts;
  readonly peers: readonly ObservedMember[];
}

/** Throws where the node itself cannot be read; a peer that cannot is part of the facts. */
export async function lookAround(open: OpenRemote, remote: Remote, inputs: MemberInputs): Promise<LookedAt> {
  const [self, peers] = await Promise.all([
    observeThrough(remote, inputs.target, 'brief'),
    observePeers(open, inputs.peers),
  ]);
  return { facts: factsOf(inputs, self as ReachableNode, peers), peers };
}

export async function observePeers(open: OpenRemote, peers: readonly ClusterNode[]): Promise<ObservedMember[]> {
  return observeNodes(
    peers.filter((peer) => peer.target.role === 'database'),
    open,
    'brief',
  );
}

export function factsOf(inputs: MemberInputs, self: ReachableNode, peers: readonly ObservedMember[]): MemberFacts {
  const { target } = inputs;
  return {
    cluster: target.cluster,
    name: target.name,
    host: target.host,
    role: target.role,
    systemIdentifier: inputs.systemIdentifier,
    dataDirectory: target.data,
    walDirectory: target.wal ?? '',
    stateDirectory: target.state,
    self,
    peers: peers.map(toSeenNode),
  };
}

export function toSeenNode({ target: { name, host, role }, observation }: ObservedMember): SeenNode {
  return { name, host, role, observation };
}

/** What the current primary said, the node itself included. */
export function primaryOf({ facts, peers }: LookedAt, name: string): ReachableNode | undefined {
  if (name === facts.name) {
    return facts.self;
  }
  const peer = peers.find(({ target }) => target.name === name);
  return peer?.observation.reachable === true ? peer.observation : undefined;
}
