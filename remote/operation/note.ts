/** The note operation.json on one node: taken, renewed, released by operation.sh; one whose run is gone gives way. */
import { KingbaseError } from '../../core/finding';
import { heldByOther, HOLD_SECONDS, isDead, parseHolder, type Holder } from '../../core/operation/holder';
import { onHost } from '../handlers/support';
import { runSteps } from '../nodeSteps';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { isGone, isOtherMachine, RemoteError } from '../remoteError';
import { warn } from '../warn';
import type { Identity } from './whoAmI';

export type Note = Readonly<Record<'token' | 'what' | 'operator' | 'place', string>> & { readonly pid: number };

/** A note that is not renewed expires by itself: a run that lost its network must not hold the cluster for ever. */
export const RENEW_MS = (HOLD_SECONDS * 1000) / 4;
const HELD = 77;

/** Tokens of what this process is at. A note of this very process under another one is left over: its release failed, or the process id came round. */
const atWork = new Set<string>();

export function beginWork({ token }: Note): void {
  atWork.add(token);
}

export function endWork({ token }: Note): void {
  atWork.delete(token);
}

/** False where the node does not answer: whatever the operation does with such a node, it decides by itself. */
export async function holdNode(open: OpenRemote, node: ClusterNode, note: Note, me: Identity): Promise<boolean> {
  try {
    const text = await ask(open, node, 'hold', note);
    const holder = text === undefined ? undefined : parseHolder(text);
    if (text === undefined) {
      return true;
    }
    if (holder === undefined || !(isDead(holder, me.place, me.isRunning) || isLeftOver(holder, me))) {
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

function isLeftOver({ token, place, pid }: Holder, me: Identity): boolean {
  return me.place !== '' && place === me.place && pid === me.pid && !atWork.has(token);
}

/** Neither a late renewal nor a release that fails may undo what was done: the note expires. */
export async function quietly(
  open: OpenRemote,
  nodes: readonly ClusterNode[],
  step: 'renew' | 'release',
  note: Note,
): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      try {
        await ask(open, node, step, note);
      } catch (error) {
        warn(node.connection.host, `${step} of the note operation.json failed: ${(error as Error).message}`);
      }
    }),
  );
}

/** In one order for everybody: of two that begin at once, one is refused at the first node they share. A repository takes no part. */
export function inOrder(nodes: readonly ClusterNode[]): ClusterNode[] {
  return nodes
    .filter(({ target }) => target.role !== 'repository')
    .sort((a, b) => (a.target.name < b.target.name ? -1 : 1));
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
