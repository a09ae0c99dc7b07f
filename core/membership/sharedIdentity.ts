/** Is a node that leaves the list still in it under another name? Then its removal would stop or unregister a node that stays. */
import type { Finding } from '../finding';

export interface NodeIdentity {
  readonly name: string;
  readonly id: number;
  readonly host: string;
}

/** Removal is decided by name, but acts on a host (stop) and on an id (unregister, slot): none of them may belong to a node of the new list. */
export function findSharedIdentity(olds: readonly NodeIdentity[], news: readonly NodeIdentity[]): Finding[] {
  const names = new Set(news.map((node) => node.name));
  return olds
    .filter((old) => !names.has(old.name))
    .flatMap((old) =>
      news.flatMap((node) => {
        const shared = [
          ...(node.host === old.host ? [`the host ${old.host}`] : []),
          ...(node.id === old.id ? [`the id ${old.id}`] : []),
        ];
        return shared.length === 0 ? [] : [sharedIdentity(old.name, node.name, shared.join(' and '))];
      }),
    );
}

function sharedIdentity(removed: string, kept: string, shared: string): Finding {
  return {
    code: 'membership/shared-identity',
    path: `${removed}, ${kept}`,
    message: `${removed} leaves the cluster, but ${kept} has ${shared}: taking ${removed} out would stop or unregister ${kept}`,
    hint: 'Keep the name; or give the new node its own `id` and host (ids follow the position in nodes unless they are given).',
  };
}
