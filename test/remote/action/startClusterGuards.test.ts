/**
 * The guards of starting a cluster, by a real bash on written facts: nobody serves, nobody has what the candidate lacks, and what could not be looked
 * at is answered for by name. Seen to fail: each guard with `bad` changed to `ok`: exactly its rows; the resume and what leads already, on a file that
 * looked at nothing.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCluster } from '../../../core/action/kinds/startCluster';
import { guardsOf, having, inKind, type Facts } from '../../support/switchoverFacts';

const down = (state: string, timeline: number, lsn: string, more = ''): string =>
  `server down\nsystem 77\nstate ${state}\ncheckpointTimeline ${timeline}\nwalEnd ${timeline} ${lsn}\nhistory 4 3 0/3000000\nfree 900000000 /data\n${more}looked whole\n`;
const HOLDS = 'relation holds 4 0/5000000\nwal same\n';

/** Every host lost its power; node1 was primary and has a little more than the standbys. */
const ALL: Facts = {
  node1: down('in production', 4, '0/5000100'),
  node2: down('in archive recovery', 4, '0/5000000', `signal yes\n${HOLDS}`),
  node3: down('shut down in recovery', 4, '0/5000000', `signal yes\n${HOLDS}`),
};
const GONE: Facts = { ...ALL, node3: 'unreadable no route to host\n' };
const with3 = (relation: string, more = ''): Facts => ({
  ...ALL,
  node3: down('in production', 4, '0/5000000', `${relation}${more}`),
});

const WAIVER = { acceptDataLossOwner: 'Li Wei', acceptDataLossReason: 'node3 burnt' };
const kind = 'startCluster';
const tokenOf = (facts: Facts): string => inKind(kind, facts, 'token', { node: 'node1' }).trim();
const refused = (facts: Facts, inputs: Readonly<Record<string, string>> = {}): readonly string[] =>
  guardsOf(kind, facts, { node: 'node1', ...inputs })
    .filter(({ ok }) => !ok)
    .map(({ code, found }) => `${code.replace('start/', '')}: ${found}`);

describe('the guards of starting a cluster', { timeout: 60_000 }, () => {
  it('let the node pass that has all there is', () => {
    expect(refused(ALL)).toEqual([]);
    expect(guardsOf(kind, ALL, { node: 'node1' }).map(({ found }) => found)).toContain(
      'node1 has all that node2 has (timeline 4 at 0/5000000)',
    );
  });

  it.each<readonly [string, Facts, string]>([
    [
      'a primary elsewhere',
      { ...ALL, node2: `server up\nrecovery no\ntimeline 4\nsystem 77\n` },
      'primary-runs: node2 accepts writes',
    ],
    [
      'a primary that only its database port shows',
      having('node3', /$/, 'alive primary\n', GONE),
      'primary-runs: node3 accepts writes',
    ],
    [
      'a database that runs and does not say what it is',
      { ...ALL, node2: 'server up\nsystem 77\nsqlError starting up\n' },
      'unclear: node2 (its database runs and does not answer: starting up)',
    ],
    [
      'a candidate that runs as a standby',
      having('node1', 'server down', 'server up\nrecovery yes', ALL),
      'candidate: node1: its database runs, as a standby',
    ],
    [
      'a candidate whose control file cannot be read',
      having('node1', 'system 77', 'system ', ALL),
      'candidate: node1: its control file cannot be read',
    ],
    [
      'a candidate whose WAL has no end that could be found',
      having('node1', /walEnd .*/, 'walEndError invalid magic number', ALL),
      'candidate: node1: where its WAL ends is not known: invalid magic number',
    ],
    [
      'a candidate whose history file is missing',
      having('node1', /history .*\n/, '', ALL),
      'candidate: node1: the history file of its timeline 4 is missing',
    ],
    [
      'a candidate in a state of which nobody knows more',
      having('node1', 'state in production', 'state starting up', ALL),
      "candidate: node1: its control file says 'starting up'",
    ],
    [
      'another one that has more',
      with3('relation held 4 0/5000100\nwal same\n'),
      'not-the-one: node3 has more: timeline 4 at 0/5000000',
    ],
    [
      'two candidates that parted, with transactions of the other',
      with3('relation parted 3 0/3000000\nwal same\nown 7\n'),
      'forked: node1 and node3 parted on timeline 3 at 0/3000000, and node3 has 7 transactions of its own',
    ],
    [
      'two that parted, with transactions that could not be counted',
      with3('relation parted 3 0/3000000\nwal same\nown unknown\n'),
      'forked: node1 and node3 parted on timeline 3 at 0/3000000, and node3 has unknown transactions',
    ],
    [
      'two with other WAL up to the same position',
      with3('relation holds 4 0/5000000\nwal other\n'),
      'forked: node1 and node3 hold other WAL up to the same position (0/5000000)',
    ],
    [
      'a database of another system',
      having('node3', 'system 77', 'system 78', ALL),
      'other-system: node3 is system 78, node1 is system 77',
    ],
    ['a full disk', having('node1', 'free 900000000', 'free 1000', ALL), 'free-disk: node1: 1000 bytes free in /data'],
    ['a disk that could not be read', having('node1', 'free 900000000', 'free ', ALL), 'free-disk: node1:'],
    ['a node that could not be looked at', GONE, 'not-proved: not proved against node3 (no route to host)'],
    [
      'a node whose WAL could not be compared',
      with3('relation holds 4 0/5000000\nwal unread\n'),
      'not-proved: not proved against node3 (whether it shares its WAL up to 0/5000000 could not be read',
    ],
    [
      'another one that has more by its position, with WAL that could not be compared',
      with3('relation held 4 0/5000100\nwal unread\n'),
      'not-the-one: node3 has more: timeline 4 at 0/5000000',
    ],
    [
      'two that parted, with transactions of the other, and WAL that could not be compared',
      with3('relation parted 3 0/3000000\nwal unread\nown 7\n'),
      'forked: node1 and node3 parted on timeline 3 at 0/3000000, and node3 has 7 transactions of its own',
    ],
    [
      'a branch without transactions whose WAL could not be compared',
      with3('relation parted 3 0/3000000\nwal unread\nown 0\n'),
      'not-proved: not proved against node3',
    ],
    [
      'a node whose history is not known',
      with3('relation unknown\n'),
      'not-proved: not proved against node3 (which timelines it went through, or how far, is not known',
    ],
    [
      'a node that parted nobody knows where',
      with3('relation parted\nown unknown\n'),
      'forked: node1 and node3 parted',
    ],
  ])('refuse %s', (_, facts, said) => {
    expect(refused(facts)).toEqual([expect.stringContaining(said)]);
  });

  it('come to their end, whether they hold or not', () => {
    const shell = 'EXIT_REFUSED=0; exec 2>&1; say() { :; }; note_line() { :; }; judge start_guards; echo PASSED';
    expect(inKind(kind, ALL, shell, { node: 'node1' })).toBe('PASSED\n');
    expect(inKind(kind, GONE, shell, { node: 'node1', ...WAIVER, confirm: tokenOf(GONE) })).toBe('PASSED\n');
    const forked = with3('relation parted 3 0/3000000\nwal unread\nown 7\n');
    for (const facts of [GONE, forked])
      expect(inKind(kind, facts, shell, { node: 'node1' })).not.toMatch(/PASSED|cut-short/);
  });

  it('refuse a candidate that could not be looked at, and one that is not declared', () => {
    expect(refused(GONE, { node: 'node3' })).toEqual(['candidate: node3: no route to host']);
    expect(refused(ALL, { node: 'node9' })).toEqual([expect.stringContaining('unknown-node: node9')]);
  });

  it('pass over a branch without transactions, a node without data, and a standby that runs', () => {
    expect(refused(with3('relation parted 3 0/3000000\nwal same\nown 0\n'))).toEqual([]);
    expect(refused({ ...ALL, node3: 'server down\nsystem \nlooked whole\n' })).toEqual([]);
    expect(
      refused({ ...ALL, node3: `server up\nrecovery yes\nlsn 0/5000000\ncheckpointTimeline 4\nsystem 77\n${HOLDS}` }),
    ).toEqual([]);
  });

  it('let doubt be answered for by name and token, and by both only', () => {
    const confirm = tokenOf(GONE);
    expect(refused(GONE, { ...WAIVER, confirm })).toEqual([]);
    expect(refused(GONE, { ...WAIVER })).toEqual([expect.stringContaining('confirm: not confirmed; not proved')]);
    expect(refused(GONE, { confirm, acceptDataLossOwner: 'Li Wei' })).toEqual([expect.stringContaining('not-proved')]);
    expect(refused(GONE, { ...WAIVER, confirm: '0123456789abcdef' })).toEqual([
      expect.stringContaining('belongs to another standing'),
    ]);
    // Nobody can answer for two branches that both took writes.
    expect(refused(with3('relation parted 3 0/3000000\nwal same\nown 7\n'), WAIVER)).toHaveLength(1);
    for (const relation of [
      'relation held 4 0/5000100\nwal unread\n',
      'relation parted 3 0/3000000\nwal unread\nown 7\n',
    ]) {
      expect(refused(with3(relation), { ...WAIVER, confirm: tokenOf(with3(relation)) })).toHaveLength(1);
    }
  });
});

/** Ledger, looks and moves of the runner, as words. */
const RUNNER = `. "${resolve(__dirname, '../../../templates/scripts/json.sh')}"
json_or_null() { if [ -n "$1" ]; then json_string "$1"; else printf null; fi; }
KB_NAME=node1 KB_ID=1; mkdir -p "$ledger/facts"; : >"$ledger/steps"
die() { echo "DIED $*"; exit 0; }
refuse() { echo "REFUSED $*"; exit 0; }
say() { echo "$*"; }
fact() { cat "$ledger/facts/$1" 2>/dev/null || true; }
note_fact() { printf '%s' "$2" >"$ledger/facts/$1"; }
look() { :; }
knock() { :; }
take_vip() { echo "ADDRESS $1"; echo 'vip held' >>"$looks/$1"; }
drop_vip() { :; }
wake() { echo "WOKEN $1"; }
registered() { echo 'primary|active'; }
still() { [ "$1" != node2 ]; }
watched() { echo active; }
streams_from() { :; }
note_fact seen 'node1 node2 node3 '
`;

describe('a start that is taken up again', { timeout: 60_000 }, () => {
  const resumed = (facts: Facts, steps = 'hold 1\\npreserve 1\\n'): string =>
    inKind(kind, facts, `${RUNNER}printf '${steps}' >"$ledger/steps"; action_resume; echo WENT ON`, {
      node: 'node1',
    }).trim();

  it('goes on where nothing has changed', () => {
    expect(resumed(ALL)).toBe('WENT ON');
    expect(resumed({ ...ALL, node1: 'server up\nrecovery no\nsystem 77\n' })).toBe('WENT ON');
  });

  it('makes no second primary beside one that was promoted meanwhile', () => {
    const promoted: Facts = { ...ALL, node2: 'server up\nrecovery no\nsystem 77\n' };
    expect(resumed(promoted)).toMatch(/^DIED node2 accepts writes by now; node1 was not taken further/);
    expect(resumed(promoted, 'hold 1\\nstart 1\\n')).toMatch(/^DIED node2 accepts writes by now/);
    expect(resumed(having('node3', /$/, 'alive primary\n', GONE), 'start 1\\n')).toMatch(/^DIED node3 accepts writes/);
  });

  it('starts nothing where a node cannot be read any more, and goes on where it was started', () => {
    expect(resumed(GONE)).toMatch(/^DIED node3 was looked at before and cannot be read any more \(no route to host\)/);
    expect(resumed({ ...ALL, node2: 'server up\nsystem 77\nsqlError starting up\n' })).toMatch(
      /^DIED the database of node2 runs by now and does not say what it is/,
    );
    expect(resumed(GONE, 'hold 1\\nstart 1\\n')).toBe('WENT ON');
  });
});

describe('a candidate that leads already', { timeout: 60_000 }, () => {
  const LEADS: Facts = {
    node1: 'server up\nrecovery no\ntimeline 4\nsystem 77\nvip held\nautomation active\n',
    node2: 'server up\nrecovery yes\nsystem 77\nautomation active\n',
    node3: 'server up\nrecovery yes\nsystem 77\nautomation active\n',
  };
  const asked = (facts: Facts, inputs: Readonly<Record<string, string>> = {}): string =>
    inKind(kind, facts, `${RUNNER}action_plan; for step in $ACTION_STEPS; do "step_$step"; done; action_result`, {
      node: 'node1',
      ...inputs,
    });

  it('gets the address that a request that failed had not come to', () => {
    expect(asked(LEADS)).not.toContain('ADDRESS');
    const said = asked(having('node1', 'vip held\n', '', LEADS));
    expect(said).toMatch(/ADDRESS node1\n[^]*verified: node1 is the only primary, 10.0.0.100\/24 is on it\n/);
    expect(said).toContain('"alreadyRunning":true');
  });

  it('is given no address while a node that may hold it cannot be seen', () => {
    const said = asked({ ...having('node1', 'vip held\n', '', LEADS), node3: 'unreadable no route to host\n' });
    expect(said).toMatch(/REFUSED start\/not-proved node1 is primary already, 10.0.0.100\/24 is not on it, .* node3/);
    expect(said).not.toContain('ADDRESS');
  });

  it('has its watchers named where they rest, and woken where that is asked for', () => {
    const rests = having('node2', 'automation active', 'automation paused', LEADS);
    const said = asked(rests);
    expect(said).toContain('WARNING: the cron line of kbha rests on node2');
    expect(said).toContain('"leftPaused":"node2"');
    expect(said).not.toContain('WOKEN node2');
    expect(asked(rests, { resumeAutomation: 'true' })).toContain('WOKEN node2');
  });
});

describe('watchers that cannot be stopped', { timeout: 60_000 }, () => {
  it('leave those that were stopped before at work', () => {
    const said = inKind(kind, ALL, `${RUNNER}step_hold`, { node: 'node1' });
    expect(said).toMatch(/^WOKEN node1\nWOKEN node2\nDIED cron, kbha or repmgrd of node2 could not be stopped/);
  });
});

describe('who may follow without a rewind', { timeout: 60_000 }, () => {
  const fits = (facts: Facts): string =>
    inKind(kind, facts, 'for name in node2 node3; do fits "$name" && printf "%s " "$name"; done; true', {
      node: 'node1',
    }).trim();

  it('is a standby whose data is part of the history, or a primary that was shut down in order', () => {
    expect(fits(ALL)).toBe('node2 node3');
    expect(fits(having('node3', 'shut down in recovery', 'shut down', ALL))).toBe('node2 node3');
    expect(fits(with3(HOLDS))).toBe('node2');
    expect(fits(having('node2', 'wal same', 'wal unread', ALL))).toBe('node3');
    expect(fits(having('node2', 'relation holds', 'relation parted', ALL))).toBe('node3');
    expect(fits(having('node2', 'system 77', 'system 78', ALL))).toBe('node3');
  });
});

describe('what one is to another', { timeout: 60_000 }, () => {
  const relation = (one: string, two: string): string =>
    inKind(kind, { node1: one, node2: two, node3: '' }, 'relate node1 node2', { node: 'node1' }).trim();
  const on = (timeline: number, lsn: string, ...steps: readonly string[]): string =>
    `walEnd ${timeline} ${lsn}\n${steps.map((step) => `history ${timeline} ${step}\n`).join('')}`;

  it.each([
    ['the same', on(1, '0/500'), on(1, '0/500'), 'same 1 0/500'],
    ['ahead on one timeline', on(1, '0/500'), on(1, '0/300'), 'holds 1 0/300'],
    ['behind on one timeline', on(1, '0/300'), on(1, '0/500'), 'held 1 0/300'],
    ['its successor, at a lower position than nothing', on(2, '0/900', '1 0/300'), on(1, '0/300'), 'holds 1 0/300'],
    ['its predecessor', on(1, '0/200'), on(2, '0/900', '1 0/300'), 'held 1 0/200'],
    ['of another branch', on(2, '0/900', '1 0/300'), on(1, '0/400'), 'parted 1 0/300'],
    ['not yet on the timeline that it knows of', on(2, '0/200', '1 0/300'), on(1, '0/200'), 'same 1 0/200'],
    ['of unknown history', on(2, '0/900'), on(1, '0/400'), 'unknown'],
  ])('%s', (_, one, two, said) => {
    expect(relation(one, two)).toBe(said);
  });
});

describe('its token and fields', { timeout: 60_000 }, () => {
  it('the token changes with what it stands for', () => {
    const before = tokenOf(GONE);
    expect(before).toMatch(/^[0-9a-f]{16}$/);
    expect(tokenOf(GONE)).toBe(before);
    expect(tokenOf(ALL)).not.toBe(before);
    expect(tokenOf(having('node2', 'walEnd 4 0/5000000', 'walEnd 4 0/5000008', GONE))).not.toBe(before);
    expect(tokenOf(having('node1', 'history 4 3 0/3000000', 'history 4 3 0/3000001', GONE))).not.toBe(before);
  });

  it('fields are the same for the table of kinds and for who runs the action by hand', () => {
    const shell = readFileSync(resolve(__dirname, '../../../templates/os/actions/startCluster.sh'), 'utf8');
    const fields = [...Object.keys(startCluster.fields), 'confirm'].sort();
    expect(/^ACTION_FIELDS='(.*)'$/m.exec(shell)?.[1]?.split(' ').sort()).toEqual(fields);
  });
});
