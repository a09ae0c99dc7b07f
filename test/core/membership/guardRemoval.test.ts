/** Who may leave, asked before anything is changed: never the primary, and nobody while it is not certain who that is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLeaving, guardRemoval } from '../../../core/membership/guardRemoval';
import type { NodeObservation } from '../../../core/observe/types';
import {
  bootstrapNote,
  CLUSTER,
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
    CLUSTER,
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
  const begun = (phase: string, changes: Record<string, unknown> = {}, isMember = false) =>
    stoppedPrimary('node1', {
      ledger: noLedger({
        bootstrap: bootstrapNote(phase, changes),
        member: isMember ? memberNote('node1', 'joined') : undefined,
      }),
    });
  const following = standbyNode('node1', { ledger: noLedger({ bootstrap: bootstrapNote('registered') }) });
  const beginning = primaryNode('node1', { ledger: noLedger({ bootstrap: bootstrapNote('registered') }) });
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
    ['nobody can be read', [gone('node1'), gone('node2'), gone('node3')], ['node3'], 'membership/not-read'],
    [
      'only a new node can be read',
      [gone('node1'), gone('node2'), emptyNode('node3')],
      ['node1'],
      'membership/not-read',
    ],
    ['only the witness can be read', [gone('node1'), primaryNode('witness')], ['witness'], 'membership/not-read'],
    [
      'all leave, and not all were read',
      [emptyNode('node1'), gone('node2')],
      ['node1', 'node2'],
      'membership/not-read',
    ],
    ['all leave that never began', [emptyNode('node1'), emptyNode('node2')], ['node1', 'node2'], undefined],
  ])('where %s', (_what, nodes, leaving, code) => {
    expect(guard(nodes, ...leaving)?.code).toBe(code);
  });

  it('says that nothing was changed, and what to do', () => {
    expect(guard(three, 'node1')?.hint).toMatch(/^Switch over .* Nothing was changed on any host\.$/);
  });

  it.each<[string, NodeObservation, string, string | undefined]>([
    ['a bootstrap was cut off, and its other node died', begun('placed'), 'node3', undefined],
    ['the same, and the bootstrap was done', begun('done'), 'node3', 'membership/no-primary'],
    ['the same, and it is of another cluster', begun('placed', { cluster: 'x' }), 'node3', 'membership/no-primary'],
    ['the same, and its data are others', begun('placed', { systemIdentifier: '1' }), 'node3', 'membership/no-primary'],
    ['the same, and it runs as a standby', following, 'node3', 'membership/no-primary'],
    ['the same, and it became a member', begun('placed', {}, true), 'node3', 'membership/no-primary'],
    ['a bootstrap was cut off that runs as primary', beginning, 'node3', undefined],
    ['the same, and it is the one that leaves', beginning, 'node1', 'membership/remove-primary'],
  ])('where %s', (_what, node1, leaving, code) => {
    const node3 = leaving === 'node3' ? gone('node3') : emptyNode('node3');
    expect(guard([node1, emptyNode('node2'), node3], leaving)?.code).toBe(code);
  });

  it('names who could not be read, and why', () => {
    const finding = guard([gone('node1'), standbyNode('node2'), standbyNode('node3')], 'node3');
    expect(finding?.hint).toContain('Not read: node1 (connection refused). Nothing was changed on any host.');
    expect(guard([gone('node1'), gone('node2')], 'node2')).toMatchObject({
      path: 'node2',
      message: 'node1 could not be read, so it is not certain that the primary stays; node2 is not removed',
    });
  });

  const names = ['node1', 'node2', 'node3'];
  const isPrimary = (node: NodeObservation): boolean => node.reachable && node.server.answers?.inRecovery === false;
  const anyNode = (...builders: ((name: string) => NodeObservation)[]) =>
    fc.tuple(...names.map((name) => fc.constantFrom(...builders.map((build) => build(name)))));

  it('lets nobody leave a cluster that exists unless its one primary was seen and stays, whoever else could be read', () => {
    const existing = anyNode(primaryNode, standbyNode, stoppedPrimary, gone);
    fc.assert(
      fc.property(existing, fc.subarray(names, { minLength: 1 }), (nodes, leaving) => {
        const primariesLeave = nodes.filter(isPrimary).map((node) => leaving.includes(node.name));
        expect(guard(nodes, ...leaving) === undefined).toBe(primariesLeave.length === 1 && !primariesLeave[0]);
      }),
    );
  });

  it('never lets a node go that accepts writes, nor anybody while no primary stays', () => {
    const any = anyNode(primaryNode, standbyNode, stoppedPrimary, emptyNode, gone);
    fc.assert(
      fc.property(any, fc.subarray(names, { minLength: 1 }), (nodes, leaving) => {
        const stay = nodes.filter((node) => !leaving.includes(node.name));
        const isBlank = (node: NodeObservation): boolean => node.reachable && node.data.state === 'empty';
        const isNothing = nodes.every((node) => isBlank(node) || !node.reachable);
        if (guard(nodes, ...leaving) === undefined && !(isNothing && (stay.length > 0 ? stay : nodes).every(isBlank))) {
          expect(nodes.filter(isPrimary).map((node) => leaving.includes(node.name))).toEqual([false]);
        }
      }),
    );
  });
});
