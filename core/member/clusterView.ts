/** The questions every decision asks of a set of observed nodes: who is ours, who accepts writes, who could not be read. */
import type { NodeRole } from '../spec/types';
import type { NodeObservation, ReachableNode } from '../observe/types';

export interface SeenNode {
  readonly name: string;
  readonly host: string;
  readonly role: NodeRole;
  readonly observation: NodeObservation;
}

export interface SeenDatabase extends SeenNode {
  readonly observation: ReachableNode;
}

export function databases(nodes: readonly SeenNode[]): SeenNode[] {
  return nodes.filter((node) => node.role === 'database');
}

export function unreadable(nodes: readonly SeenNode[]): SeenNode[] {
  return nodes.filter((node) => !node.observation.reachable);
}

export function readable(nodes: readonly SeenNode[]): SeenDatabase[] {
  return nodes.filter((node): node is SeenDatabase => node.observation.reachable);
}

/** Database nodes that accept writes now. */
export function primaries(nodes: readonly SeenNode[]): SeenDatabase[] {
  return readable(databases(nodes)).filter((node) => node.observation.server.answers?.inRecovery === false);
}

/** Nodes whose data directory is that of this system. */
export function holding(nodes: readonly SeenNode[], systemIdentifier: string): SeenDatabase[] {
  return readable(databases(nodes)).filter(
    (node) => node.observation.control?.systemIdentifier === systemIdentifier && hasData(node.observation),
  );
}

export function hasData(observation: ReachableNode): boolean {
  return observation.data.state === 'present';
}

export function isEmpty(observation: ReachableNode): boolean {
  return observation.data.state === 'absent' || observation.data.state === 'empty';
}

/** Stopped, and nothing marks it as a standby: it accepted writes when it last ran. */
export function isFormerPrimary(observation: ReachableNode): boolean {
  return hasData(observation) && !observation.server.running && !observation.data.standbySignal;
}
