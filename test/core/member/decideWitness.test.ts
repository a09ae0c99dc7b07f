/** What a witness needs: its own instance, and never that of somebody else. */
import { describe, expect, it } from 'vitest';
import type { MemberDecision } from '../../../core/member/memberDecision';
import type { NodeObservation, ReachableNode } from '../../../core/observe/types';
import { decide, withNote, notAnswering, codeOf } from '../../support/memberFacts';
import { emptyNode, gone, primaryNode, standbyNode, stoppedPrimary } from '../../support/observations';

const INSTANCE = '7300000000000000003';
function witnessNode(phase: string | undefined, changes: Partial<ReachableNode> = {}): ReachableNode {
  const node = {
    ...primaryNode('witness'),
    control: { ...primaryNode('witness').control, systemIdentifier: INSTANCE } as ReachableNode['control'],
    ...changes,
  };
  return phase === undefined ? node : withNote(node, phase, { instanceIdentifier: INSTANCE });
}
const STOPPED = stoppedPrimary('witness').server;

describe('a witness', () => {
  it.each<[string, ReachableNode, NodeObservation[], MemberDecision]>([
    ['is empty', emptyNode('witness'), [primaryNode('node2')], { kind: 'createWitness', primary: 'node2' }],
    [
      'was interrupted while it was made',
      withNote(emptyNode('witness'), 'cloning'),
      [primaryNode('node2')],
      { kind: 'createWitness', primary: 'node2' },
    ],
    [
      'is empty, and its note names no directory',
      withNote(emptyNode('witness'), 'cloning', { data: undefined, wal: undefined }),
      [primaryNode('node2')],
      { kind: 'createWitness', primary: 'node2' },
    ],
    [
      'was made but not started',
      witnessNode('cloning', { server: STOPPED }),
      [primaryNode('node2')],
      { kind: 'createWitness', primary: 'node2' },
    ],
    ['is stopped', witnessNode('joined', { server: STOPPED }), [gone('node1')], { kind: 'start', as: 'witness' }],
    ['runs', witnessNode('joined'), [primaryNode('node2')], { kind: 'ensure', role: 'witness', primary: 'node2' }],
  ])('that %s', (_what, self, peers, decision) => {
    expect(decide(self, ...peers)).toEqual(decision);
  });

  it.each<[string, ReachableNode, NodeObservation[], string]>([
    ['holds data that no note explains', witnessNode(undefined), [primaryNode('node1')], 'refuse member/data-not-ours'],
    [
      'holds data of another instance',
      withNote(witnessNode(undefined), 'joined', { instanceIdentifier: '1' }),
      [primaryNode('node1')],
      'refuse member/data-not-ours',
    ],
    ['lost its data', withNote(emptyNode('witness'), 'joined'), [primaryNode('node1')], 'refuse member/data-missing'],
    ...['72', '', undefined].map((instanceIdentifier): [string, ReachableNode, NodeObservation[], string] => [
      `holds data where its creation was interrupted, noted as instance "${instanceIdentifier}"`,
      withNote(witnessNode(undefined, { server: STOPPED }), 'cloning', { instanceIdentifier }),
      [primaryNode('node1')],
      'refuse member/data-not-ours',
    ]),
    [
      'holds data without a control file where its creation was interrupted',
      { ...witnessNode('cloning', { server: STOPPED }), control: undefined },
      [primaryNode('node1')],
      'refuse member/data-not-ours',
    ],
    [
      'holds the noted data on another machine',
      withNote(witnessNode(undefined, { server: STOPPED }), 'cloning', {
        instanceIdentifier: INSTANCE,
        incarnation: 'other',
      }),
      [primaryNode('node1')],
      'refuse member/data-not-ours',
    ],
    [
      'was made, and its note names no directory',
      withNote(witnessNode(undefined, { server: STOPPED }), 'cloning', {
        instanceIdentifier: INSTANCE,
        data: undefined,
        wal: undefined,
      }),
      [primaryNode('node1')],
      'refuse member/other-directories',
    ],
    ...[emptyNode('witness'), witnessNode(undefined, { server: STOPPED })].map(
      (node, index): [string, ReachableNode, NodeObservation[], string] => [
        `was begun in another directory (${index === 0 ? 'empty' : 'made'})`,
        withNote(node, 'cloning', { instanceIdentifier: INSTANCE, wal: '/old/wal' }),
        [primaryNode('node1')],
        'refuse member/other-directories',
      ],
    ),
    [
      'sees two primaries',
      witnessNode('joined'),
      [primaryNode('node1'), primaryNode('node2')],
      'refuse cluster/two-primaries',
    ],
    ['sees no primary', witnessNode('joined'), [standbyNode('node2')], 'wait member/no-primary'],
    ['is empty and sees no primary', emptyNode('witness'), [standbyNode('node2')], 'wait member/no-primary'],
    ['is starting', notAnswering(witnessNode('joined')), [primaryNode('node1')], 'wait member/not-answering'],
    [
      'is starting, without a word',
      { ...witnessNode('joined'), server: { running: true, answers: undefined, reason: undefined } },
      [primaryNode('node1')],
      'wait member/not-answering',
    ],
  ])('that %s', (_what, self, peers, code) => {
    expect(codeOf(decide(self, ...peers))).toBe(code);
  });
});
