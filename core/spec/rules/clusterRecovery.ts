// Level 2 of auto_cluster_recovery_level is the vendor's "maximum availability": for two nodes that may rejoin by themselves.
import type { Rule } from './rule';

export const clusterRecovery: Rule = (spec) => {
  const { autoClusterRecoveryLevel, recovery, trustedServers } = spec.failover;
  if (autoClusterRecoveryLevel !== 2) return [];
  const count = spec.nodes.filter((node) => node.role === 'database').length;
  const reasons = [
    ...(count === 2 ? [] : [`exactly two database nodes (there ${count === 1 ? 'is' : 'are'} ${count})`]),
    ...(recovery === 'automatic' ? [] : [`recovery automatic (it is ${recovery})`]),
    ...(trustedServers.length > 0 ? [] : ['trustedServers (there is none)']),
  ];
  if (reasons.length === 0) return [];
  return [
    {
      code: 'spec/cluster-recovery-level',
      path: 'failover.autoClusterRecoveryLevel',
      message: `2 needs ${reasons.join(' and ')}`,
      hint: 'choose 1: kbha starts the old primary when the network is fine and there is exactly one.',
    },
  ];
};
