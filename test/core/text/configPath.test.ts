// Paths as a user reads them.
import { describe, expect, it } from 'vitest';
import { formatPath, isAtOrBelow, pointerParts } from '../../../core/text/configPath';

describe('configPath', () => {
  it.each([
    [[], 'cluster'],
    [['nodes', 2, 'host'], 'nodes[2].host'],
    [['database', 'parameters', 'sys_stat_statements.max'], 'database.parameters["sys_stat_statements.max"]'],
    [['a"b'], '["a\\"b"]'],
  ])('writes %j as %s', (parts, expected) => {
    expect(formatPath(parts)).toBe(expected);
  });

  it('reads a JSON pointer, telling a place in a list from a key that looks like one', () => {
    expect(pointerParts('/nodes/0/a~1b~0c', { nodes: [{ 'a/b~c': 1 }] })).toEqual(['nodes', 0, 'a/b~c']);
    expect(pointerParts('/parameters/0', { parameters: { 0: 'x' } })).toEqual(['parameters', '0']);
    expect(pointerParts('/gone/0/x', {})).toEqual(['gone', '0', 'x']);
  });

  it.each([
    ['nodes[1].host', 'nodes[1].host', true],
    ['nodes[1].host', 'nodes[1]', true],
    ['nodes[1].host', 'nodes', true],
    ['nodes[1].host', 'cluster', true],
    ['nodes[10].host', 'nodes[1]', false],
    ['failover.x', 'fail', false],
  ])('knows whether %s lies at or below %s', (path, parent, expected) => {
    expect(isAtOrBelow(path, parent)).toBe(expected);
  });
});
