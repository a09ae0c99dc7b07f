/** When a node that accepts writes may take the virtual IP by hand and register itself by force. */
import { describe, expect, it } from 'vitest';
import { isProvenPrimary } from '../../../core/member/provenPrimary';
import type { NodeObservation, ReachableNode } from '../../../core/observe/types';
import {
  CLUSTER,
  cutOffClone,
  emptyNode,
  gone,
  hostOf,
  memberNote,
  noLedger,
  primaryNode,
  seen,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  SYSTEM,
} from '../../support/observations';

const proven = (...peers: readonly NodeObservation[]): boolean =>
  isProvenPrimary({
    cluster: CLUSTER,
    name: 'node1',
    host: hostOf('node1'),
    role: 'database',
    systemIdentifier: SYSTEM,
    dataDirectory: '/kbdata/data',
    walDirectory: '',
    stateDirectory: '/var/lib/pulumi-kingbase/orders',
    self: primaryNode('node1'),
    peers: peers.map(seen),
  });
const noted = (node: ReachableNode, phase: string): ReachableNode => ({
  ...node,
  ledger: noLedger({ member: memberNote(node.name, phase) }),
});
const follower = (name: string, senderHost: string): ReachableNode =>
  standbyNode(name, {}, { receiver: { status: 'streaming', senderHost, slotName: 'x', timeline: 1 } });
const halfClone = cutOffClone('node2');

describe('a primary is proven', () => {
  it.each<[string, NodeObservation[]]>([
    ['alone', []],
    ['by the standbys that follow it', [standbyNode('node2'), standbyNode('node3')]],
    ['by one follower, the majority being read', [standbyNode('node2'), gone('node3')]],
    ['by one follower beside one that is stopped', [standbyNode('node2'), stoppedStandby('node3')]],
    ['at the first creation: peers are empty', [emptyNode('node2'), emptyNode('node3')]],
    ['while its peers are being cloned', [halfClone, noted(stoppedStandby('node3'), 'cloned')]],
    ['beside a node emptied after it was left', [noted(emptyNode('node2'), 'left')]],
  ])('%s', (_what, peers) => {
    expect(proven(...peers)).toBe(true);
  });
});

describe('a primary is not proven', () => {
  it.each<[string, NodeObservation[]]>([
    ['where nobody else could be read', [gone('node2'), gone('node3')]],
    ['where half of the nodes could be read', [gone('node2')]],
    ['where its only follower is no majority', [standbyNode('node2'), gone('node3'), gone('node4')]],
    ['beside another that accepts writes', [primaryNode('node2'), standbyNode('node3')]],
    ['where the others follow another node', [follower('node2', hostOf('node3')), gone('node3')]],
    ['where no peer with data runs', [stoppedStandby('node2'), stoppedPrimary('node3')]],
    ['by empty peers while one could not be read', [emptyNode('node2'), gone('node3')]],
    ['by a peer whose clone was finished and used since', [noted(stoppedPrimary('node2'), 'cloning')]],
    ['by a peer that lost its data', [noted(emptyNode('node2'), 'joined')]],
    ['by a peer with a note that cannot be read', [{ ...emptyNode('node2'), ledger: noLedger({ member: '{' }) }]],
  ])('%s', (_what, peers) => {
    expect(proven(...peers)).toBe(false);
  });
});
