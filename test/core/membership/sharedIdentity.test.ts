/** A node that only changed its name must not be taken out under the old one. */
import { describe, expect, it } from 'vitest';
import { findSharedIdentity } from '../../../core/membership/sharedIdentity';

const node = (name: string, id: number, host = `10.0.0.${10 + id}`) => ({ name, id, host });
const olds = [node('node1', 1), node('node2', 2), node('node3', 3)];

describe('findSharedIdentity', () => {
  it('lets nodes go that nobody stands for, and new ones come', () => {
    expect(findSharedIdentity(olds, [node('node1', 1), node('node2', 2), node('node4', 4)])).toEqual([]);
    expect(findSharedIdentity([], olds)).toEqual([]);
    expect(findSharedIdentity(olds, olds)).toEqual([]);
  });

  it('refuses a renamed node, and names both', () => {
    expect(findSharedIdentity(olds, [node('node1', 1), node('other', 2), node('node3', 3)])).toEqual([
      expect.objectContaining({
        code: 'membership/shared-identity',
        path: 'node2, other',
        message:
          'node2 leaves the cluster, but other has the host 10.0.0.12 and the id 2: taking node2 out would stop or unregister other',
      }),
    ]);
  });

  it.each([
    ['id', node('node4', 2, '10.0.0.14'), 'the id 2'],
    ['host', node('node4', 4, '10.0.0.12'), 'the host 10.0.0.12'],
  ])('refuses a node that took over the %s only', (_what, replacement, shared) => {
    const [finding] = findSharedIdentity(olds, [node('node1', 1), replacement, node('node3', 3)]);
    expect(finding?.message).toContain(`node4 has ${shared}:`);
  });
});
