// Level 2 is for two nodes that may rejoin by themselves.
import { describe, expect, it } from 'vitest';
import { cluster, failover, messages, node } from '../exampleCluster';

describe('clusterRecovery', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'three nodes and another recovery',
      failover({ autoClusterRecoveryLevel: 2 }),
      [
        'failover.autoClusterRecoveryLevel: 2 needs exactly two database nodes (there are 3) and recovery automatic (it is standby)',
      ],
    ],
    [
      'one node, no trusted server',
      { nodes: [node(1)], failover: { autoClusterRecoveryLevel: 2, recovery: 'automatic' } },
      [
        'failover.autoClusterRecoveryLevel: 2 needs exactly two database nodes (there is 1) and trustedServers (there is none)',
      ],
    ],
    [
      'nothing when all is there',
      cluster({
        nodes: [node(1), node(2)],
        failover: { autoClusterRecoveryLevel: 2, recovery: 'automatic', trustedServers: ['10.77.0.1'] },
      }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
