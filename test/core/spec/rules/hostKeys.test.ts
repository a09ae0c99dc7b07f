// A pinned host key is a whole public key of a known type.
import { describe, expect, it } from 'vitest';
import { cluster, findings, hostKey, messages, node } from '../exampleCluster';

describe('hostKeys', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'a private key',
      cluster({ nodes: [node(1, { hostKey: '-----BEGIN OPENSSH PRIVATE KEY-----' })] }),
      ['nodes[0].hostKey: is a private key, not a public host key: treat it as leaked and replace it'],
    ],
    [
      'a fingerprint',
      cluster({ nodes: [node(1, { hostKey: 'SHA256:abc' })] }),
      ['nodes[0].hostKey: is a fingerprint, not the key itself'],
    ],
    [
      'a line of ssh-keyscan with its address',
      cluster({ nodes: [node(1, { hostKey: `10.77.0.11 ${hostKey(1)}` })] }),
      [
        'nodes[0].hostKey: starts with "10.77.0.11", not with one of ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa: the line starts with the address; leave that out',
      ],
    ],
    [
      'an old type',
      cluster({ nodes: [node(1, { hostKey: 'ssh-dss AAAA' })] }),
      [
        'nodes[0].hostKey: starts with "ssh-dss", not with one of ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa',
      ],
    ],
    [
      'placeholders, which are not also called equal',
      cluster({
        nodes: [node(1, { hostKey: 'ssh-ed25519 AAAA…' }), node(2, { hostKey: 'ssh-ed25519 AAAA…' }), node(3)],
      }),
      [
        'nodes[0].hostKey: is a placeholder: the key of this host belongs here',
        'nodes[1].hostKey: is a placeholder: the key of this host belongs here',
      ],
    ],
    [
      'a type alone',
      cluster({ nodes: [node(1, { hostKey: 'ssh-ed25519' })] }),
      ['nodes[0].hostKey: the text after the type is not base64: it was cut or wrapped'],
    ],
    [
      'text that is not base64',
      cluster({ nodes: [node(1, { hostKey: 'ssh-ed25519 AAAA*AAA' })] }),
      ['nodes[0].hostKey: the text after the type is not base64: it was cut or wrapped'],
    ],
    [
      'a key of another type',
      cluster({ nodes: [node(1, { hostKey: hostKey(1).replace('ssh-ed25519', 'ssh-rsa') })] }),
      ['nodes[0].hostKey: the text after the type is not a ssh-rsa key'],
    ],
    [
      'a key that was cut',
      cluster({ nodes: [node(1, { hostKey: hostKey(1).slice(0, -8) })] }),
      ['nodes[0].hostKey: the key has 45 bytes, a ssh-ed25519 key has at least 51: it was cut'],
    ],
    [
      'the key of the bastion',
      cluster({ connection: { bastion: { host: '10.1.1.1', hostKey: 'x' } } }),
      [
        'connection.bastion.hostKey: starts with "x", not with one of ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa',
      ],
    ],
    [
      'nothing about a comment or a line break at the end',
      cluster({ nodes: [node(1, { hostKey: `${hostKey(1)} root@node1\n` })] }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });

  it('names the host and port to scan', () => {
    const [finding] = findings(cluster({ nodes: [node(1, { hostKey: 'x', port: 2201 })] }));
    expect(finding?.hint).toContain('`ssh-keyscan -p 2201 -t ed25519 10.77.0.11`');
  });

  it('takes an RSA and an ECDSA key', () => {
    const key = (type: string, length: number) =>
      `${type} ${Buffer.from([0, 0, 0, type.length, ...Buffer.from(type), ...Array<number>(length).fill(7)]).toString('base64')}`;
    expect(messages(cluster({ nodes: [node(1, { hostKey: key('ssh-rsa', 275) })] }))).toEqual([]);
    expect(messages(cluster({ nodes: [node(1, { hostKey: key('ecdsa-sha2-nistp256', 85) })] }))).toEqual([]);
    expect(messages(cluster({ nodes: [node(1, { hostKey: key('ssh-rsa', 131) })] }))).toEqual([
      'nodes[0].hostKey: the key has 142 bytes, a ssh-rsa key has at least 270: it was cut',
    ]);
  });
});
