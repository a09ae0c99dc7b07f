/** Who may leave, asked before anything is changed: never the primary, and nobody while it is not certain who that is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLeaving, guardRemoval } from '../../../core/membership/guardRemoval';
import type { NodeObservation } from '../../../core/observe/types';
import {
  cutOffClone,
  emptyNode,
  gone,
  memberNote,
  noLedger,
  primaryNode,
  seen,
  standbyNode,
  stoppedPrimary,
} from '../../support/observations';

const guard = (nodes: readonly NodeObservation[], ...leaving: readonly string[]) =>
  guardRemoval(
    nodes.map(seen),
    leaving.map((name) => ({ name, host: 'x' })),
  );

describe('findLeaving', () => {
  it('names what is not in the new list, by name and host', () => {
    const at = (name: string, host: string) => ({ name, host });
    const olds = [at('a', '1'), at('b', '2'), at('c', '3'), at('d', '4')];
    expect(findLeaving(olds, [at('a', '1'), at('b', '9'), at('x', '3')])).toEqual(olds.slice(1));
    expect(findLeaving(olds, [...olds, at('e', '5')])).toEqual([]);
  });
});

describe('guardRemoval', () => {
  const three = [primaryNode('node1'), standbyNode('node2'), standbyNode('node3')];
  const joined = emptyNode('node2', { ledger: noLedger({ member: memberNote('node2', 'joined') }) });

  it.each<[string, readonly NodeObservation[], string[], string | undefined]>([
    ['nobody leaves', [gone('node1'), standbyNode('node2')], [], undefined],
    ['a standby leaves', three, ['node3'], undefined],
    ['the primary leaves', three, ['node1'], 'membership/remove-primary'],
    ['the primary leaves with another', three, ['node1', 'node2'], 'membership/remove-primary'],
    ['the primary cannot be read', [gone('node1'), ...three.slice(1)], ['node3'], 'membership/no-primary'],
    ['the primary is stopped', [stoppedPrimary('node1'), emptyNode('node2')], ['node2'], 'membership/no-primary'],
    ['there are two', [...three, primaryNode('node4')], ['node3'], 'cluster/two-primaries'],
    ['all that is there is a note', [emptyNode('node1'), joined, gone('node3')], ['node3'], 'membership/no-primary'],
    ['all that is there is half a clone', [gone('node1'), cutOffClone('node2')], ['node1'], 'membership/no-primary'],
    ['nothing exists yet', [emptyNode('node1'), gone('node2')], ['node2'], undefined],
  ])('where %s', (_what, nodes, leaving, code) => {
    expect(guard(nodes, ...leaving)?.code).toBe(code);
  });

  it('says that nothing was changed, and what to do', () => {
    expect(guard(three, 'node1')?.hint).toMatch(/^Switch over .* Nothing was changed on any host\.$/);
  });

  it('never lets a node go that accepts writes, nor anybody while no primary stays', () => {
    const any = (name: string) =>
      fc.constantFrom<NodeObservation>(
        primaryNode(name),
        standbyNode(name),
        stoppedPrimary(name),
        emptyNode(name),
        gone(name),
      );
    const names = ['node1', 'node2', 'node3'];
    fc.assert(
      fc.property(fc.tuple(...names.map(any)), fc.subarray(names, { minLength: 1 }), (nodes, leaving) => {
        const isPrimary = (node: NodeObservation): boolean =>
          node.reachable && node.server.answers?.inRecovery === false;
        const hasData = nodes.some((node) => node.reachable && node.data.state === 'present');
        if (guard(nodes, ...leaving) === undefined && hasData) {
          expect(nodes.filter(isPrimary).map((node) => leaving.includes(node.name))).toEqual([false]);
        }
      }),
    );
  });
});
