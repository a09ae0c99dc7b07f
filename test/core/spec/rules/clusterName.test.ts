// The cluster’s name is a word for directories, zones and resources.
import { describe, expect, it } from 'vitest';
import { cluster, messages } from '../exampleCluster';

describe('clusterName', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['capitals', cluster({ name: 'Orders' }), ['name: is "Orders"']],
    ['a path', cluster({ name: '../x' }), ['name: is "../x"']],
    ['too long a name', cluster({ name: 'a'.repeat(33) }), ['name: is 33 characters long']],
    ['a reserved word', cluster({ name: 'all' }), ['name: "all" is a reserved word']],
    ['nothing about an ordinary name', cluster({ name: 'orders-2_test' }), []],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
