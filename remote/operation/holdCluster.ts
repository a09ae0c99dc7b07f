/** One operation of several steps at a time on a cluster, also against a second operator with a state of his own: a note on every node. */
import { randomUUID } from 'node:crypto';
import { heldByOther, HOLD_SECONDS, isDead, parseHolder } from '../../core/operation/holder';
import { KingbaseError } from '../../core/finding';
import { onHost } from '../handlers/support';
import { runSteps } from '../nodeSteps';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { isGone, isOtherMachine, RemoteError } from '../remoteError';
import { warn } from '../warn';
import { whoAmI, type Identity } from './whoAmI';

const RENEW_MS = (HOLD_SECONDS * 1000) / 4;
const HELD = 77;

/** Holds every node that answers, in one order for everybody: of two that begin at once, one is refused at the first node they share. */
export async function holdCluster<T>(
  open: OpenRemote,
  nodes: readonly ClusterNode[],
  what: string,
  act: () => Promise<T>,
  me: Identity = whoAmI(),
): Promise<T> {
  const note = { token: randomUUID(), what, operator: me.operator, pid: me.pid, place: me.place };
  const members = nodes.filter(({ target }) => target.role !== 'repository');
  const held: ClusterNode[] = [];
  const onHeld = (step: string): Promise<unknown> => Promise.all(held.map((node) => quietly(open, node, step, note)));
  // A note that is not renewed expires by itself: a run that lost its network must not hold the cluster for ever.
  const renewal = setInterval(() => void onHeld('renew'), RENEW_MS);
  renewal.unref();
  try {
    for (const node of [...members].sort((a, b) => (a.target.name < b.target.name ? -1 : 1))) {
      if (await hold(open, node, note, me)) {
        held.push(node);
      }
    }
    return await act();
  } finally {
    clearInterval(renewal);
    await onHeld('release');
  }
}

type Note = Readonly<Record<'token' | 'what' | 'operator' | 'place', string>> & { readonly pid: number };

/** False where the node does not answer: whatever the operation does with such a node, it decides by itself. */
async function hold(open: OpenRemote, node: ClusterNode, note: Note, me: Identity): Promise<boolean> {
  try {
    const text = await ask(open, node, 'hold', note);
    const holder = text === undefined ? undefined : parseHolder(text);
    if (text === undefined) {
      return true;
    }
    if (holder === undefined || !isDead(holder, me.place, me.isRunning)) {
      throw new KingbaseError(heldByOther(node.target.name, holder, node.target.state));
    }
    if ((await ask(open, node, 'hold', note, holder.token)) !== undefined) {
      throw new KingbaseError(heldByOther(node.target.name, holder, node.target.state));
    }
    return true;
  } catch (error) {
    if (isGone(error) || isOtherMachine(error)) {
      return false;
    }
    throw error;
  }
}

/** The note of whoever holds it; undefined where the step was done. */
async function ask(
  open: OpenRemote,
  { connection, target }: ClusterNode,
  step: string,
  note: Note,
  dead = '',
): Promise<string | undefined> {
  const env = {
    KB_OP_NOTE: JSON.stringify(note).slice(0, -1),
    KB_OP_TOKEN: note.token,
    KB_OP_BREAK: dead,
    KB_OP_SECONDS: String(HOLD_SECONDS),
  };
  try {
    await onHost(open, connection, (remote) =>
      runSteps(remote, target, 'operation.sh', [step], { env, timeoutMs: 20_000 }),
    );
    return undefined;
  } catch (error) {
    if (error instanceof RemoteError && error.result?.code === HELD) {
      return error.result.stdout;
    }
    throw error;
  }
}

/** Neither a late renewal nor a release that fails may undo what was done: the note expires. */
async function quietly(open: OpenRemote, node: ClusterNode, step: string, note: Note): Promise<void> {
  try {
    await ask(open, node, step, note);
  } catch (error) {
    warn(node.connection.host, `${step} of the note operation.json failed: ${(error as Error).message}`);
  }
}
