/** Witnesses whose copy of repmgr's records is behind the primary's: they would vote on nodes that are no more, or do not know one yet. */
import { primaries, readable, type SeenNode } from '../member/clusterView';
import { sameRecords } from '../observe/clusterHealth';

export interface StaleWitnesses {
  /** Whose records count. */
  readonly primary: string;
  readonly witnesses: readonly string[];
}

/** undefined: nothing to do, or nobody to copy from. */
export function staleWitnesses(seen: readonly SeenNode[]): StaleWitnesses | undefined {
  const [primary, second] = primaries(seen);
  const wanted = primary?.observation.repmgr.records;
  if (primary === undefined || second !== undefined || wanted === undefined) {
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
