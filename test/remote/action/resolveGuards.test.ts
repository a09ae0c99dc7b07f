/**
 * The guards of ending a second primary, by a real bash on written facts: who accepts writes is known exactly, where they parted is known or nothing is
 * rewound, what is exported has its room, and nobody decides without having seen it.
 * Seen to fail: not-writable, fork, unread, export-wal, export-size, export-room and confirm with `bad` changed to `ok`: exactly their rows. The steps
 * on a node that was lost in between: with their first look taken out.
 * The judge: by reading to the end of the list only.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RESOLVE_MAX_EXPORT_MIB, resolveMultiPrimary } from '../../../core/action/kinds/resolveMultiPrimary';
import { guardsOf, having, inKind, type Facts } from '../../support/switchoverFacts';

const COMMON = 'server up\nsystem 77\nfree 900000000 /data\nrepmgrd running unpaused\nlooked whole\n';

/** node1 went on alone on timeline 4 after node2 had been promoted to 5 at 0/5000100; node3 follows node2. */
const TWO: Facts = {
  node1: `recovery no\ntimeline 4\nlsn 0/5000300\nhistory 4 3 0/3000000\nvip held\ndatabase 50000000 test\nfreeState 900000000\nwalBytes 64000000\nsegmentBytes 16777216\nsegment 000000040000000000000005\n${COMMON}`,
  node2: `recovery no\ntimeline 5\nlsn 0/5009000\nhistory 4 3 0/3000000\nhistory 5 3 0/3000000\nhistory 5 4 0/5000100\nrecord 1 node1 primary inactive - 100\nrecord 2 node2 primary active - 100\n${COMMON}`,
  node3: `recovery yes\nsignal yes\nlsn 0/5009000\ncheckpointTimeline 5\nhistory 5 3 0/3000000\nhistory 5 4 0/5000100\n${COMMON}`,
};
/** The same timeline on both: one of them lost its standby.signal. */
const SAME: Facts = having(
  'node2',
  'timeline 5',
  'timeline 4',
  having('node2', /history 5 3.*\nhistory 5 4.*\n/, '', TWO),
);
const GONE: Facts = { ...TWO, node3: 'unreadable no route to host\n' };

const INPUTS = { winner: 'node2', loser: 'node1' };
const WAIVER = { acceptDataLossOwner: 'Li Wei', acceptDataLossReason: 'node3 burnt' };

const kind = 'resolveMultiPrimary';
const tokenOf = (facts: Facts, inputs: Readonly<Record<string, string>> = {}): string =>
  inKind(kind, facts, 'parted=$(junction "$loser" "$winner"); token', { ...INPUTS, ...inputs }).trim();
const refused = (facts: Facts, inputs: Readonly<Record<string, string>> = {}): readonly string[] =>
  guardsOf(kind, facts, { ...INPUTS, confirm: tokenOf(facts, inputs), ...inputs })
    .filter(({ ok }) => !ok)
    .map(({ code, found }) => `${code.replace('resolve/', '')}: ${found}`);

describe('the guards of ending a second primary', { timeout: 60_000 }, () => {
  it('let two that parted pass with the token, and say where they parted', () => {
    expect(refused(TWO)).toEqual([]);
    const found = guardsOf(kind, TWO, { ...INPUTS, confirm: tokenOf(TWO) }).map((guard) => guard.found);
    expect(found).toContain('exactly these accept writes: node1 node2');
    expect(found.join()).toContain('parted on timeline 4 at 0/5000100: node2 is on timeline 5, node1 on 4');
  });

  it.each<readonly [string, Facts, Readonly<Record<string, string>>, string]>([
    [
      'a winner that is a standby',
      TWO,
      { winner: 'node3' },
      'not-writable: these accept writes: node1 node2 - and not node3',
    ],
    [
      'a loser that is a standby',
      TWO,
      { loser: 'node3' },
      'not-writable: these accept writes: node1 node2 - and not node3',
    ],
    [
      'a loser that is down',
      having('node1', /recovery no\ntimeline 4\n([^]*)server up/, '$1server down', TWO),
      {},
      'not-writable: these accept writes: node2 - and not node1',
    ],
    ['a winner that is not declared', TWO, { winner: 'node9' }, 'unknown-node: node9 is no database node'],
    ['one node for both', TWO, { winner: 'node1' }, 'unknown-node: node1 is winner and loser'],
    [
      'a loser that could not be looked at',
      { ...TWO, node1: 'unreadable no answer\n' },
      {},
      'unread: node1: no answer',
    ],
    [
      'databases of two systems',
      having('node1', 'system 77', 'system 78', TWO),
      {},
      'other-system: node2 is system 77',
    ],
    [
      'a database that runs and does not say what it is',
      having('node3', 'recovery yes', 'sqlError starting up', TWO),
      {},
      'unclear: node3 (its database runs and does not answer: starting up)',
    ],
    ['a node that could not be looked at', GONE, {}, 'unread: not looked at: node3 (no route to host)'],
    [
      'a third primary behind a database port alone, whoever answers for it',
      having('node3', /$/, 'alive primary\n', GONE),
      WAIVER,
      'unread: node3 accepts writes and cannot be looked at',
    ],
    [
      'a winner that was promoted without repmgr',
      having('node2', 'record 2 node2 primary', 'record 2 node2 standby', TWO),
      {},
      "winner-record: repmgr on node2 knows it as 'standby/active'",
    ],
    ['a rewind on one timeline', SAME, {}, 'fork: where they parted is not known: both are on timeline 4'],
    [
      'a rewind where a history file is missing',
      having('node2', /history 5 3.*\nhistory 5 4.*\n/, '', TWO),
      {},
      'fork: where they parted is not known',
    ],
    ['an export that is too large', TWO, { maxExportMiB: '100' }, 'export-size: the export takes up to 111 MiB'],
    [
      'no room for the export',
      having('node1', 'freeState 900000000', 'freeState 1000', TWO),
      {},
      'export-room: the export',
    ],
    [
      'an export above 2 GiB, as mawk would print it',
      having('node1', 'database 50000000', 'database 50000000000', TWO),
      {},
      'export-size: the export takes up to 47747 MiB',
    ],
    [
      'databases that could not be listed',
      having('node1', /database .*\n/, '', TWO),
      {},
      'export-size: what the export takes could not be computed',
    ],
    [
      'a WAL directory of a size that could not be read, without a fork',
      having('node1', 'walBytes 64000000', 'walBytes ', SAME),
      { bring: 'reclone' },
      'export-size: what the export takes could not be computed',
    ],
    [
      'WAL from the fork on that is gone',
      having('node1', 'lsn 0/5000300', 'lsn 0/7000300', TWO),
      {},
      'export-wal: 2 segments of node1 from the fork on are gone in its WAL directory, the first of them 000000040000000000000006',
    ],
    [
      'WAL of which nobody knows how long a segment is',
      having('node1', 'segmentBytes 16777216', 'segmentBytes ', TWO),
      {},
      'export-wal: which WAL of node1 the export needs could not be computed',
    ],
    [
      'room that could not be read',
      having('node1', 'freeState 900000000', 'freeState ', TWO),
      {},
      'export-room: the export',
    ],
  ])('refuse %s', (_, facts, inputs, said) => {
    expect(refused(facts, inputs)).toEqual([expect.stringContaining(said)]);
  });

  it('take a new copy where a rewind has no fork to go to', () => {
    expect(refused(SAME, { bring: 'reclone' })).toEqual([]);
  });

  it('take the WAL alone where a dump has no room', () => {
    expect(refused(having('node1', 'database 50000000', 'database 5000000000', TWO), { export: 'wal' })).toEqual([]);
  });

  it('let a node that is not there be answered for by name', () => {
    expect(refused(GONE, WAIVER)).toEqual([]);
    expect(refused(GONE, { acceptDataLossOwner: 'Li Wei' })).toHaveLength(1);
  });

  it('ask for the token, and say when it belongs to another standing', () => {
    expect(refused(TWO, { confirm: '' })).toEqual([
      'confirm: not confirmed: what only node1 has leaves the cluster, and stays in its export alone',
    ]);
    expect(refused(TWO, { confirm: tokenOf(TWO, { winner: 'node1', loser: 'node2' }) })).toEqual([
      expect.stringContaining('belongs to another standing'),
    ]);
  });
});

describe('the judge', { timeout: 60_000 }, () => {
  const judged = (guards: string): string =>
    inKind(
      kind,
      TWO,
      `EXIT_REFUSED=0; exec 2>&1; say() { echo "$*"; }; note_line() { echo "$1: $2"; }
guards() { guard ok a/one 'is well' x ''; ${guards}; guard ok a/two 'is well' x ''; }
judge guards; echo PASSED`,
      INPUTS,
    );

  it('lets guards pass that all hold, and refuses with those that do not', () => {
    expect(judged(':')).toBe('ok       one: is well\nok       two: is well\nPASSED\n');
    expect(judged('guard bad a/bad found limit hint')).toMatch(
      /REFUSED a\/bad: found[^]*reason: a\/bad: found \(wanted: limit\)\n$/,
    );
  });

  it.each([
    ['a command', 'false'],
    ['an exit', 'exit 0'],
    ['a number', 'echo $((1 - ))'],
  ])('refuses where the guards end half-way, at %s', (_, at) => {
    const said = judged(at);
    expect(said).toMatch(
      /REFUSED guards\/cut-short[^]*reason: guards\/cut-short: the guards did not run to their end\n$/,
    );
    expect(said).not.toContain('PASSED');
  });

  it('comes to the end of the real ones, whether they hold or not', () => {
    const shell = `EXIT_REFUSED=0; exec 2>&1; say() { :; }; note_line() { :; }; judge resolve_guards; echo PASSED`;
    expect(inKind(kind, TWO, shell, { ...INPUTS, confirm: tokenOf(TWO) })).toBe('PASSED\n');
    for (const facts of [TWO, GONE, SAME]) expect(inKind(kind, facts, shell, INPUTS)).not.toMatch(/PASSED|cut-short/);
  });

  it('gives reading of WAL ten minutes, or what is asked for', () => {
    expect(inKind(kind, TWO, 'echo $br_wal_seconds', INPUTS).trim()).toBe('600');
  });
});

describe('its token', { timeout: 60_000 }, () => {
  it('stays while positions move, and changes with what it stands for', () => {
    const before = tokenOf(TWO);
    expect(before).toMatch(/^[0-9a-f]{16}$/);
    expect(tokenOf(having('node1', 'lsn 0/5000300', 'lsn 0/5000400', TWO))).toBe(before);
    expect(tokenOf(having('node3', 'checkpointTimeline 5', 'checkpointTimeline 4', TWO))).toBe(before);
    expect(tokenOf(TWO, { bring: 'reclone' })).not.toBe(before);
    expect(tokenOf(TWO, { export: 'wal' })).not.toBe(before);
    expect(tokenOf(GONE)).not.toBe(before);
    expect(tokenOf(having('node2', 'history 5 4 0/5000100', 'history 5 4 0/5000101', TWO))).not.toBe(before);
    expect(tokenOf(having('node2', 'system 77', 'system 78', TWO))).not.toBe(before);
    expect(tokenOf(having('node3', 'recovery yes', 'recovery no', TWO))).not.toBe(before);
  });
});

describe('where two histories parted', { timeout: 60_000 }, () => {
  const at = (one: string, two: string): string =>
    inKind(kind, { node1: one, node2: two, node3: '' }, 'junction node1 node2', INPUTS).trim();
  const on = (timeline: number, lsn: string, ...steps: readonly string[]): string =>
    `timeline ${timeline}\nlsn ${lsn}\n${steps.map((step) => `history ${timeline} ${step}\n`).join('')}`;

  it.each([
    ['the winner left the timeline of the loser', on(1, '0/500'), on(2, '0/900', '1 0/300'), '1 0/300'],
    ['the loser left the timeline of the winner', on(2, '0/900', '1 0/300'), on(1, '0/500'), '1 0/300'],
    ['the other one had not come as far as the fork', on(2, '0/900', '1 0/300'), on(1, '0/200'), '1 0/200'],
    ['both left it, at two places', on(2, '0/900', '1 0/300'), on(3, '0/900', '1 0/400'), '1 0/300'],
    ['both left it at one place', on(2, '0/900', '1 0/300'), on(3, '0/900', '1 0/300'), '1 0/300'],
    [
      'later, after a common past',
      on(3, '0/900', '1 0/300', '2 0/400'),
      on(4, '0/950', '1 0/300', '2 0/600'),
      '2 0/400',
    ],
    ['two branches of one number', on(2, '0/900', '1 0/300'), on(2, '0/900', '1 0/400'), '1 0/300'],
    ['on one timeline', on(1, '0/900'), on(1, '0/500'), ''],
    ['without a history file', on(2, '0/900'), on(1, '0/500'), ''],
  ])('%s', (_, one, two, said) => {
    expect(at(one, two)).toBe(said);
  });

  it('says which stretches were written after it', () => {
    const node = on(3, '0/900', '1 0/300', '2 0/400');
    expect(inKind(kind, { node1: node, node2: '', node3: '' }, 'spans_of node1 1 0/200', INPUTS).trim()).toBe(
      '1 0/200 0/300\n2 0/300 0/400\n3 0/400 -',
    );
    expect(inKind(kind, { node1: node, node2: '', node3: '' }, 'spans_of node1 1 0/300', INPUTS).trim()).toBe(
      '2 0/300 0/400\n3 0/400 -',
    );
  });
});

describe('its steps, taken up again', { timeout: 60_000 }, () => {
  /** What a step says and does where the winner accepts writes or not, the database of the loser runs or not, and its file fences it or not. */
  const step = (name: string, at: { winner?: boolean; up?: boolean; fenced?: boolean; list?: string }): string =>
    inKind(
      kind,
      TWO,
      `KB_DATA=$ledger/data KB_DB=test KB_BIN=/none KB_VIP='' KB_PORT=1 KB_SUPERUSER=s; mkdir "$KB_DATA"
die() { echo "DIED $*"; exit 0; }
say() { echo "$*"; }
fact() { :; }
note_fact() { :; }
kb_layout() { KB_AUTO_CONF=$1/auto.conf KB_STANDBY_SIGNAL=$1/standby.signal; }
is_promoted() { ${at.winner === false ? 'false' : 'true'}; }
up=${at.up === false ? 'no' : 'yes'}
server_runs() { [ $up = yes ]; }
start_server() { up=yes; echo STARTED; }
stop_server() { up=no; echo STOPPED; }
wake_all() { echo WOKEN; }
wait_until() { shift; "$@"; }
refuses_writes() { true; }
sessions_gone() { true; }
automation=$library/automation.sh; mkdir -p "$ledger/export/databases"
echo half >"$ledger/export/databases/test-1.dump.new"; echo whole >"$ledger/export/databases/test-1.dump"
sql_local() { [ $up = yes ] || { echo 'connection refused' >&2; return 2; }; echo ASKED >&2; ${at.list ?? "echo '1 test'; echo '2 more'"}; }
kb() { echo dump; }
echo "default_transaction_read_only = '${at.fenced === false ? 'off' : 'on'}'" >"$KB_DATA/auto.conf"
step_${name}
ls "$ledger/export/databases"`,
      INPUTS,
    );

  it('dumps every database, where a dump of an earlier try is there', () => {
    expect(step('dump', {})).toMatch(/dumped test: 5 bytes\ndumped more: 5 bytes\nmore-2.dump\ntest-1.dump\n$/);
  });

  it('does not pass over databases that cannot be listed', () => {
    expect(step('dump', { list: 'false' })).toMatch(/^DIED the databases of node1 could not be listed/);
    expect(step('dump', { list: 'true' })).toMatch(/^DIED node1 lists no database/);
  });

  it('starts a loser that is down for its dump, where it is fenced, and never else', () => {
    expect(step('dump', { up: false })).toMatch(/STARTED\ndumped test/);
    const said = step('dump', { up: false, fenced: false });
    expect(said).toMatch(/^DIED the database of node1 is down, and .* does not fence it any more/);
    expect(said).not.toContain('STARTED');
  });

  it('takes nothing down where the winner does not accept writes any more', () => {
    expect(step('fence', { winner: false, fenced: false })).toBe(
      'WOKEN\nDIED node2 does not accept writes any more; nothing was fenced. npm run diagnose\n',
    );
    expect(step('fence', { winner: false })).toMatch(
      /^DIED node2 does not accept writes any more, and node1 is fenced/,
    );
    const stop = step('stop', { winner: false });
    expect(stop).toMatch(/^DIED node2 does not accept writes any more, so node1 was not stopped/);
    expect(stop).not.toContain('STOPPED');
  });

  it('leaves a loser that is stopped fenced on its disk', () => {
    const shell = readFileSync(resolve(__dirname, '../../../templates/os/actions/resolveMultiPrimary.sh'), 'utf8');
    expect(/step_stop\(\) \{[^]*?\n\}/.exec(shell)?.[0]).not.toContain('KB_AUTO_CONF');
  });
});

describe('what it says of those who followed the loser, and of the archive', { timeout: 60_000 }, () => {
  /** The other way round: node2 gives way, and node3 follows it on timeline 5, which node1 never was on. */
  const FOLLOWED: Facts = having('node3', 'checkpointTimeline 5', 'timeline 5\nreceiver streaming 5 10.0.0.2 -', TWO);
  const inputs = { winner: 'node1', loser: 'node2' };
  const told = (facts: Facts, given: Readonly<Record<string, string>>, setting = ''): string =>
    inKind(
      kind,
      facts,
      `KB_RECOVERY=automatic KB_DATA=/data actions=/actions id=r1; say() { echo "$*"; }; wrote() { echo "$1 wrote"; }
setting_of() { printf '%s' '${setting}'; }; tell`,
      given,
    );

  it('names the timeline that is given up, and who is on it', () => {
    expect(inKind(kind, FOLLOWED, 'followers; given_up node3', inputs)).toBe('node3 , givenUp: 5');
    const said = told(FOLLOWED, inputs);
    expect(said).toContain('fact: node3 follows node2, and holds its branch');
    expect(said).toContain('kind: rejoin, inputs: {node: node3, givenUp: 5}');
    expect(said).toContain('consequence: recovery is automatic here: repmgrd may stop and rewind node3');
  });

  it('names it also where that standby has lost its upstream, and its checkpoint is of the timeline before', () => {
    const alone = having('node3', 'checkpointTimeline 5', 'checkpointTimeline 4\nwalTimeline 5', TWO);
    expect(inKind(kind, alone, 'given_up node3', inputs)).toBe(', givenUp: 5');
  });

  it('names none where the winner went through that timeline', () => {
    expect(inKind(kind, TWO, 'followers; given_up node1', INPUTS)).toBe('');
  });

  it('warns of the archive where the next promotion takes the number again, and only there', () => {
    expect(told(FOLLOWED, inputs, 'on')).toContain('WARNING: the archive holds WAL of timeline 5 by node2');
    expect(told(FOLLOWED, inputs, 'off')).not.toContain('WARNING');
    expect(told(TWO, INPUTS, 'on')).not.toContain('WARNING');
  });

  it('lists what the loser archived of it, and nothing where the winner is on the newer one', () => {
    const lists = (own: number, other: number): string =>
      inKind(
        kind,
        TWO,
        `fact() { case $1 in timeline) echo ${own} ;; winnerTimeline) echo ${other} ;; esac; }
KB_WAL=$ledger first_exported=0000000000000009; mkdir -p "$ledger/archive_status"
for each in 000000040000000000000008{,.partial} 000000040000000000000009.partial 00000005.history 000000050000000000000009; do
  : >"$ledger/archive_status/$each.done"
done
: >"$ledger/archive_status/00000005000000000000000A.ready"; list_archived`,
        INPUTS,
      );
    expect(lists(5, 4).trim().split('\n')).toEqual([
      '000000040000000000000009.partial',
      '00000005.history',
      '000000050000000000000009',
    ]);
    expect(lists(4, 5)).toBe('');
  });
});

describe('fields and defaults', { timeout: 60_000 }, () => {
  it('are the same for the table of kinds and for who runs the action by hand', () => {
    const shell = readFileSync(resolve(__dirname, '../../../templates/os/actions/resolveMultiPrimary.sh'), 'utf8');
    const fields = [...Object.keys(resolveMultiPrimary.fields), 'confirm'].sort();
    expect(/^ACTION_FIELDS='(.*)'$/m.exec(shell)?.[1]?.split(' ').sort()).toEqual(fields);
    expect(shell).toContain(`KB_IN_maxExportMiB:-${RESOLVE_MAX_EXPORT_MIB}}`);
  });
});
