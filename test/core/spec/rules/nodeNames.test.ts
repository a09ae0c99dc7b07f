// Node names stand unquoted in synchronous_standby_names, slots and files.
import { describe, expect, it } from 'vitest';
import { cluster, findings, messages, node } from '../exampleCluster';

describe('nodeNames', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'a capital and a dash',
      cluster({ nodes: [node(1, { name: 'Node-1' }), node(2)] }),
      ['nodes[0].name: "Node-1" cannot be a node name'],
    ],
    [
      'a name with a quote',
      cluster({ nodes: [node(1, { name: "a'b" }), node(2)] }),
      ['nodes[0].name: "a\'b" cannot be a node name'],
    ],
    [
      'a name with nothing usable in it',
      cluster({ nodes: [node(1, { name: '主库' }), node(2)] }),
      ['nodes[0].name: "主库" cannot be a node name'],
    ],
    [
      'too long a name',
      cluster({ nodes: [node(1, { name: 'n'.repeat(41) }), node(2)] }),
      ['nodes[0].name: is 41 characters long'],
    ],
    [
      'a keyword',
      cluster({ nodes: [node(1, { name: 'any' }), node(2)] }),
      ['nodes[0].name: "any" is a keyword of synchronous_standby_names, sys_hba.conf or of our commands'],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });

  it('suggests a name that is one', () => {
    const [finding] = findings(cluster({ nodes: [node(1, { name: 'DB-01.prod' }), node(2)] }));
    expect(finding?.hint).toContain('for example db_01_prod.');
  });
});
