/** Which declared settings are not in effect on which node. */
import { sameSetting } from '../../core/observe/settingValue';
import { pendingSettings } from '../../core/rollout/planRollout';
import type { RolloutInputs, RolloutMember } from '../handlers/rollout';
import { observeNodes, type ObservedMember } from '../observe/observeCluster';
import type { OpenRemote } from '../remote';

export interface RolloutObserved {
  /** node: settings that are declared but not in effect, or that wait for a restart. Nodes that could not be read have no entry. */
  readonly pending: Readonly<Record<string, readonly string[]>>;
  readonly unreadable: readonly string[];
}

export async function observeRollout(open: OpenRemote, inputs: RolloutInputs): Promise<RolloutObserved> {
  return describeRollout(inputs, await observeNodes(rolloutMembers(inputs), open, 'brief'));
}

export function describeRollout(inputs: RolloutInputs, observed: readonly ObservedMember[]): RolloutObserved {
  const pending = observed
    .map((node) => [node.target.name, pendingOn(memberOf(inputs, node.target.name), node)] as const)
    .filter(([, names]) => names.length > 0);
  const unreadable = observed.filter((node) => answersOn(node) === undefined).map((node) => node.target.name);
  return { pending: Object.fromEntries(pending), unreadable };
}

/** A setting that the server does not know cannot come into effect: it is left out here, ClusterStatus shows it. */
export function pendingOn(member: RolloutMember, node: ObservedMember): string[] {
  const answers = answersOn(node);
  if (answers === undefined) {
    return [];
  }
  const live = new Map(answers.settings.map((row) => [row.name.toLowerCase(), row]));
  const differing = Object.entries({ ...member.reload, ...member.restart })
    .filter(([name, value]) => {
      const row = live.get(name.toLowerCase());
      return row !== undefined && !sameSetting(value, row);
    })
    .map(([name]) => name);
  return [...new Set([...differing, ...pendingSettings(answers).map((setting) => setting.name)])].sort();
}

export function rolloutMembers(inputs: RolloutInputs): RolloutMember[] {
  return inputs.nodes.filter((node) => node.target.role !== 'repository');
}

export function memberOf(inputs: RolloutInputs, name: string): RolloutMember {
  const member = inputs.nodes.find(({ target }) => target.name === name);
  if (member === undefined) {
    throw new Error(`"${name}" is no node of this rollout`);
  }
  return member;
}

export function answersOn({ observation }: ObservedMember) {
  return observation.reachable ? observation.server.answers : undefined;
}
