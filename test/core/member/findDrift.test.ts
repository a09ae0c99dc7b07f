/** What an update of a member puts back: exactly what differs, and nothing that an operator paused or that recovery owns. */
import { describe, expect, it } from 'vitest';
import type { MemberDecision } from '../../../core/member/memberDecision';
import { findDrift, type DriftFacts } from '../../../core/member/findDrift';
import {
  emptyNode,
  primaryNode,
  record,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  SYSTEM,
  THREE_RECORDS,
} from '../../support/observations';

const ENSURE: Record<'primary' | 'standby' | 'witness', MemberDecision> = {
  primary: { kind: 'ensure', role: 'primary', primary: 'node1' },
  standby: { kind: 'ensure', role: 'standby', primary: 'node1' },
  witness: { kind: 'ensure', role: 'witness', primary: 'node1' },
};
const FINDING = { code: 'member/x', message: 'because' };

const standbyFacts = (changes: Partial<DriftFacts> = {}): DriftFacts => ({
  name: 'node2',
  id: 2,
  host: '10.0.0.12',
  role: 'database',
  slotName: 'repmgr_slot_2',
  kcluster: false,
  systemIdentifier: SYSTEM,
  self: standbyNode('node2'),
  primary: primaryNode('node1'),
  decision: ENSURE.standby,
  ...changes,
});
const primaryFacts = (changes: Partial<DriftFacts> = {}): DriftFacts =>
  standbyFacts({
    name: 'node1',
    id: 1,
    host: '10.0.0.11',
    self: primaryNode('node1'),
    decision: ENSURE.primary,
    ...changes,
  });

const withRecords = (records: typeof THREE_RECORDS | undefined) =>
  primaryNode('node1', { repmgr: { records, paused: false, clusterShow: undefined } });
const found = (facts: DriftFacts): string[] =>
  findDrift(facts).map((entry) => `${entry.kind} ${entry.subject}: ${entry.found}`);
const withRole = (
  role: { superuser: boolean; replication: boolean; login: boolean; inKcluster: boolean } | undefined,
) => primaryFacts({ self: primaryNode('node1', {}, { clusterRole: role }) });

describe('findDrift', () => {
  it('finds nothing on a healthy primary, standby and witness', () => {
    expect(found(standbyFacts())).toEqual([]);
    expect(found(primaryFacts())).toEqual([]);
    const records = [...THREE_RECORDS, record('witness', 'witness')];
    const witness = primaryNode('witness', { repmgr: { records, paused: false, clusterShow: undefined } });
    expect(
      found(
        standbyFacts({
          name: 'witness',
          id: 9,
          host: '10.0.0.19',
          role: 'witness',
          self: witness,
          primary: undefined,
          decision: ENSURE.witness,
        }),
      ),
    ).toEqual([]);
  });

  it.each<[string, DriftFacts, string[]]>([
    [
      'daemons that do not run',
      standbyFacts({ self: standbyNode('node2', { repmgrdPid: null, kbhaPid: null }) }),
      ['repmgrd repmgrd: not running', 'kbha kbha: not running'],
    ],
    [
      'a cron line that is gone',
      standbyFacts({ self: standbyNode('node2', { automation: 'missing' }) }),
      ['cron kbha cron line: missing'],
    ],
    [
      'a node that is not registered',
      standbyFacts({ primary: withRecords(THREE_RECORDS.slice(0, 1)) }),
      ['record node 2: not registered'],
    ],
    [
      'records that cannot be read',
      standbyFacts({ primary: withRecords(undefined) }),
      ['record repmgr records: not readable'],
    ],
    [
      'an inactive record of another type, name and host',
      standbyFacts({
        primary: withRecords([
          record('node2', 'primary', { active: false, name: 'old', conninfo: "host='10.9.9.9' user=esrep" }),
        ]),
      }),
      ['record node 2: inactive, registered as primary, registered as "old", registered with host 10.9.9.9'],
    ],
    [
      'a record without a host',
      standbyFacts({ primary: withRecords([record('node2', 'standby', { conninfo: '' })]) }),
      ['record node 2: registered with host '],
    ],
    [
      'a slot that is gone',
      standbyFacts({
        self: standbyNode('node2', {}, { receiver: undefined }),
        primary: primaryNode('node1', {}, { slots: [] }),
      }),
      ['slot repmgr_slot_2: missing on the primary'],
    ],
    ['a role that is gone', withRole(undefined), ['role esrep: missing']],
    [
      'a role without its rights',
      withRole({ superuser: false, replication: false, login: false, inKcluster: false }),
      ['role esrep: may not log in, may not replicate, is no superuser'],
    ],
    [
      'a role outside kcluster',
      { ...withRole({ superuser: false, replication: true, login: true, inKcluster: false }), kcluster: true },
      ['role esrep: is not in role kcluster'],
    ],
    [
      'a standby that was stopped',
      standbyFacts({ self: stoppedStandby('node2', { kbhaPid: null }), decision: { kind: 'start', as: 'standby' } }),
      ['database standby: stopped', 'kbha kbha: not running'],
    ],
    [
      'data that is gone',
      standbyFacts({ self: emptyNode('node2'), decision: { kind: 'clone', primary: 'node1', wipe: false } }),
      ['data data directory: empty'],
    ],
    ['what is refused', standbyFacts({ decision: { kind: 'refuse', finding: FINDING } }), ['data member/x: because']],
  ])('finds %s', (_what, facts, drift) => {
    expect(found(facts)).toEqual(drift);
  });

  it.each<[string, DriftFacts]>([
    [
      'daemons and database where automation is paused',
      standbyFacts({
        self: stoppedStandby('node2', { automation: 'paused', kbhaPid: null }),
        decision: { kind: 'start', as: 'standby' },
      }),
    ],
    [
      'a former primary, which is the business of recovery',
      primaryFacts({ self: stoppedPrimary('node1'), decision: { kind: 'leave', primary: 'node2', finding: FINDING } }),
    ],
    [
      'a failover under way',
      standbyFacts({ self: standbyNode('node2', { kbhaPid: null }), decision: { kind: 'wait', finding: FINDING } }),
    ],
    [
      'the start of a whole cluster',
      primaryFacts({ self: stoppedPrimary('node1'), decision: { kind: 'start', as: 'primary' } }),
    ],
    [
      'a slot while the primary cannot be read',
      standbyFacts({ self: standbyNode('node2', {}, { receiver: undefined }), primary: undefined }),
    ],
    [
      'a slot that is there but not in use yet',
      standbyFacts({ self: standbyNode('node2', {}, { receiver: undefined }) }),
    ],
    [
      'kcluster of a superuser',
      { ...withRole({ superuser: true, replication: false, login: true, inKcluster: false }), kcluster: true },
    ],
  ])('leaves alone: %s', (_what, facts) => {
    expect(found(facts)).toEqual([]);
  });
});
