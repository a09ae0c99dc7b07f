/**
 * The guards of a promotion, by a real bash on written facts: no second primary, nobody who has more is passed over, nothing is lost unnamed.
 * Seen to fail: primary-runs, most-advanced and confirm with `bad` changed to `ok`: exactly their rows; the two about timelines with the newest one not looked for;
 * the one of a position read a moment later with the standbys compared beside a running primary.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { promote, PROMOTE_MIN_FREE_BYTES } from '../../../core/action/kinds/promote';
import { guardsOf, having, inKind, type Facts } from '../../support/switchoverFacts';

const RECORDS = `record 1 node1 primary active - 100
record 2 node2 standby active 1 100
record 3 node3 standby active 1 100
repmgrd running unpaused
free 900000000 /data
system 77
failover manual
looked whole
`;

const standby = (lsn: string, timeline = 4): string =>
  `server up\nrecovery yes\nsignal yes\nlsn ${lsn}\ncheckpointTimeline ${timeline}\nhistory 4 3 0/3000000\n${RECORDS}`;

/** node1 is gone with its host; node2 has as much as anybody. */
const LOST: Facts = {
  node1: 'unreadable no route to host\n',
  node2: standby('0/5000100'),
  node3: standby('0/5000100'),
};
/** Its host is there: the database was stopped in order. */
const STOPPED = (checkpoint: string, state = 'shut down'): Facts => ({
  ...LOST,
  node1: `server down\nstate ${state}\ncheckpointLsn ${checkpoint}\ncheckpointTimeline 4\n${RECORDS}`,
});

const WAIVER = { node: 'node2', acceptDataLossOwner: 'Li Wei', acceptDataLossReason: 'host burnt' };

const tokenOf = (facts: Facts): string => inKind('promote', facts, 'token', WAIVER).trim();
const refused = (facts: Facts, inputs: Readonly<Record<string, string>> = {}): readonly string[] =>
  guardsOf('promote', facts, { ...WAIVER, confirm: tokenOf(facts), ...inputs })
    .filter(({ ok }) => !ok)
    .map(({ code, found }) => `${code.replace('promote/', '')}: ${found}`);

describe('the guards of a promotion', { timeout: 60_000 }, () => {
  it('let the most advanced standby of a lost primary pass, with its waiver and token', () => {
    expect(refused(LOST)).toEqual([]);
  });

  it('let pass a standby whose checkpoint is still of the timeline before, and give it the same token once it is not', () => {
    const behind = having('node2', 'checkpointTimeline 4', 'checkpointTimeline 3\nwalTimeline 4', LOST);
    expect(refused(behind)).toEqual([]);
    expect(tokenOf(behind)).toBe(tokenOf(LOST));
    expect(
      refused(having('node3', 'checkpointTimeline 4', 'checkpointTimeline 3\nminRecoveryTimeline 4', LOST)),
    ).toEqual([]);
  });

  it.each<readonly [string, Facts, string]>([
    [
      'a primary that runs',
      { ...LOST, node1: `server up\nrecovery no\ntimeline 4\n${RECORDS}` },
      'primary-runs: a primary runs: node1',
    ],
    [
      'a primary that only its database port shows',
      having('node1', /$/, 'alive primary\n', LOST),
      'primary-runs: a primary runs: node1 (does not answer over ssh',
    ],
    [
      'a primary that still sends WAL',
      having('node2', 'server up', 'server up\nreceiver streaming 4 10.0.0.1 0/5000100', LOST),
      'primary-runs: a primary runs: 10.0.0.1 (sends WAL to node2)',
    ],
    [
      'only the primary that runs, not the standby whose position was read a moment later',
      { ...having('node3', '0/5000100', '0/5000200', LOST), node1: `server up\nrecovery no\ntimeline 4\n${RECORDS}` },
      'primary-runs: a primary runs: node1',
    ],
    [
      'a database that runs without standby.signal and does not answer',
      { ...LOST, node1: `server up\nsqlError the database system is starting up\n${RECORDS}` },
      'primary-unclear: node1',
    ],
    [
      'a database of which nobody knows whether it runs',
      { ...LOST, node3: standby('0/5000100').replace('server up', 'server unreadable') },
      'primary-unclear: node3',
    ],
    [
      'a standby that has more',
      having('node3', '0/5000100', '0/5000200', LOST),
      'most-advanced: node3 is ahead: timeline 4 at 0/5000200, node2 has timeline 4 at 0/5000100',
    ],
    [
      'a standby on a later timeline, although at a lower position',
      { ...LOST, node3: `history 5 4 0/5000100\n${standby('0/5000100', 5)}` },
      'most-advanced: node3 is ahead: timeline 5',
    ],
    [
      'a standby of another branch',
      { ...LOST, node3: `history 5 4 0/4000000\n${standby('0/4800000', 5)}` },
      'most-advanced: node3 (timeline 5 at 0/4800000) and node2 (timeline 4 at 0/5000100) come from different branches',
    ],
    ['a standby whose position is not known', having('node3', 'lsn 0/5000100', 'lsn ', LOST), 'most-advanced: node3'],
    ['a full disk', having('node2', 'free 900000000', 'free 1000', LOST), 'free-disk: node2: 1000 bytes'],
    [
      'a candidate whose replay is paused',
      having('node2', 'server up', 'server up\nreplayPaused', LOST),
      'candidate: node2 cannot be promoted: its replay is paused',
    ],
    [
      'a candidate without standby.signal',
      having('node2', 'signal yes', '', LOST),
      'candidate: node2 cannot be promoted: it has no standby.signal',
    ],
    [
      'a candidate that repmgr does not know',
      having('node2', 'record 2 node2 standby', 'record 2 node2 witness', LOST),
      'candidate: node2 cannot be promoted: repmgr has no record',
    ],
  ])('refuse %s', (_, facts, said) => {
    expect(refused(facts)).toEqual([expect.stringContaining(said)]);
  });

  it('refuse a standby that has more as well where it is not clear whether a primary runs', () => {
    const unclear = { ...LOST, node1: `server up\nsqlError the database system is starting up\n${RECORDS}` };
    expect(refused(having('node3', '0/5000100', '0/5000200', unclear))).toEqual([
      expect.stringContaining('primary-unclear: node1'),
      expect.stringContaining('most-advanced: node3 is ahead'),
    ]);
  });

  it('refuse a candidate that could not be looked at, and one that is not declared', () => {
    expect(refused(LOST, { node: 'node1' })).toEqual(['candidate: node1: no route to host']);
    expect(refused(LOST, { node: 'node9' })).toEqual([expect.stringContaining('unknown-node: node9')]);
  });

  it('refuse where nobody takes the loss upon himself by name', () => {
    expect(refused(LOST, { acceptDataLossOwner: '' })).toEqual([expect.stringContaining('data-loss: nobody')]);
    expect(refused(LOST, { acceptDataLossReason: '' })).toEqual([expect.stringContaining('data-loss: nobody')]);
  });

  it('ask for the token where a node was not looked at, and say which', () => {
    expect(refused(LOST, { confirm: '' })).toEqual([
      'confirm: not confirmed; not looked at: node1; lost at most: unknown bytes',
    ]);
    expect(refused(LOST, { confirm: '0123456789abcdef' })).toEqual([
      expect.stringContaining('the token 0123456789abcdef belongs to another standing'),
    ]);
  });

  it('say what is lost at most where the old primary was stopped in order, and ask for no token where that is nothing', () => {
    expect(refused(STOPPED('0/5000080'), { confirm: '' })).toEqual([]);
    expect(refused(STOPPED('0/5000180'), { confirm: '' })).toEqual(['confirm: not confirmed; lost at most: 129 bytes']);
    expect(refused(STOPPED('0/5000080', 'in production'), { confirm: '' })).toEqual([
      'confirm: not confirmed; lost at most: unknown bytes',
    ]);
  });
});

describe('the token of a promotion', { timeout: 60_000 }, () => {
  it('stays while positions move, and changes with what it stands for', () => {
    const before = tokenOf(LOST);
    expect(before).toMatch(/^[0-9a-f]{16}$/);
    expect(tokenOf(having('node3', '0/5000100', '0/5000050', LOST))).toBe(before);
    expect(tokenOf({ ...LOST, node3: 'unreadable no answer\n' })).not.toBe(before);
    expect(tokenOf(STOPPED('0/5000080'))).not.toBe(before);
    expect(tokenOf(having('node2', 'history 4 3 0/3000000', 'history 4 3 0/3000001', LOST))).not.toBe(before);
    expect(tokenOf(having('node2', 'system 77', 'system 78', LOST))).not.toBe(before);
  });
});

describe('fields and defaults', { timeout: 60_000 }, () => {
  it('are the same for the table of kinds and for who runs the action by hand', () => {
    const shell = readFileSync(resolve(__dirname, '../../../templates/os/actions/promote.sh'), 'utf8');
    const fields = [...Object.keys(promote.fields), 'confirm'].sort();
    expect(/^ACTION_FIELDS='(.*)'$/m.exec(shell)?.[1]?.split(' ').sort()).toEqual(fields);
    expect(shell).toContain(`KB_IN_minFreeBytes:-${PROMOTE_MIN_FREE_BYTES}}`);
  });
});

describe('the timeline of what a standby received', { timeout: 60_000 }, () => {
  const SEGMENTS =
    '000000020000000000000004 000000030000000000000004 000000030000000000000005 000000040000000000000007';
  it.each<readonly [string, string, string]>([
    ['the newest one of which that segment is there', '0/4000060', '3'],
    ['that of the segment that ends there', '0/5000000', '3'],
    ['not that of a segment further on', '0/5000001', '3'],
    ['none where no such segment is there', '0/9000060', ''],
    ['none where nothing was received', '', ''],
  ])('is %s', (_, lsn, wanted) => {
    const shell = `eval "$(mp_prelude 2>/dev/null)"
control() { echo 16777216; }
data=$library/data
mkdir -p "$data/pg_wal"
for name in ${SEGMENTS}; do : >"$data/pg_wal/$name"; done
wal_timeline '${lsn}'`;
    expect(inKind('promote', LOST, shell, WAIVER).trim()).toBe(wanted);
  });
});
