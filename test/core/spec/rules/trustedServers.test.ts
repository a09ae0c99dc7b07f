// A trusted server lies outside the cluster.
import { describe, expect, it } from 'vitest';
import { failover, messages } from '../exampleCluster';

describe('trustedServers', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'a node',
      failover({ trustedServers: ['10.77.0.12'] }),
      ['failover.trustedServers[0]: 10.77.0.12 is nodes[1] ("node2") itself'],
    ],
    [
      'the virtual IP',
      failover({ trustedServers: ['10.77.0.100'] }),
      ['failover.trustedServers[0]: 10.77.0.100 is the virtual IP'],
    ],
    [
      'one address twice',
      failover({ trustedServers: ['10.77.0.1', '10.77.0.2', '10.77.0.1'] }),
      ['failover.trustedServers[2]: same address as failover.trustedServers[0]'],
    ],
    [
      'two addresses in one entry',
      failover({ trustedServers: ['10.77.0.1,10.77.0.2'] }),
      ['failover.trustedServers[0]: "10.77.0.1,10.77.0.2" is more than one address'],
    ],
    [
      'a bad address',
      failover({ trustedServers: ['10.77.0.999'] }),
      ['failover.trustedServers[0]: "10.77.0.999" is neither an IP address nor a host name'],
    ],
    [
      'an entry of another type only once',
      failover({ trustedServers: [1, '10.77.0.1'] }),
      ['failover.trustedServers[0]: expected text, found 1'],
    ],
    ['nothing about a name and an address', failover({ trustedServers: ['gateway.example', '10.77.0.1'] }), []],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
