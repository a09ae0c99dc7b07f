/** The members of one run work side by side: they hold the cluster together, under one note, against every other run. */
import { randomUUID } from 'node:crypto';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { beginWork, endWork, holdNode, inOrder, quietly, RENEW_MS, type Note } from './note';
import { whoAmI, type Identity } from './whoAmI';

interface Hold {
  readonly note: Note;
  users: number;
  /** By host: the node where it is held, undefined where it did not answer and is not asked again. */
  readonly nodes: Map<string, ClusterNode | undefined>;
  /** Taking and letting go follow one another; with the same token, so that whoever comes late finds the note his own. */
  turn: Promise<unknown>;
  renewal?: NodeJS.Timeout;
}

/** Of this process: Pulumi runs all dynamic resources of an update in one. By where they connect, and by cluster. */
const holds = new WeakMap<OpenRemote, Map<string, Hold>>();

/** The first to begin takes the note on every node that answers, the last to end lets go. */
export async function shareCluster<T>(
  open: OpenRemote,
  nodes: readonly ClusterNode[],
  what: string,
  act: () => Promise<T>,
  me: Identity = whoAmI(),
): Promise<T> {
  const hold = holdOf(open, nodes, what, me);
  hold.users += 1;
  try {
    await inTurn(hold, () => take(open, hold, nodes, me));
    return await act();
  } finally {
    hold.users -= 1;
    await inTurn(hold, () => (hold.users === 0 ? letGo(open, hold) : Promise.resolve()));
  }
}

function holdOf(open: OpenRemote, nodes: readonly ClusterNode[], what: string, me: Identity): Hold {
  const ofRun = holds.get(open) ?? new Map<string, Hold>();
  holds.set(open, ofRun);
  // Not by the list of nodes: a member that is taken out or replaced still has the old one. Two clusters of one name let go together, that is all.
  const key = JSON.stringify([me.place, me.pid, nodes[0]?.target.cluster]);
  const note = { token: randomUUID(), what, operator: me.operator, pid: me.pid, place: me.place };
  const hold = ofRun.get(key) ?? { note, users: 0, nodes: new Map(), turn: Promise.resolve() };
  ofRun.set(key, hold);
  return hold;
}

async function inTurn(hold: Hold, act: () => Promise<void>): Promise<void> {
  const mine = hold.turn.then(act);
  hold.turn = mine.catch(() => undefined);
  await mine;
}

async function take(open: OpenRemote, hold: Hold, nodes: readonly ClusterNode[], me: Identity): Promise<void> {
  beginWork(hold.note);
  hold.renewal ??= setInterval(() => void quietly(open, held(hold), 'renew', hold.note), RENEW_MS).unref();
  for (const node of inOrder(nodes)) {
    if (!hold.nodes.has(node.connection.host)) {
      const isHeld = await holdNode(open, node, hold.note, me);
      hold.nodes.set(node.connection.host, isHeld ? node : undefined);
    }
  }
}

async function letGo(open: OpenRemote, hold: Hold): Promise<void> {
  clearInterval(hold.renewal);
  hold.renewal = undefined;
  await quietly(open, held(hold), 'release', hold.note);
  hold.nodes.clear();
  endWork(hold.note);
}

function held({ nodes }: Hold): ClusterNode[] {
  return [...nodes.values()].filter((node) => node !== undefined);
}
