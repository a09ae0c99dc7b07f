// Location and network device are plain words.
import { describe, expect, it } from 'vitest';
import { cluster, messages, node } from '../exampleCluster';

describe('nodeDetails', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'a location with blanks',
      cluster({ nodes: [node(1, { location: 'room 1' }), node(2)] }),
      ['nodes[0].location: "room 1" cannot be a location'],
    ],
    [
      'a device with a slash',
      cluster({ nodes: [node(1, { netDevice: 'eth0/1' }), node(2)] }),
      ['nodes[0].netDevice: "eth0/1" is not the name of a network device'],
    ],
    [
      'a device for all that is too long',
      cluster({ nodes: [node(1)], virtualIp: { address: '10.77.0.100/24', netDevice: 'verylongdevice00' } }),
      ['virtualIp.netDevice: "verylongdevice00" is not the name of a network device'],
    ],
    [
      'the loopback device',
      cluster({ nodes: [node(1, { netDevice: 'lo' }), node(2)] }),
      ['nodes[0].netDevice: lo is the loopback device: no client would find the virtual IP there'],
    ],
    [
      'the loopback device for all',
      cluster({ nodes: [node(1)], virtualIp: { address: '10.77.0.100/24', netDevice: 'lo' } }),
      ['virtualIp.netDevice: lo is the loopback device: no client would find the virtual IP there'],
    ],
    [
      'nothing about bonds and VLANs',
      cluster({
        nodes: [node(1, { netDevice: 'bond0.100', location: 'shanghai-1' }), node(2, { netDevice: 'eth0:1' })],
      }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
