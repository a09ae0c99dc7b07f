// One way to the key, and no key in plain text.
import { describe, expect, it } from 'vitest';
import { cluster, hostKey, messages, node } from '../exampleCluster';

describe('connectionAccess', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'a private key in place of its path',
      cluster({ connection: { privateKeyFile: '-----BEGIN OPENSSH PRIVATE KEY-----' } }),
      ['connection.privateKeyFile: holds a private key in plain text, not the path of a file'],
    ],
    [
      'a file and the agent',
      cluster({ connection: { privateKeyFile: '/k', agent: true } }),
      ['connection.agent: true while connection.privateKeyFile is given too'],
    ],
    [
      'bad user names, once each',
      cluster({
        nodes: [node(1, { user: 'a b' })],
        connection: { user: 'ops@host', bastion: { host: '10.1.1.1', hostKey: hostKey(9) } },
      }),
      [
        'connection.user: "ops@host" is not the name of a Unix user',
        'nodes[0].user: "a b" is not the name of a Unix user',
      ],
    ],
    [
      'the user of the bastion',
      cluster({ connection: { bastion: { host: '10.1.1.1', hostKey: hostKey(9), user: 'Jump!' } } }),
      ['connection.bastion.user: "Jump!" is not the name of a Unix user'],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
