/** Runs steps of templates/scripts/member.sh, and what bringing a member into its role needs to know besides its inputs. */
import type { Clock } from '../clock';
import type { MemberInputs } from './types';
import type { NodeFiles } from '../nodeFiles';
import { runSteps, type StepOptions } from '../nodeSteps';
import type { OpenRemote, Remote } from '../remote';
import type { LookedAt } from './memberFacts';

export interface MemberContext {
  readonly open: OpenRemote;
  readonly clock: Clock;
}

export interface BringOptions {
  /** First joining: waits for a failover or a recovery to end, and fails where the node does not take part afterwards. */
  readonly isNew: boolean;
  /** Files that were ours before. */
  readonly removed: NodeFiles;
}

export async function memberSteps(
  remote: Remote,
  inputs: MemberInputs,
  steps: readonly string[],
  options: StepOptions = {},
): Promise<string> {
  const env = { KB_SYSTEM: inputs.systemIdentifier, ...options.env };
  return runSteps(remote, inputs.target, 'member.sh', steps, { ...options, env });
}

export function hostOf({ peers, facts }: LookedAt, name: string): string {
  const peer = peers.find(({ target }) => target.name === name);
  if (peer === undefined) {
    throw new Error(`${facts.name}: the primary "${name}" is none of its peers`);
  }
  return peer.target.host;
}
