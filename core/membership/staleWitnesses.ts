/** Witnesses whose copy of repmgr's records is behind the primary's: they would vote on nodes that are no more, or do not know one yet. */
import { databases, primaries, readable, type SeenNode } from '../member/clusterView';
import { sameRecords } from '../observe/clusterHealth';

export interface StaleWitnesses {
  /** Whose records count. */
  readonly primary: string;
  readonly witnesses: readonly string[];
}

/** undefined: nothing to do, or nobody to copy from. A node that was not read may be the primary since a failover, and the one that is seen an old one. */
export function staleWitnesses(seen: readonly SeenNode[]): StaleWitnesses | undefined {
  const [primary, second] = primaries(seen);
  const wanted = primary?.observation.repmgr.records;
  if (primary === undefined || second !== undefined || wanted === undefined || !databases(seen).every(answers)) {
    return undefined;
  }
  const witnesses = readable(seen)
    .filter(({ role, observation }) => role === 'witness' && observation.server.answers !== undefined)
    // One that is not registered is its member's business.
    .filter(({ name }) => wanted.some((record) => record.name === name))
    .filter(({ observation }) => !sameRecords(observation.repmgr.records ?? [], wanted))
    .map(({ name }) => name);
  return witnesses.length === 0 ? undefined : { primary: primary.name, witnesses };
}

function answers({ observation }: SeenNode): boolean {
  return observation.reachable && (observation.server.answers !== undefined || !observation.server.running);
}
