// A node has an IP that others can reach; a bastion may have a name.
import { describe, expect, it } from 'vitest';
import { cluster, findings, hostKey, messages, node } from '../exampleCluster';

describe('hostAddresses', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'a loopback address',
      cluster({ nodes: [node(1, { host: '127.0.0.1' })], virtualIp: undefined }),
      ['nodes[0].host: 127.0.0.1 is a loopback address'],
    ],
    [
      'a link-local address',
      cluster({ nodes: [node(1, { host: 'fe80::1' })], virtualIp: undefined }),
      ['nodes[0].host: fe80::1 is a link-local address'],
    ],
    [
      'the unspecified address',
      cluster({ nodes: [node(1, { host: '0.0.0.0' })], virtualIp: undefined }),
      ['nodes[0].host: 0.0.0.0 is an unspecified address'],
    ],
    [
      'localhost',
      cluster({ nodes: [node(1, { host: 'localhost' })] }),
      ['nodes[0].host: "localhost" is every host itself'],
    ],
    [
      'a host name',
      cluster({ nodes: [node(1, { host: 'db1.example' })] }),
      ['nodes[0].host: "db1.example" is a name, not an IP address'],
    ],
    [
      'a mistyped IPv4 address',
      cluster({ nodes: [node(1, { host: '10.77.0.300' })] }),
      ['nodes[0].host: "10.77.0.300" is neither an IP address nor a host name'],
    ],
    [
      'a short IPv4 address',
      cluster({ nodes: [node(1, { host: '10.77' })] }),
      ['nodes[0].host: "10.77" is neither an IP address nor a host name'],
    ],
    [
      'a bastion that is none',
      cluster({ connection: { bastion: { host: 'a b', hostKey: hostKey(9) } } }),
      ['connection.bastion.host: "a b" is neither an IP address nor a host name'],
    ],
    [
      'nothing about a bastion with a name',
      cluster({ connection: { bastion: { host: 'jump.example', hostKey: hostKey(9) } } }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });

  it.each([
    [
      '10.77.0.11:22',
      'write the address alone: 10.77.0.11; the ssh port goes into port, the database port into database.port.',
    ],
    ['ops@10.77.0.11', 'write the address alone; the login user goes into connection.user.'],
    ['10.77.0.11 ', 'give an IPv4 or IPv6 address, or a host name of letters, digits, - and dots.'],
  ])('says what to write instead of %s', (host, hint) => {
    expect(findings(cluster({ nodes: [node(1, { host })] })).map((finding) => finding.hint)).toEqual([hint]);
  });
});
