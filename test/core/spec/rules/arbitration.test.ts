// Somebody must be able to tell a dead primary from a cut line.
import { describe, expect, it } from 'vitest';
import { messages, node } from '../exampleCluster';

describe('arbitration', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'two nodes alone, even with manual failover',
      { nodes: [node(1), node(2)], failover: { failover: 'manual' } },
      [
        'failover.trustedServers: two database nodes without a witness or a trusted server cannot tell a dead peer from a cut line',
      ],
    ],
    [
      'automatic failover of three nodes alone',
      { nodes: [node(1), node(2), node(3)] },
      ['failover.trustedServers: automatic failover of 3 database nodes without a witness or a trusted server'],
    ],
    ['nothing with a witness', { nodes: [node(1), node(2), node(3, { role: 'witness' })] }, []],
    [
      'nothing with manual failover of three',
      { nodes: [node(1), node(2), node(3)], failover: { failover: 'manual' } },
      [],
    ],
    ['nothing with a single node', { nodes: [node(1)] }, []],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
