/** A witness is behind where its records differ from those of the one primary; nobody else's business is touched. */
import { describe, expect, it } from 'vitest';
import { staleWitnesses } from '../../../core/membership/staleWitnesses';
import type { NodeObservation, RepmgrRecord } from '../../../core/observe/types';
import { gone, primaryNode, record, seen, standbyNode } from '../../support/observations';

const ALL = [record('node1', 'primary'), record('node2', 'standby'), record('witness', 'witness')];
const repmgr = (records: readonly RepmgrRecord[] | undefined) => ({
  repmgr: { records, paused: false, clusterShow: undefined },
});
const primary = primaryNode('node1', repmgr(ALL));
const standby = standbyNode('node2', repmgr(ALL));
const witnessWith = (records: readonly RepmgrRecord[] | undefined) => primaryNode('witness', repmgr(records));
const behind = witnessWith(ALL.filter(({ name }) => name !== 'node2'));
const find = (...nodes: NodeObservation[]) => staleWitnesses(nodes.map(seen));

describe('staleWitnesses', () => {
  it('names a witness that registered before a standby did, or has no records to be read', () => {
    expect(find(primary, standby, behind)).toEqual({ primary: 'node1', witnesses: ['witness'] });
    expect(find(primary, standby, witnessWith(undefined))).toEqual({ primary: 'node1', witnesses: ['witness'] });
  });

  it('names none where the records are the same, in whatever order', () => {
    expect(find(primary, standby, witnessWith([...ALL].reverse()))).toBeUndefined();
  });

  it('leaves one alone that is not registered, is not reachable, or whose database does not answer', () => {
    const unknown = primaryNode('node1', repmgr(ALL.slice(0, 2)));
    expect(find(unknown, standby, behind)).toBeUndefined();
    expect(find(primary, standby, gone('witness'))).toBeUndefined();
    const server = { running: false, answers: undefined, reason: undefined };
    expect(find(primary, standby, { ...behind, server })).toBeUndefined();
  });

  it('asks nobody while a database node could not be read: it may have been promoted since', () => {
    const silent = { running: true, answers: undefined, reason: 'does not answer' };
    const stopped = { running: false, answers: undefined, reason: 'the database does not run' };
    expect(find(primary, gone('node2'), behind)).toBeUndefined();
    expect(find(primary, standbyNode('node2', { server: silent }), behind)).toBeUndefined();
    expect(find(primary, standbyNode('node2', { server: stopped }), behind)).toMatchObject({ primary: 'node1' });
  });

  it('does not take a standby for a witness', () => {
    expect(find(primary, standbyNode('node2', repmgr([])), witnessWith(ALL))).toBeUndefined();
  });

  it('asks nobody without a primary, with two, or where its records cannot be read', () => {
    expect(find(standby, behind)).toBeUndefined();
    expect(find(primary, primaryNode('node2', repmgr(ALL)), behind)).toBeUndefined();
    expect(find(primaryNode('node1', repmgr(undefined)), standby, behind)).toBeUndefined();
  });
});
