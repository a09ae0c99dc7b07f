// Names, addresses, ids and host keys are unique; addresses by what they mean, not by their text.
import { describe, expect, it } from 'vitest';
import { cluster, hostKey, messages, node } from '../exampleCluster';

describe('uniqueNodes', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'two equal names',
      cluster({ nodes: [node(1), node(2, { name: 'node1' })] }),
      ['nodes[1].name: same name as nodes[0].name ("node1")'],
    ],
    [
      'two spellings of one IPv6 address',
      cluster({ virtualIp: undefined, nodes: [node(1, { host: 'fd00::1' }), node(2, { host: 'FD00:0:0::0001' })] }),
      ['nodes[1].host: same address as nodes[0].host ("fd00::1")'],
    ],
    [
      'an id that meets the position of another node',
      cluster({ nodes: [node(1), node(2, { id: 3 }), node(3)] }),
      ['nodes[2].id: same id as nodes[1].id (3)'],
    ],
    [
      'a cloned machine',
      cluster({ nodes: [node(1), node(2, { hostKey: `${hostKey(1)} root@clone` })] }),
      ['nodes[1].hostKey: same host key as nodes[0].hostKey'],
    ],
    [
      'every node after the first',
      cluster({ nodes: [node(1), node(2, { name: 'node1' }), node(3, { name: 'node1' })] }),
      ['nodes[1].name: same name as nodes[0].name ("node1")', 'nodes[2].name: same name as nodes[0].name ("node1")'],
    ],
    [
      'nothing when a repository has no id',
      cluster({ nodes: [node(1), node(2), node(3, { role: 'repository' })] }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
