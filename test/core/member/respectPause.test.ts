/** What an operator paused and stopped stays stopped; everything else is decided as ever. */
import { describe, expect, it } from 'vitest';
import { decideMember } from '../../../core/member/decideMember';
import type { MemberFacts } from '../../../core/member/memberDecision';
import { findDrift } from '../../../core/member/findDrift';
import { respectPause } from '../../../core/member/respectPause';
import type { Automation, NodeObservation, ReachableNode } from '../../../core/observe/types';
import {
  CLUSTER,
  cutOffClone,
  emptyNode,
  foreignNode,
  gone,
  hostOf,
  primaryNode,
  roleOf,
  seen,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  SYSTEM,
} from '../../support/observations';

const PRIMARY = [primaryNode('node1')];
const starting = {
  ...standbyNode('node2'),
  server: { running: true, answers: undefined, reason: 'starting up' },
};

function factsOf(self: ReachableNode, peers: readonly NodeObservation[]): MemberFacts {
  return {
    cluster: CLUSTER,
    name: self.name,
    host: hostOf(self.name),
    role: roleOf(self.name),
    systemIdentifier: SYSTEM,
    dataDirectory: '/kbdata/data',
    walDirectory: '',
    stateDirectory: '/var/lib/pulumi-kingbase/orders',
    self,
    peers: peers.map(seen),
  };
}

function decide(node: ReachableNode, peers: readonly NodeObservation[], automation: Automation) {
  const facts = factsOf({ ...node, automation }, peers);
  const wanted = decideMember(facts);
  return { facts, wanted, decision: respectPause(facts, wanted) };
}

describe('a node whose automation is paused', () => {
  it.each<[string, ReachableNode, NodeObservation[], string, string]>([
    ['a stopped standby', stoppedStandby('node2'), PRIMARY, 'start', 'it stays so'],
    ['a stopped primary', stoppedPrimary('node1'), [stoppedStandby('node2')], 'start', 'it stays so'],
    ['an empty directory', emptyNode('node2'), PRIMARY, 'clone', 'no database is made there'],
    ['a cut-off clone', cutOffClone('node2'), PRIMARY, 'clone', 'no database is made there'],
    ['an empty witness', emptyNode('witness'), PRIMARY, 'createWitness', 'no database is made there'],
    ['what would wait for peers', stoppedPrimary('node1'), [gone('node2')], 'wait', 'it stays so'],
  ])('leaves %s', (_what, node, peers, kind, message) => {
    const paused = decide(node, peers, 'paused');
    expect(paused.wanted.kind).toBe(kind);
    expect(paused.decision).toMatchObject({ kind: 'paused', finding: { code: 'member/paused', path: node.name } });
    expect(JSON.stringify(paused.decision)).toContain(message);
    expect(
      findDrift({ ...paused.facts, id: 2, slotName: 's', kcluster: false, primary: undefined, ...paused }),
    ).toEqual([]);
    for (const automation of ['active', 'missing'] as const) {
      const other = decide(node, peers, automation);
      expect(other.decision).toBe(other.wanted);
    }
  });

  it.each<[string, ReachableNode, NodeObservation[], string]>([
    ['runs', standbyNode('node2'), PRIMARY, 'ensure'],
    ['is starting', starting, PRIMARY, 'wait'],
    ['holds foreign data', foreignNode('node2'), PRIMARY, 'refuse'],
    ['is a former primary', stoppedPrimary('node2'), PRIMARY, 'leave'],
  ])('is decided as ever where it %s', (_what, node, peers, kind) => {
    const { wanted, decision } = decide(node, peers, 'paused');
    expect(decision).toBe(wanted);
    expect(decision.kind).toBe(kind);
  });
});
