/** One operation of several steps at a time on a cluster, also against a second operator with a state of his own: a note on every node. */
import { randomUUID } from 'node:crypto';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { beginWork, endWork, holdNode, inOrder, quietly, RENEW_MS } from './note';
import { whoAmI, type Identity } from './whoAmI';

/** Holds every node that answers. */
export async function holdCluster<T>(
  open: OpenRemote,
  nodes: readonly ClusterNode[],
  what: string,
  act: () => Promise<T>,
  me: Identity = whoAmI(),
): Promise<T> {
  const note = { token: randomUUID(), what, operator: me.operator, pid: me.pid, place: me.place };
  const held: ClusterNode[] = [];
  const renewal = setInterval(() => void quietly(open, held, 'renew', note), RENEW_MS);
  renewal.unref();
  beginWork(note);
  try {
    for (const node of inOrder(nodes)) {
      if (await holdNode(open, node, note, me)) {
        held.push(node);
      }
    }
    return await act();
  } finally {
    clearInterval(renewal);
    await quietly(open, held, 'release', note);
    endWork(note);
  }
}
