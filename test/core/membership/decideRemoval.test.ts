/** Taking nodes out: never the primary, never without one, never with two. */
import { describe, expect, it } from 'vitest';
import { decideRemoval } from '../../../core/membership/decideRemoval';
import type { NodeObservation } from '../../../core/observe/types';
import { gone, primaryNode, seen, standbyNode } from '../../support/observations';

const decide = (staying: NodeObservation[], removed: NodeObservation[]) => {
  const decision = decideRemoval(staying.map(seen), removed.map(seen));
  return decision.kind === 'remove' ? decision.primary : decision.finding;
};

describe('decideRemoval', () => {
  it('takes standbys out, also such that are gone', () => {
    expect(decide([standbyNode('node1'), primaryNode('node2')], [standbyNode('node3')])).toBe('node2');
    expect(decide([primaryNode('node1')], [gone('node3')])).toBe('node1');
  });

  it('refuses the primary and says to switch over first', () => {
    expect(decide([standbyNode('node2')], [primaryNode('node1')])).toMatchObject({
      code: 'membership/remove-primary',
      message: 'node1 is the primary and is not removed',
      hint: expect.stringContaining('Switch over to another node first') as string,
    });
  });

  it('refuses without a primary and with two', () => {
    expect(decide([standbyNode('node1')], [standbyNode('node3')])).toMatchObject({ code: 'membership/no-primary' });
    expect(decide([primaryNode('node1'), primaryNode('node2')], [standbyNode('node3')])).toMatchObject({
      code: 'cluster/two-primaries',
    });
  });
});
