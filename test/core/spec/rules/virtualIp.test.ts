// The virtual IP is a free host address of the database nodes’ subnet.
import { describe, expect, it } from 'vitest';
import { cluster, messages, node } from '../exampleCluster';

describe('virtualIp', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'an address without its length',
      cluster({ virtualIp: '10.77.0.100' }),
      ['virtualIp: "10.77.0.100" is not an IPv4 address with a prefix length'],
    ],
    [
      'an IPv6 address',
      cluster({ virtualIp: { address: 'fd00::1/64' } }),
      ['virtualIp.address: "fd00::1/64" is not an IPv4 address with a prefix length'],
    ],
    [
      'no address at all',
      cluster({ virtualIp: 'vip' }),
      ['virtualIp: "vip" is not an IPv4 address with a prefix length'],
    ],
    [
      'too long a prefix',
      cluster({ virtualIp: '10.77.0.100/33' }),
      ['virtualIp: "10.77.0.100/33" is not an IPv4 address with a prefix length'],
    ],
    [
      'the network itself',
      cluster({ virtualIp: '10.77.0.0/24' }),
      ['virtualIp: 10.77.0.0/24 is the address of the network itself'],
    ],
    [
      'the broadcast address',
      cluster({ virtualIp: '10.77.0.255/24' }),
      ['virtualIp: 10.77.0.255/24 is the broadcast address of its network'],
    ],
    ['a loopback address', cluster({ virtualIp: '127.0.0.5/8' }), ['virtualIp: 127.0.0.5/8 is a loopback address']],
    [
      'a network of no hosts',
      cluster({ virtualIp: '10.77.0.100/4' }),
      ['virtualIp: 10.77.0.100/4 is in a network of length 4, which is no subnet of hosts'],
    ],
    [
      'the address of a node',
      cluster({ virtualIp: '10.77.0.12/24' }),
      ['virtualIp: 10.77.0.12 is the address of nodes[1] ("node2")'],
    ],
    [
      'a prefix that leaves one node out',
      cluster({ virtualIp: '10.77.0.12/31', nodes: [node(1), node(3)] }),
      ['virtualIp: 10.77.0.12/31 is not in the subnet of "node1" (10.77.0.11)'],
    ],
    ['an object without an address', cluster({ virtualIp: { netDevice: 'eth1' } }), ['virtualIp.address: is missing']],
    [
      'nothing about a witness elsewhere',
      cluster({ nodes: [node(1), node(2), node(3, { role: 'witness', host: '10.99.0.1' })] }),
      [],
    ],
    ['nothing about a routed single address', cluster({ virtualIp: '10.200.0.1/32' }), []],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
