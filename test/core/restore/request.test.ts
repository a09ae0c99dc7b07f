/** What a restore may be asked for, where it runs, and what a preview says of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRestoreRequest, describeRestore, loses, restoreNode } from '../../../core/restore/request';
import { makeSpec } from '../../support/specs';

const told = (request: object): string[] =>
  checkRestoreRequest(request, 'inputs').map(({ path, message }) => `${path}: ${message}`);

describe('checkRestoreRequest', () => {
  it.each([
    {},
    { target: 'time=2026-11-21T13:30:00+08:00', exclusive: true, timeline: 3, set: '20260512-110154F' },
    { target: 'xid=5', exclusive: true, after: 'pause', oldData: 'remove', node: 'node2' },
    { mode: 'aside', directory: '/kbdata/restored', target: 'immediate', port: 55_000 },
    { mode: 'finish', of: 'r1' },
    { mode: 'putBack', of: 'r1', node: 'node1' },
  ])('takes %j', (request) => {
    expect(told(request)).toEqual([]);
  });

  it.each([
    [{ target: 'time=2026-11-21T13:30:00' }, 'inputs.target: "time=2026-11-21T13:30:00" is not understood'],
    [{ target: 'soon' }, 'inputs.target: "soon" is no target'],
    [{ exclusive: true }, 'inputs.exclusive: has no meaning with the target latest'],
    [{ target: 'name=before', exclusive: true }, 'inputs.exclusive: has no meaning with the target name=before'],
    [{ timeline: 0 }, 'inputs.timeline: 0 is no number of a timeline'],
    [{ set: 'yesterday' }, 'inputs.set: "yesterday" is no label of a backup'],
    [{ directory: '/kbdata/restored' }, 'inputs.directory: has no meaning with mode inPlace'],
    [{ mode: 'aside' }, 'inputs.directory: is no absolute path'],
    [{ mode: 'aside', directory: '/kbdata/../etc' }, 'inputs.directory: is no absolute path'],
    [{ mode: 'aside', directory: '/kbdata/restored', port: 80 }, 'inputs.port: 80 is no port'],
    [{ mode: 'aside', directory: '/x', oldData: 'remove' }, 'inputs.oldData: has no meaning with mode aside'],
    [{ mode: 'finish' }, 'inputs.of: is missing'],
    [{ mode: 'putBack', of: 'r1', target: 'latest' }, 'inputs.target: has no meaning with mode putBack'],
  ])('refuses %j', (request, message) => {
    expect(told(request)).toEqual([message]);
  });

  it('takes no moment without its zone, whatever the moment', () => {
    const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, (at) => {
        const text = at.toISOString().replace(/\.\d+Z$/, '');
        expect(told({ target: `time=${text}Z` })).toEqual([]);
        expect(told({ target: `time=${text}` })).toHaveLength(1);
      }),
    );
  });
});

describe('restoreNode', () => {
  const spec = makeSpec();

  it('is the first database node, or the named one', () => {
    expect(restoreNode(spec, {})).toMatchObject({ name: 'node1' });
    expect(restoreNode(spec, { node: 'node2' })).toMatchObject({ name: 'node2' });
  });

  it('refuses another', () => {
    expect(restoreNode(spec, { node: 'node9' })).toMatchObject({ code: 'restore/no-node', path: 'node' });
  });
});

describe('describeRestore', () => {
  it('says what is stopped, replaced and lost in place', () => {
    const text = describeRestore('node1', { target: 'xid=5', exclusive: true });
    expect(text).toBe(
      'STOPS the database on every node, until it is restored; REPLACES the data of the whole cluster: node1 is restored from the newest backup before it to just before the target xid=5; LOSES everything that was committed after that point; the old data directories stay beside the new ones; then node1 opens as primary on a new timeline, the others are cloned from it, and a full backup follows; nothing stops before a backup and all WAL up to the target are proved, and the token of the dry run is given',
    );
    expect(describeRestore('node1', { oldData: 'remove', after: 'pause', set: 'F' })).toContain(
      'REMOVES the old data directories before that, with no way back; then it stays read-only at that point, with the watchdogs paused',
    );
  });

  it.each([
    [{ mode: 'aside', directory: '/d' }, 'leaves read-only the copy for the OS user alone; the cluster goes on'],
    [{ mode: 'aside', directory: '/d', after: 'promote' }, 'into /d and opens the copy'],
    [{ mode: 'finish', of: 'r1' }, 'opens what r1 restored for writes'],
    [{ mode: 'putBack', of: 'r1' }, 'removes what r1 restored, puts the old data directory back'],
    [{ mode: 'aside' }, 'to the target latest into  and'],
    [{ mode: 'finish' }, 'opens what  restored'],
    [{ mode: 'putBack' }, 'removes what  restored'],
  ])('says of %j', (request, words) => {
    expect(describeRestore('node1', request)).toContain(words);
  });
});

describe('loses', () => {
  it('only in place', () => {
    expect([{}, { mode: 'inPlace' }, { mode: 'aside' }, { mode: 'finish' }, { mode: 'putBack' }].map(loses)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
