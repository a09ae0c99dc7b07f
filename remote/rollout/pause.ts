/** repmgrd is paused while the primary restarts in place, and always unpaused: by this run, or by the next one that finds our note. */
import { KingbaseError } from '../../core/finding';
import { onHost } from '../handlers/support';
import { runSteps } from '../nodeSteps';
import type { ObservedMember } from '../observe/observeCluster';
import { progress } from '../progress';
import type { RolloutContext } from './types';

export function hasOwnPause(observed: readonly ObservedMember[]): boolean {
  return observed.some(isMarked);
}

function isMarked({ observation }: ObservedMember): boolean {
  return observation.reachable && observation.ledger.rollout !== undefined;
}

/** A pause without a note of ours is an operator's: it stays, and makes the cluster count as unhealthy. */
export async function undoOwnPause(context: RolloutContext, observed: readonly ObservedMember[]): Promise<void> {
  const first = observed.find(isMarked);
  if (first === undefined) {
    return;
  }
  progress(first.node.connection.host, 'repmgrd was left paused by a rollout that was interrupted; it is unpaused');
  await unpause(context, observed);
}

export async function pausing(
  context: RolloutContext,
  observed: readonly ObservedMember[],
  act: () => Promise<void>,
): Promise<void> {
  await onEach(context, observed, ['mark']);
  try {
    await onFirst(context, observed, 'pause');
    await act();
  } finally {
    await unpause(context, observed);
  }
}

async function unpause(context: RolloutContext, observed: readonly ObservedMember[]): Promise<void> {
  try {
    await onFirst(context, observed, 'unpause');
  } catch (error) {
    throw new KingbaseError(
      {
        code: 'rollout/still-paused',
        message: `repmgrd could not be unpaused: until it is, no failover happens by itself\n${(error as Error).message}`,
        hint: 'Run again, or on any node: repmgr service unpause (old V8R6 builds: repmgr daemon unpause).',
      },
      { cause: error },
    );
  }
  await onEach(context, observed, ['unmark']);
}

/** repmgr reaches every node from any: the first that can do it does. */
async function onFirst(context: RolloutContext, observed: readonly ObservedMember[], step: string): Promise<void> {
  const candidates = observed.filter(
    ({ observation }) => observation.reachable && observation.server.answers !== undefined,
  );
  let last: unknown = new Error('no node answers');
  for (const { node } of candidates) {
    try {
      await onHost(context.open, node.connection, (remote) => runSteps(remote, node.target, 'rollout.sh', [step]));
      return;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

async function onEach(
  context: RolloutContext,
  observed: readonly ObservedMember[],
  steps: readonly string[],
): Promise<void> {
  const reachable = observed.filter(({ observation }) => observation.reachable);
  await Promise.all(
    reachable.map(({ node }) =>
      onHost(context.open, node.connection, (remote) => runSteps(remote, node.target, 'rollout.sh', steps)),
    ),
  );
}
