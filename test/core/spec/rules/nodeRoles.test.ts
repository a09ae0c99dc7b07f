// Roles that make sense together.
import { describe, expect, it } from 'vitest';
import { cluster, messages, node } from '../exampleCluster';

describe('nodeRoles', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['no database node', cluster({ nodes: [node(1, { role: 'witness' })] }), ['nodes: no node has the role database']],
    [
      'nobody to promote',
      cluster({ nodes: [node(1, { priority: 0 }), node(2, { priority: 0 })] }),
      ['nodes: every database node has priority 0, so none is ever promoted'],
    ],
    [
      'nobody left to promote',
      cluster({ nodes: [node(1), node(2, { priority: 0 })] }),
      ['nodes: only "node1" has a priority above 0: when it is the primary and fails, none is promoted'],
    ],
    [
      'two witnesses',
      cluster({ nodes: [node(1), node(2), node(3, { role: 'witness' }), node(4, { role: 'witness' })] }),
      ['nodes: 2 nodes have the role witness'],
    ],
    [
      'a witness beside one database',
      cluster({ nodes: [node(1), node(2, { role: 'witness' })] }),
      ['nodes: a witness beside a single database node decides nothing'],
    ],
    [
      'two repositories',
      cluster({ nodes: [node(1), node(2), node(3, { role: 'repository' }), node(4, { role: 'repository' })] }),
      ['nodes: 2 nodes have the role repository'],
    ],
    [
      'nothing when failover is manual',
      cluster({
        nodes: [node(1, { priority: 0 }), node(2, { priority: 0 })],
        failover: { failover: 'manual', trustedServers: ['10.77.0.1'] },
      }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
