// Client networks name somebody.
import { describe, expect, it } from 'vitest';
import { cluster, findings, messages, spec } from '../exampleCluster';

describe('clientNetworks', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['everybody in IPv6', cluster({ clients: ['::/0'] }), ['clients[0]: ::/0 lets every address in the world connect']],
    [
      'half of everybody',
      cluster({ clients: ['0.0.0.0/1', '128.0.0.0/1'] }),
      [
        'clients[0]: 0.0.0.0/1 is wider than any network of one owner (shorter than /8)',
        'clients[1]: 128.0.0.0/1 is wider than any network of one owner (shorter than /8)',
      ],
    ],
    [
      'bits behind the length',
      cluster({ clients: ['10.1.2.3/16'] }),
      ['clients[0]: 10.1.2.3/16 has bits set behind its prefix length'],
    ],
    [
      'one network twice',
      cluster({ clients: ['10.0.0.0/16', '10.0.0.0/16'] }),
      ['clients[1]: same network as clients[0]'],
    ],
    ['a name', cluster({ clients: ['app.example'] }), ['clients[0]: "app.example" is not a network']],
    [
      'nothing about networks and single addresses',
      cluster({ clients: ['10.0.0.0/8', '10.1.2.3', 'fd00::/16', 'fd00::1'] }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });

  it.each([
    ['10.0.0.0/255.255.0.0', 'write the mask as a length: 255.255.255.0 is /24.'],
    ['all', 'everybody is not allowed; name the networks your applications connect from, for example 10.0.0.0/16.'],
    ['10.1.2.3/16', 'write 10.1.0.0/16 for the network, or 10.1.2.3 for the single address.'],
  ])('says what to write instead of %s', (client, hint) => {
    expect(findings(cluster({ clients: [client] })).map((finding) => finding.hint)).toEqual([hint]);
  });

  it('gives a single address its length', () => {
    expect(spec(cluster({ clients: ['10.1.2.3', 'fd00::1'] })).clients).toEqual(['10.1.2.3/32', 'fd00::1/128']);
  });
});
