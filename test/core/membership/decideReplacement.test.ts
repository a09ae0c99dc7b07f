/** Which host may be ended and made anew: a standby, with one primary elsewhere and every other standby following. */
import { describe, expect, it } from 'vitest';
import { decideReplacement } from '../../../core/membership/decideReplacement';
import type { NodeObservation } from '../../../core/observe/types';
import { gone, primaryNode, seen, standbyNode, stoppedStandby } from '../../support/observations';

const decide = (nodes: readonly NodeObservation[], node: string, unchecked = false) =>
  decideReplacement(nodes.map(seen), { node, unchecked }).map(({ code, message }) => `${code}: ${message}`);
const three = [primaryNode('node1'), standbyNode('node2'), standbyNode('node3')];

describe('decideReplacement', () => {
  it('lets a standby go, also one that is gone already', () => {
    expect(decide(three, 'node2')).toEqual([]);
    expect(decide([primaryNode('node1'), gone('node2'), standbyNode('node3')], 'node2')).toEqual([]);
  });

  it('never lets the primary go, nor anybody beside two of them, whatever is waived', () => {
    for (const unchecked of [false, true]) {
      expect(decide(three, 'node1', unchecked)).toEqual([
        'replace/primary: node1 is the primary, and its host is not replaced',
      ]);
      expect(decide([primaryNode('node1'), primaryNode('node2'), standbyNode('node3')], 'node3', unchecked)).toEqual([
        'cluster/two-primaries: node1 and node2 both accept writes; the host of node3 is not replaced',
      ]);
    }
    expect(decideReplacement(three.map(seen), { node: 'node1', unchecked: false })[0]?.hint).toContain(
      'npm run recover -- switchover',
    );
  });

  it('lets nobody go where no primary is to be seen, unless that is waived', () => {
    const nodes = [gone('node1'), standbyNode('node2'), stoppedStandby('node3')];
    const [told] = decide(nodes, 'node1');
    expect(told).toMatch(
      /^replace\/no-primary: no primary is to be seen, so node1 may be the one whose host is not to be replaced \(node1: .+; node2: .+; node3: no database runs there\)$/,
    );
    expect(decide(nodes, 'node1', true)).toEqual([]);
  });

  it('lets nobody go while another standby does not follow, unless that is waived', () => {
    const alone = standbyNode('node3', {}, { receiver: undefined });
    const nodes = [primaryNode('node1'), standbyNode('node2'), alone];
    expect(decide(nodes, 'node2')).toEqual([
      'replace/others-not-following: node3 does not follow node1 (a standby that receives nothing): without node2 as well the data would stand on fewer nodes than declared',
    ]);
    expect(decide([primaryNode('node1'), standbyNode('node2'), gone('node3')], 'node2')).toHaveLength(1);
    expect(decide(nodes, 'node2', true)).toEqual([]);
    // It is the one that is made anew.
    expect(decide(nodes, 'node3')).toEqual([]);
  });

  it('tells a database that does not answer from one that does not run', () => {
    const mute = standbyNode('node3');
    const silent = { ...mute, server: { running: true, answers: undefined, reason: 'the system is starting up' } };
    expect(decide([primaryNode('node1'), standbyNode('node2'), silent as NodeObservation], 'node2')[0]).toContain(
      'its database does not answer: the system is starting up',
    );
    const wordless = { ...mute, server: { running: true, answers: undefined, reason: undefined } };
    expect(decide([standbyNode('node2'), wordless as NodeObservation, primaryNode('node1')], 'node2')[0]).toContain(
      'no reason given',
    );
    expect(decide([standbyNode('node2'), primaryNode('node3'), primaryNode('node1')], 'node2')).toHaveLength(1);
  });
});
