/** May the host of this node be ended and made anew? Only a standby whose cluster has one primary elsewhere and loses no other standby meanwhile. */
import type { Finding } from '../finding';
import { databases, primaries, type SeenNode } from '../member/clusterView';

export interface Replacement {
  readonly node: string;
  /** Said by the user: also where the cluster cannot be looked at, or others do not follow. Never the primary. */
  readonly unchecked: boolean;
}

/** Empty: it may. */
export function decideReplacement(nodes: readonly SeenNode[], { node, unchecked }: Replacement): readonly Finding[] {
  const all = primaries(nodes);
  if (all.length > 1) {
    return [
      refusal(
        'cluster/two-primaries',
        `${all.map(({ name }) => name).join(' and ')} both accept writes; the host of ${node} is not replaced`,
        'Stop the one that must not (usually that on the lower timeline) and rejoin it, then run again.',
      ),
    ];
  }
  const [primary] = all;
  if (primary?.name === node) {
    return [
      refusal(
        'replace/primary',
        `${node} is the primary, and its host is not replaced`,
        'Switch over to another node first (npm run recover -- switchover --stack NAME), then run again.',
      ),
    ];
  }
  if (unchecked) return [];
  if (primary === undefined) {
    const seen = nodes.map(({ name, observation }) => `${name}: ${stateOf(observation)}`).join('; ');
    return [
      refusal(
        'replace/no-primary',
        `no primary is to be seen, so ${node} may be the one whose host is not to be replaced (${seen})`,
        `Bring the cluster back first. Where ${node} is known to be no primary: replaceUnchecked: [${node}].`,
      ),
    ];
  }
  const lost = databases(nodes).filter((one) => one.name !== node && one !== primary && !isFollowing(one));
  if (lost.length === 0) return [];
  const told = lost.map(({ name, observation }) => `${name} does not follow ${primary.name} (${stateOf(observation)})`);
  return [
    refusal(
      'replace/others-not-following',
      `${told.join('; ')}: without ${node} as well the data would stand on fewer nodes than declared`,
      `One host at a time: wait until it follows, or repair it. To go on all the same: replaceUnchecked: [${node}].`,
    ),
  ];
}

function isFollowing({ observation }: SeenNode): boolean {
  if (!observation.reachable) return false;
  const { answers } = observation.server;
  return answers?.inRecovery === true && answers.receiver?.status === 'streaming';
}

function stateOf(observation: SeenNode['observation']): string {
  if (!observation.reachable) return observation.reason;
  const { running, answers, reason } = observation.server;
  if (answers !== undefined) return answers.inRecovery ? 'a standby that receives nothing' : 'a primary';
  return running ? `its database does not answer: ${reason ?? 'no reason given'}` : 'no database runs there';
}

function refusal(code: string, message: string, hint: string): Finding {
  return { code, path: 'replace', message, hint };
}
