// One listener per port.
import { describe, expect, it } from 'vitest';
import { cluster, messages, node } from '../exampleCluster';

describe('ports', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'the database on the port of ssh',
      cluster({ connection: { port: 54321 } }),
      [
        'database.port: 54321 is also connection.port, the port of ssh',
        'remoteChannel.port: 54321 is also database.port',
      ],
    ],
    [
      'the database on the ssh port of one node',
      cluster({ nodes: [node(1), node(2, { port: 54321 })] }),
      ['database.port: 54321 is also nodes[1].port, the port of ssh'],
    ],
    [
      'sys_securecmdd on the port of ssh',
      cluster({ remoteChannel: { kind: 'securecmdd', port: 22 } }),
      ['remoteChannel.port: 22 is also connection.port, the port of ssh'],
    ],
    [
      'sys_securecmdd on the port of the database',
      cluster({ remoteChannel: { kind: 'securecmdd', port: 54321 } }),
      ['remoteChannel.port: 54321 is also database.port'],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
