/** May these nodes be taken out of the cluster? Only with one primary that stays. */
import type { Finding } from '../finding';
import { primaries, type SeenNode } from '../member/clusterView';

export type RemovalDecision =
  { readonly kind: 'remove'; readonly primary: string } | { readonly kind: 'refuse'; readonly finding: Finding };

export function decideRemoval(staying: readonly SeenNode[], removed: readonly SeenNode[]): RemovalDecision {
  const names = removed.map((node) => node.name).join(', ');
  const all = primaries([...staying, ...removed]);
  const [primary, second] = all;
  if (second !== undefined) {
    return refuse(
      'cluster/two-primaries',
      `${all.map((node) => node.name).join(' and ')} both accept writes; ${names} is not removed`,
      'Stop the one that must not (usually that on the lower timeline) and rejoin it, then run again.',
    );
  }
  if (primary === undefined) {
    return refuse(
      'membership/no-primary',
      `no primary is to be seen, so ${names} cannot be unregistered`,
      'Bring the cluster back first (a failover may be under way), then run again.',
    );
  }
  return removed.some((node) => node.name === primary.name)
    ? refuse(
        'membership/remove-primary',
        `${primary.name} is the primary and is not removed`,
        'Switch over to another node first (repmgr standby switchover --siblings-follow on the node to promote), then run again.',
      )
    : { kind: 'remove', primary: primary.name };
}

function refuse(code: string, message: string, hint: string): RemovalDecision {
  return { kind: 'refuse', finding: { code, message, hint } };
}
