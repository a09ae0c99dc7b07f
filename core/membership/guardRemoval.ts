/** May the nodes that leave the configuration leave the cluster? Asked before anything is changed on any host, since the rest of an update follows. */
import type { Finding } from '../finding';
import { databases, hasData, readable, unreadable, type SeenNode } from '../member/clusterView';
import { readBootstrapLedger } from '../member/ledger';
import type { ReachableNode } from '../observe/types';
import { decideRemoval } from './decideRemoval';

interface Place {
  readonly name: string;
  readonly host: string;
}

/** Nodes of the old list that the new one does not have, or has on another host: their part in the cluster ends. */
export function findLeaving<T extends Place>(olds: readonly T[], news: readonly Place[]): T[] {
  return olds.filter((old) => !news.some(({ name, host }) => name === old.name && host === old.host));
}

/**
 * `nodes`: all of the old list, as seen now. A cluster of which nothing exists yet may lose any node; but that nothing exists is known only
 * from nodes that were read.
 */
export function guardRemoval(
  nodes: readonly SeenNode[],
  leaving: readonly Place[],
  cluster: string,
): Finding | undefined {
  const removed = nodes.filter(({ name }) => leaving.some((node) => node.name === name));
  if (removed.length === 0) {
    return undefined;
  }
  const staying = nodes.filter((node) => !removed.includes(node));
  const finding = nodes.some((node) => isEstablished(node, cluster))
    ? withoutPrimary(staying, removed)
    : notKnown(nodes, staying, removed);
  return finding && { ...finding, hint: `${finding.hint ?? ''}${notRead(nodes)} Nothing was changed on any host.` };
}

function withoutPrimary(staying: readonly SeenNode[], removed: readonly SeenNode[]): Finding | undefined {
  const decision = decideRemoval(staying, removed);
  return decision.kind === 'refuse' ? decision.finding : undefined;
}

/** Nobody who was read knows of a cluster: proof only where the nodes that stay, or all if none does, were read. */
function notKnown(
  nodes: readonly SeenNode[],
  staying: readonly SeenNode[],
  removed: readonly SeenNode[],
): Finding | undefined {
  const asked = databases(staying).length > 0 ? databases(staying) : databases(nodes);
  if (unreadable(asked).length === 0) {
    return undefined;
  }
  return {
    code: 'membership/not-read',
    path: namesOf(removed),
    message: `${namesOf(unreadable(asked))} could not be read, so it is not certain that the primary stays; ${namesOf(removed)} is not removed`,
    hint: 'Make them readable (login user, key, port, bastion; or start the host), then run again.',
  };
}

function notRead(nodes: readonly SeenNode[]): string {
  const reasons = nodes.flatMap(({ name, observation }) =>
    observation.reachable ? [] : [`${name} (${observation.reason})`],
  );
  return reasons.length === 0 ? '' : ` Not read: ${reasons.join(', ')}.`;
}

function namesOf(nodes: readonly SeenNode[]): string {
  return nodes.map(({ name }) => name).join(', ');
}

function isEstablished(node: SeenNode, cluster: string): boolean {
  return readable(databases([node])).some(
    ({ observation }) =>
      observation.ledger.member !== undefined || (hasData(observation) && !isBeginning(observation, cluster)),
  );
}

/**
 * What an interrupted bootstrap left, which no run of ours made a member of yet: only the bootstrap can bring it up, and it waits for every
 * declared node. So it must not hold back a node that is to be taken out for that. One that runs is asked like any other.
 */
function isBeginning({ ledger, control, server }: ReachableNode, cluster: string): boolean {
  const note = readBootstrapLedger(ledger.bootstrap, cluster);
  return (
    note.kind === 'read' &&
    note.ledger.phase !== 'done' &&
    note.ledger.systemIdentifier === control?.systemIdentifier &&
    !server.running
  );
}
