// custom names every database node once; the other modes name none.
import { describe, expect, it } from 'vitest';
import { cluster, messages, node } from '../exampleCluster';

describe('synchronousLists', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'a list without custom',
      cluster({ replication: { syncNodes: ['node2'] } }),
      ['replication.syncNodes: is given while replication.synchronous is quorum'],
    ],
    [
      'an unknown name',
      cluster({
        replication: { synchronous: 'custom', syncNodes: ['node1', 'node2', 'node9'], asyncNodes: ['node3'] },
      }),
      ['replication.syncNodes[2]: no database node is called "node9"'],
    ],
    [
      'a node in two lists',
      cluster({
        replication: {
          synchronous: 'custom',
          syncNodes: ['node1', 'node2'],
          potentialNodes: ['node2'],
          asyncNodes: ['node3'],
        },
      }),
      ['replication.potentialNodes[0]: "node2" already stands in replication.syncNodes'],
    ],
    [
      'a node in no list',
      cluster({ replication: { synchronous: 'custom', syncNodes: ['node1', 'node2'] } }),
      ['replication: "node3" stands in none of syncNodes, potentialNodes, asyncNodes'],
    ],
    [
      'nodes in no list, and no sync node',
      cluster({ replication: { synchronous: 'custom', asyncNodes: ['node1'] } }),
      [
        'replication: "node2", "node3" stand in none of syncNodes, potentialNodes, asyncNodes',
        'replication.syncNodes: is empty: no standby ever confirms a commit',
      ],
    ],
    [
      'an entry of another type only once',
      cluster({ nodes: [node(1), node(2)], replication: { synchronous: 'custom', syncNodes: ['node1', 'node2', 3] } }),
      ['replication.syncNodes[2]: expected text, found 3'],
    ],
    [
      'nothing when all are there once',
      cluster({
        replication: { synchronous: 'custom', syncNodes: ['node1'], potentialNodes: ['node2'], asyncNodes: ['node3'] },
      }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
