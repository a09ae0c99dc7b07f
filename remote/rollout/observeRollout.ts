/** Which declared settings are not in effect on which node. */
import { effectsOf } from '../../core/observe/clusterReport';
import { describeConflict } from '../../core/observe/readBack';
import { judgeStanding, type Standing } from '../../core/rollout/standing';
import type { RolloutInputs, RolloutMember } from './types';
import { observeNodes, type ObservedMember } from '../observe/observeCluster';
import type { OpenRemote } from '../remote';
import { warn } from '../warn';

export interface RolloutObserved {
  /** node: settings that are declared but not in effect, or that wait for a restart. Nodes that could not be read have no entry. */
  readonly pending: Readonly<Record<string, readonly string[]>>;
  /** node: declared settings that another place keeps out of effect, with both places. Shown and left alone: somebody put them there. */
  readonly overridden?: Readonly<Record<string, readonly string[]>>;
  readonly unreadable: readonly string[];
}

export async function observeRollout(open: OpenRemote, inputs: RolloutInputs): Promise<RolloutObserved> {
  return describeRollout(inputs, await observeNodes(rolloutMembers(inputs), open, 'brief'));
}

/** Also a line for the operator where another place wins: it is his to take out. */
export function describeRollout(inputs: RolloutInputs, observed: readonly ObservedMember[]): RolloutObserved {
  const standings = observed.map((node) => [node, standingOn(memberOf(inputs, node.target.name), node)] as const);
  const pending = standings
    .filter(([, standing]) => standing.pending.length > 0)
    .map(([node, standing]) => [node.target.name, standing.pending] as const);
  const overridden = standings
    .filter(([, standing]) => standing.overridden.length > 0)
    .map(([node, standing]) => [node.target.name, standing.overridden.map(describeConflict)] as const);
  const unreadable = observed.filter((node) => answersOn(node) === undefined).map((node) => node.target.name);
  return {
    pending: Object.fromEntries(pending),
    ...(overridden.length === 0 ? {} : { overridden: Object.fromEntries(overridden) }),
    unreadable,
  };
}

export function warnOfOverrides(inputs: RolloutInputs, { overridden = {} }: RolloutObserved): void {
  for (const [name, texts] of Object.entries(overridden)) {
    for (const text of texts) {
      warn(memberOf(inputs, name).connection.host, `${name}: ${text}; ${LEFT}`);
    }
  }
}

const LEFT =
  'it is left as it is. To let the declared value win: ALTER SYSTEM RESET of it there and a reload; to keep the other one: declare it';

export function standingOn(member: RolloutMember, node: ObservedMember): Standing {
  const answers = answersOn(node);
  return answers === undefined
    ? { pending: [], overridden: [] }
    : judgeStanding({ ...member.reload, ...member.restart }, answers, effectsOf(node));
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
