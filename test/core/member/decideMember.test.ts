/** What a database node of the cluster needs. */
import { describe, expect, it } from 'vitest';
import type { MemberDecision } from '../../../core/member/memberDecision';
import type { NodeObservation, ReachableNode } from '../../../core/observe/types';
import { decide, withNote, partialClone, withData, notAnswering, codeOf } from '../../support/memberFacts';
import {
  cutOffClone,
  emptyNode,
  foreignNode,
  gone,
  noLedger,
  OTHER_SYSTEM,
  primaryNode,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
} from '../../support/observations';

describe('a database node', () => {
  it.each<[string, ReachableNode, NodeObservation[], MemberDecision]>([
    [
      'runs as primary',
      primaryNode('node1'),
      [standbyNode('node2')],
      { kind: 'ensure', role: 'primary', primary: 'node1' },
    ],
    [
      'runs as standby of whoever is primary',
      standbyNode('node1'),
      [primaryNode('node2')],
      { kind: 'ensure', role: 'standby', primary: 'node2' },
    ],
    ['is empty', emptyNode('node2'), [primaryNode('node1')], { kind: 'clone', primary: 'node1', wipe: false }],
    [
      'was emptied after it had been left',
      withNote(emptyNode('node2'), 'left'),
      [primaryNode('node1')],
      { kind: 'clone', primary: 'node1', wipe: false },
    ],
    [
      'is empty on a machine with the notes of another',
      withNote(emptyNode('node2'), 'joined', { incarnation: 'machine-old' }),
      [primaryNode('node1')],
      { kind: 'clone', primary: 'node1', wipe: false },
    ],
    [
      'holds half a clone of ours',
      partialClone('node2'),
      [primaryNode('node1')],
      { kind: 'clone', primary: 'node1', wipe: true },
    ],
    [
      'holds a whole clone that was never noted as such',
      cutOffClone('node2', true),
      [primaryNode('node1')],
      { kind: 'clone', primary: 'node1', wipe: true },
    ],
    [
      'runs, although its note still calls it an unfinished clone',
      withNote(standbyNode('node2'), 'cloning'),
      [primaryNode('node1')],
      { kind: 'ensure', role: 'standby', primary: 'node1' },
    ],
    [
      'is empty where a clone was begun in another directory',
      withNote(emptyNode('node2'), 'cloning', { data: '/old/data' }),
      [primaryNode('node1')],
      { kind: 'clone', primary: 'node1', wipe: false },
    ],
    ['is a stopped standby', stoppedStandby('node2'), [primaryNode('node1')], { kind: 'start', as: 'standby' }],
    [
      'is a stopped standby without a primary',
      stoppedStandby('node2'),
      [gone('node1')],
      { kind: 'start', as: 'standby' },
    ],
    [
      'was primary last, all others are stopped behind it',
      stoppedPrimary('node1'),
      [stoppedStandby('node2'), emptyNode('node3')],
      { kind: 'start', as: 'primary' },
    ],
  ])('that %s', (_what, self, peers, decision) => {
    expect(decide(self, ...peers)).toEqual(decision);
  });

  it.each<[string, ReachableNode, NodeObservation[], string]>([
    ['holds foreign data', foreignNode('node2'), [primaryNode('node1')], 'refuse member/data-not-ours'],
    [
      'holds data without a control file',
      { ...stoppedPrimary('node2'), control: undefined },
      [primaryNode('node1')],
      'refuse member/data-not-ours',
    ],
    [
      'holds foreign data where our clone was noted',
      withNote(foreignNode('node2'), 'cloning'),
      [primaryNode('node1')],
      'refuse member/data-not-ours',
    ],
    [
      'holds a clone that was finished by hand and used since',
      withNote(stoppedStandby('node2'), 'cloning'),
      [primaryNode('node1')],
      'refuse member/clone-not-ours-to-wipe',
    ],
    [
      'holds a clone that was started since, though its label lies there again (a backup by hand)',
      withData(cutOffClone('node2', true), { started: true }),
      [primaryNode('node1')],
      'refuse member/clone-not-ours-to-wipe',
    ],
    [
      'holds a copy by other means where our clone was noted',
      withData(cutOffClone('node2', true), { baseBackup: false }),
      [primaryNode('node1')],
      'refuse member/clone-not-ours-to-wipe',
    ],
    [
      'holds files that are no copy where our clone was noted',
      withData(cutOffClone('node2'), { baseBackup: false }),
      [primaryNode('node1')],
      'refuse member/clone-not-ours-to-wipe',
    ],
    ...['data', 'wal'].map((key): [string, ReachableNode, NodeObservation[], string] => [
      `holds a cut-off copy, and our clone was begun with another ${key} directory`,
      withNote(cutOffClone('node2'), 'cloning', { [key]: '/elsewhere' }),
      [primaryNode('node1')],
      'refuse member/clone-not-ours-to-wipe',
    ]),
    [
      'holds a cut-off copy, and the note names no directory',
      withNote(cutOffClone('node2'), 'cloning', { data: undefined, wal: undefined }),
      [primaryNode('node1')],
      'refuse member/clone-not-ours-to-wipe',
    ],
    ['lost its data', withNote(emptyNode('node2'), 'joined'), [primaryNode('node1')], 'refuse member/data-missing'],
    [
      'is told another data directory, which is empty',
      withNote(emptyNode('node2'), 'joined', { data: '/old/data' }),
      [primaryNode('node1')],
      'refuse member/data-missing',
    ],
    [
      'lost its fresh clone',
      withNote(emptyNode('node2'), 'cloned'),
      [primaryNode('node1')],
      'refuse member/data-missing',
    ],
    [
      'cannot be read',
      emptyNode('node2', { data: { ...emptyNode('x').data, state: 'unreadable' } }),
      [primaryNode('node1')],
      'refuse member/data-unreadable',
    ],
    [
      'has a note that cannot be read',
      { ...emptyNode('node2'), ledger: noLedger({ member: '{' }) },
      [primaryNode('node1')],
      'refuse member/note-unreadable',
    ],
    ['is primary beside another', primaryNode('node1'), [primaryNode('node2')], 'refuse cluster/two-primaries'],
    [
      'follows one of two primaries',
      standbyNode('node3'),
      [primaryNode('node1'), primaryNode('node2')],
      'refuse cluster/two-primaries',
    ],
    [
      'would clone one of two primaries',
      emptyNode('node3'),
      [primaryNode('node1'), primaryNode('node2')],
      'refuse cluster/two-primaries',
    ],
    [
      'runs on its own half clone',
      notAnswering(partialClone('node2')),
      [primaryNode('node1')],
      'wait member/not-answering',
    ],
    ['is starting', notAnswering(standbyNode('node2')), [primaryNode('node1')], 'wait member/not-answering'],
    [
      'is empty while there is no primary',
      emptyNode('node3'),
      [standbyNode('node2'), gone('node1')],
      'wait member/no-primary',
    ],
    [
      'follows nobody',
      standbyNode('node2', {}, { receiver: undefined }),
      [stoppedPrimary('node1')],
      'wait member/no-primary',
    ],
    [
      'follows a primary that is not declared any more',
      standbyNode('node2'),
      [standbyNode('node3')],
      'refuse member/primary-undeclared',
    ],
    [
      'was primary before another took over',
      stoppedPrimary('node1'),
      [primaryNode('node2')],
      'leave member/former-primary',
    ],
    [
      'was primary, and a peer cannot be read',
      stoppedPrimary('node1'),
      [gone('node2'), stoppedStandby('node3')],
      'wait member/peers-unreadable',
    ],
    ['was primary, and a standby runs', stoppedPrimary('node1'), [standbyNode('node2')], 'wait member/no-primary'],
    [
      'was primary like another',
      stoppedPrimary('node1'),
      [stoppedPrimary('node2')],
      'refuse cluster/primary-uncertain',
    ],
  ])('that %s', (_what, self, peers, code) => {
    expect(codeOf(decide(self, ...peers))).toBe(code);
  });

  it('is not started where a stopped peer holds newer data', () => {
    const older = stoppedPrimary('node1');
    const newerTimeline = stoppedStandby('node2', {
      control: { ...older.control, timeline: 2 } as ReachableNode['control'],
    });
    const further = stoppedStandby('node2', {
      control: { ...older.control, minRecoveryLsn: '0/6000000' } as ReachableNode['control'],
    });
    expect(codeOf(decide(older, newerTimeline))).toBe('refuse cluster/primary-uncertain');
    expect(codeOf(decide(older, further))).toBe('refuse cluster/primary-uncertain');
    // After a crash its own end is beyond its last checkpoint: a standby cannot be ahead of it on the same timeline.
    const crashed = stoppedPrimary('node1', {
      control: { ...older.control, state: 'in production' } as ReachableNode['control'],
    });
    expect(decide(crashed, further)).toEqual({ kind: 'start', as: 'primary' });
  });

  // Once pinned as a start: an unreadable position compared as "not ahead", so that nodes of which nothing was known lost to this one.
  it.each([
    ['its own checkpoint', { checkpointLsn: '?' }, {}],
    ['the checkpoint of a peer', {}, { checkpointLsn: '?' }],
    ['the end of recovery of a peer', {}, { minRecoveryLsn: '?' }],
  ])('is not started where %s cannot be read', (_what, own, other) => {
    const self = stoppedPrimary('node1');
    const peer = stoppedStandby('node2');
    const decision = decide(
      { ...self, control: { ...self.control, ...own } as ReachableNode['control'] },
      { ...peer, control: { ...peer.control, ...other } as ReachableNode['control'] },
    );
    expect(codeOf(decision)).toBe('refuse cluster/primary-uncertain');
  });

  it.each<[string, ReachableNode, string]>([
    [
      'has data without a control file',
      { ...stoppedStandby('node2'), control: undefined },
      'without a readable control',
    ],
    [
      'has a data directory that cannot be read',
      emptyNode('node2', { data: { ...emptyNode('x').data, state: 'unreadable' } }),
      'data directory that cannot be read',
    ],
    ['lost its data', withNote(emptyNode('node2'), 'joined'), 'is empty although its note'],
    ['lost its fresh clone', withNote(emptyNode('node2'), 'cloned'), 'is empty although its note'],
    [
      'has a note that cannot be read',
      { ...emptyNode('node2'), ledger: noLedger({ member: '{' }) },
      'not a JSON object',
    ],
    ['holds foreign data', foreignNode('node2'), `holds data of system ${OTHER_SYSTEM}`],
    [
      'holds what was a clone of ours once, and was used since',
      withData(partialClone('node2'), { started: true }),
      'without a readable control',
    ],
  ])('that was primary last is not started while a peer %s', (_what, peer, why) => {
    const decision = decide(stoppedPrimary('node1'), peer, stoppedStandby('node3'));
    expect(codeOf(decision)).toBe('wait member/peers-unreadable');
    expect(JSON.stringify(decision)).toContain(why);
  });

  it.each([
    ['an unfinished clone of ours', partialClone('node2')],
    ['a directory emptied after it was left', withNote(emptyNode('node2'), 'left')],
    [
      'an empty directory with the notes of another machine',
      withNote(emptyNode('node2'), 'joined', { incarnation: 'x' }),
    ],
  ])('that was primary last is started beside %s', (_what, peer) => {
    expect(decide(stoppedPrimary('node1'), peer)).toEqual({ kind: 'start', as: 'primary' });
  });

  it.each([
    [
      'where the noted clone was begun',
      { data: '/old/data', wal: '/old/wal' },
      {},
      'begun in /old/data with WAL in /old/wal',
    ],
    ['that the note names no directory', { data: undefined }, {}, 'begun in directories that it does not name'],
    ['that a database was started in it', {}, { started: true }, 'a database was started in it since'],
    ['that it is no base backup', {}, { baseBackup: false }, 'does not look like a copy that was cut off'],
  ])('says %s, and how to go on, where it does not wipe', (_what, note, data, why) => {
    const decision = decide(withData(withNote(cutOffClone('node2'), 'cloning', note), data), primaryNode('node1'));
    expect(decision.kind === 'refuse' && decision.finding).toMatchObject({
      message: expect.stringMatching(
        new RegExp(`member.json calls it an unfinished clone, but .*${why}.*; nothing was wiped`),
      ) as string,
      hint: expect.stringContaining('move it away or empty the directory') as string,
    });
  });

  it.each([
    [true, /^If this is the finished standby, start it yourself \(sys_ctl start\) and run again/, /[Nn]ever start/],
    [false, /^Never start it: without standby\.signal it would come up as a second primary/, /sys_ctl/],
  ])(
    'is to be started by hand only where it would run as a standby (standby.signal: %s)',
    (standbySignal, is, isNot) => {
      const node = withData(withNote(cutOffClone('node2'), 'cloning'), { started: true, standbySignal });
      const decision = decide(node, primaryNode('node1'));
      const hint = decision.kind === 'refuse' ? decision.finding.hint : undefined;
      expect(hint).toMatch(is);
      expect(hint).not.toMatch(isNot);
    },
  );

  it('says where the data of a node was whose directory is another now', () => {
    const decision = decide(withNote(emptyNode('node2'), 'joined', { data: '/old/data' }), primaryNode('node1'));
    expect(JSON.stringify(decision)).toContain('is empty (its data was in /old/data)');
  });

  it('names every peer and its state where there is no primary', () => {
    const other = primaryNode('node4', {
      control: { ...primaryNode('x').control, systemIdentifier: OTHER_SYSTEM } as ReachableNode['control'],
    });
    const decision = decide(
      emptyNode('node3'),
      standbyNode('node2'),
      notAnswering(standbyNode('node5')),
      stoppedStandby('node6'),
      other,
      gone('node1'),
    );
    expect(decision.kind === 'wait' && decision.finding.message).toBe(
      'no primary of cluster "orders" is to be seen (node2: standby, node5: starting, node6: stopped, node4: primary of other data, node1: could not be read)',
    );
    expect(JSON.stringify(decide(emptyNode('node3')))).toContain('no peers');
  });

  it('tells how a former primary comes back, and who took over', () => {
    const decision = decide(stoppedPrimary('node1'), primaryNode('node2', {}, { timeline: 2 }));
    expect(decision.kind === 'leave' && decision.finding.message).toContain('before node2 took over (timeline 2)');
    expect(
      JSON.stringify(decide(stoppedPrimary('node1'), primaryNode('node2', {}, { timeline: undefined }))),
    ).toContain('timeline unknown');
    expect(JSON.stringify(decide(notAnswering(standbyNode('node2'), undefined)))).toContain('starting up');
    const silent = { ...standbyNode('node2'), server: { running: true, answers: undefined, reason: undefined } };
    expect(JSON.stringify(decide(silent))).toContain('no reason given');
  });
});
