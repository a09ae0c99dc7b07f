/** May the nodes that leave the configuration leave the cluster? Asked before anything is changed on any host, since the rest of an update follows. */
import type { Finding } from '../finding';
import { databases, hasData, readable, type SeenNode } from '../member/clusterView';
import { decideRemoval } from './decideRemoval';

interface Place {
  readonly name: string;
  readonly host: string;
}

/** Nodes of the old list that the new one does not have, or has on another host: their part in the cluster ends. */
export function findLeaving<T extends Place>(olds: readonly T[], news: readonly Place[]): T[] {
  return olds.filter((old) => !news.some(({ name, host }) => name === old.name && host === old.host));
}

/** `nodes`: all of the old list, as seen now. A cluster of which nothing exists yet may lose any node. */
export function guardRemoval(nodes: readonly SeenNode[], leaving: readonly Place[]): Finding | undefined {
  const removed = nodes.filter(({ name }) => leaving.some((node) => node.name === name));
  if (removed.length === 0 || !nodes.some(isEstablished)) {
    return undefined;
  }
  const decision = decideRemoval(
    nodes.filter((node) => !removed.includes(node)),
    removed,
  );
  return decision.kind === 'remove'
    ? undefined
    : { ...decision.finding, hint: `${decision.finding.hint ?? ''} Nothing was changed on any host.` };
}

function isEstablished(node: SeenNode): boolean {
  return readable(databases([node])).some(
    ({ observation }) => hasData(observation) || observation.ledger.member !== undefined,
  );
}
