/** The kinds rejoin and reclone by a real bash beside stand-ins for the vendor's tools: what they prove first, what they refuse, and what a killed run leaves. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionRunner, type Ran } from '../../support/actionRunner';
import { fakeStandby, placeControl, unplaceControl, type ControlData } from '../../support/fakeStandby';

let runner: ActionRunner;
beforeEach(() => {
  runner = new ActionRunner(['10.0.0.12']);
  runner.realKind('rejoin');
  runner.realKind('reclone');
  fakeStandby(runner);
});
afterEach(() => runner.remove());

const place = (name: string, text = ''): void => writeFileSync(join(runner.folder, name), text);
const there = (name: string): boolean => existsSync(join(runner.folder, name));
const plan = (...words: readonly string[]): Ran => runner.run('--dry-run', 'r1', 'rejoin', ...words);
const said = ({ out, err }: Ran): string => out + err;
const result = ({ out }: Ran): unknown => (JSON.parse(out) as { readonly result: unknown }).result;

describe('the plan of rejoin', { timeout: 240_000 }, () => {
  it('proves the preconditions of a rewind, and says what is discarded', () => {
    const ran = plan();
    expect(ran.code, said(ran)).toBe(0);
    for (const text of [
      'node2 (10.0.0.12) is the only primary: system 71, timeline 2',
      'same system 71; this node: timeline 1, 0/5800000, in production',
      'the primary left timeline 1 at 0/5000000',
      'wal_log_hints on: a rewind is possible',
      'the WAL from the fork on is here (000000010000000000000004)',
      'what this node wrote after 0/5000000 on timeline 1 is DISCARDED',
    ]) {
      expect(said(ran)).toContain(text);
    }
    expect(readdirSync(runner.state)).toEqual([]);
  });

  it.each<[string, () => void, string]>([
    ['no primary', () => place('role.10.0.0.12', 'standby\n'), 'rejoin/no-primary'],
    ['a node that says nothing', () => rmSync(join(runner.folder, 'role.10.0.0.12')), 'rejoin/unread'],
    ['this node as a second primary', () => place('role.127.0.0.1', 'primary\n'), 'rejoin/runs-as-primary'],
    ['another database', () => placeControl(runner, { system: '72' }), 'rejoin/other-system'],
    ['a timeline that the primary never was on', () => placeControl(runner, { timeline: 3 }), 'rejoin/ahead'],
    [
      'more of the common timeline than the primary has',
      () => placeControl(runner, { timeline: 2, lsn: '0/7000000', state: 'shut down in recovery' }),
      'rejoin/ahead',
    ],
    ['control data that cannot be read', () => unplaceControl(runner), 'rejoin/needs-reclone'],
    ['control data with a wrong checksum', () => placeControl(runner, { corrupt: true }), 'rejoin/needs-reclone'],
    [
      'pages of which nobody knows whether they changed',
      () => placeControl(runner, { checksums: 0, hints: 'off' }),
      'rejoin/needs-reclone',
    ],
    [
      'WAL that is gone everywhere',
      () => rmSync(join(runner.folder, 'data/pg_wal/000000010000000000000004')),
      'rejoin/needs-reclone',
    ],
  ])('refuses %s', (_, change, code) => {
    change();
    const ran = plan();
    expect({ code: ran.code, told: said(ran).includes(`REFUSED ${code}: `) }, said(ran)).toEqual({
      code: 3,
      told: true,
    });
    expect(said(ran)).toMatch(/HINT: .{20}/);
  });

  it('takes a node back from a branch that was given up by name, to where that left the primary', () => {
    placeControl(runner, { timeline: 3, lsn: '0/6800000' });
    place('data/pg_wal/00000003.history', '1\t0/5800000\tno recovery target specified\n');
    place('data/pg_wal/000000030000000000000004', 'wal');
    const refused = plan();
    expect(said(refused)).toMatch(/REFUSED rejoin\/ahead: .*\n.*HINT: .*givenUp=3/);
    expect(said(plan('givenUp=4'))).toContain('REFUSED rejoin/ahead');
    const ran = plan('givenUp=3');
    expect(ran.code, said(ran)).toBe(0);
    // The primary left timeline 1 at 0/5000000, this branch only at 0/5800000: both went the same way up to the former.
    expect(said(ran)).toContain('timeline 3 was given up; it left the history of node2 at 0/5000000');
    expect(said(ran)).toContain('what this node wrote after 0/5000000 on timeline 3 is DISCARDED');
  });

  it('gives no branch up that the primary went through, nor one whose history is not there', () => {
    expect(said(plan('givenUp=1'))).toContain('REFUSED rejoin/not-given-up');
    placeControl(runner, { timeline: 3, lsn: '0/6800000' });
    expect(said(plan('givenUp=3'))).toContain('REFUSED rejoin/no-history');
  });

  it('believes a standby that runs more than control data that is behind it', () => {
    placeControl(runner, { state: 'in archive recovery', lsn: '0/4800000' });
    for (const name of ['data/standby.signal', 'running']) place(name);
    place('role.127.0.0.1', 'standby\n');
    place('replayed', '0/6800000\n');
    place('data/pg_wal/000000030000000000000006', 'wal');
    expect(said(plan())).toContain('REFUSED rejoin/ahead: timeline 3 of this node is no ancestor');
  });

  it('takes no worse step than the record allows', () => {
    expect(said(plan('maxRung=follow'))).toContain('REFUSED rejoin/needs-rewind');
    placeControl(runner, { checksums: 0, hints: 'off' });
    expect(plan('maxRung=reclone').code).toBe(0);
  });

  it.each<[string, ControlData, string]>([
    ['a former primary that was shut down at the fork', { state: 'shut down', lsn: '0/5000000' }, 'follow'],
    ['a former primary that was shut down beyond it', { state: 'shut down', lsn: '0/5000028' }, 'rewind'],
    ['a standby that is down', { state: 'shut down in recovery', lsn: '0/4800000' }, 'follow'],
    ['a former primary that was killed before the fork', { lsn: '0/4800000' }, 'rewind'],
  ])('chooses for %s the least that suffices', (_, control, rung) => {
    placeControl(runner, control);
    if (control.state === 'shut down in recovery') place('data/standby.signal');
    expect(said(plan())).toContain(`the least that suffices is ${rung}`);
  });
});

describe('the plan of rejoin, of what else can be', { timeout: 240_000 }, () => {
  it.each(['rejoin', 'reclone'])("refuses %s while the vendor's own recovery works on the node", (kind) => {
    runner.stub(
      'pgrep',
      `case "$*" in *rejoin*) echo "77 ${runner.folder}/kb/repmgr -f ${runner.folder}/etc/repmgr.conf node rejoin" ;; *) exit 1 ;; esac`,
    );
    const ran = runner.run('--dry-run', 'r1', kind);
    expect({ code: ran.code, told: said(ran) }).toMatchObject({ code: 3 });
    expect(said(ran)).toContain(`REFUSED ${kind}/vendor-at-work: `);
  });

  it('tells a standby whose next WAL only the archive has where to find it', () => {
    placeControl(runner, { state: 'shut down in recovery', timeline: 2, lsn: '0/5800000' });
    place('data/standby.signal');
    place('data/postgresql.auto.conf', "primary_conninfo = 'host=10.0.0.12 x'\nprimary_slot_name = 'repmgr_slot_1'\n");
    expect(said(plan())).toContain('the least that suffices is start');
    place('waldir.empty');
    expect(said(plan())).toContain('REFUSED rejoin/needs-reclone');
    place('lib/action.conf', `${runner.file('lib/action.conf')}KB_RMAN_CONF=/c KB_STANZA=s\n`);
    runner.tool('sys_rman', 'echo wal >"${@: -1}"');
    expect(said(plan())).toContain('the least that suffices is follow');
    const ran = runner.run('r1', 'rejoin', 'node=node1');
    expect(ran.code, ran.err).toBe(0);
    expect(runner.file('data/postgresql.auto.conf')).toMatch(/restore_command = '.*archive-get %f "%p"'/);
  });
});

describe('rejoin', { timeout: 240_000 }, () => {
  it('rewinds under another name, keeps evidence, and follows the primary', () => {
    const ran = runner.run('r1', 'rejoin', 'node=node1');
    expect(ran.code, ran.err).toBe(0);
    expect(result(ran)).toMatchObject({ rung: 'rewind', primary: 'node2', fork: '0/5000000' });
    expect(runner.file('data/base')).toBe('rewound\n');
    expect(there('data.rewinding')).toBe(false);
    expect(runner.file('data/postgresql.auto.conf')).toMatch(
      /primary_conninfo = 'host=10.0.0.12 application_name=node1'\n/,
    );
    expect(there('data/standby.signal')).toBe(true);
    expect(runner.file('repmgr.log')).toContain('standby register -F --upstream-node-id=2');
    const evidence = JSON.parse(runner.file('state/ha/actions/r1/evidence/manifest.json')) as {
      files: { path: string }[];
    };
    expect(evidence.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['controldata.txt', 'data/pg_control']),
    );
    expect(there('state/ha/actions/r1/evidence/wal/000000010000000000000005')).toBe(true);
  });

  it('leaves nothing that can be started where it is killed in the midst of a rewind, and begins that again with the WAL it needs', async () => {
    place('rewind.hangs');
    expect(runner.run('--poll', '-1', 'r1', 'rejoin', 'node=node1').code).toBe(4);
    await runner.until('rewind.calls');
    await new Promise((done) => setTimeout(done, 300));
    runner.kill('r1');
    expect({ data: there('data'), rewinding: there('data.rewinding'), started: there('ctl.log') }).toEqual({
      data: false,
      rewinding: true,
      started: false,
    });
    expect(readdirSync(join(runner.folder, 'data.rewinding/pg_wal'))).toEqual([]);
    rmSync(join(runner.folder, 'rewind.hangs'));
    runner.tool(
      'sys_rewind',
      `ls "${runner.folder}/data.rewinding/pg_wal" >"${runner.folder}/found"; echo rewound >"${runner.folder}/data.rewinding/base"`,
    );
    const again = runner.run('r1', 'rejoin', 'node=node1');
    expect(again.code, again.err).toBe(0);
    // Recovered once, before what is put back was kept: never again on pages half of which are new.
    expect(runner.file('single.calls').trim().split('\n')).toHaveLength(1);
    expect(runner.file('found')).toBe('000000010000000000000004\n000000010000000000000005\n');
    expect(runner.file('data/base')).toBe('rewound\n');
  });

  it('takes a stale standby.signal of a killed primary for what it is, and recovers and rewinds it all the same', () => {
    place('data/standby.signal');
    expect(said(plan('maxRung=follow'))).toContain('REFUSED rejoin/needs-rewind');
    expect(said(plan())).toContain('it is stale');
    runner.tool(
      'kingbase',
      `[ ! -e "${runner.folder}/data.rewinding/standby.signal" ] && touch "${runner.folder}/single"`,
    );
    const ran = runner.run('r1', 'rejoin', 'node=node1');
    expect(ran.code, ran.err).toBe(0);
    expect(there('single')).toBe(true);
  });

  it('rewinds again, with the WAL and the histories it began with, where sys_rewind is killed', () => {
    const wal = `${runner.folder}/data.rewinding/pg_wal`;
    place('data/pg_wal/00000001.history', 'history');
    runner.tool(
      'sys_rewind',
      `echo "$*" >>"${runner.folder}/rewind.calls"; head -c 100 "${wal}/"* >"${runner.folder}/found"
if [ "$(wc -l <"${runner.folder}/rewind.calls")" = 1 ]; then
  rm "${wal}/000000010000000000000004"; echo theirs >"${wal}/000000010000000000000005"; : >"${wal}/00000001.history"
  cp "${runner.folder}/found" "${runner.folder}/first"; kill -KILL $$
fi
echo rewound >"${runner.folder}/data.rewinding/base"`,
    );
    const ran = runner.run('r1', 'rejoin', 'node=node1');
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain('sys_rewind was ended by signal 9');
    expect(runner.file('found')).toBe(runner.file('first'));
    expect(runner.file('found')).toContain('history');
  });

  it('takes WAL that is gone from the archive, which knows the database by the directory where it lies now', () => {
    const wal = `${runner.folder}/data.rewinding/pg_wal`;
    place('lib/action.conf', `${runner.file('lib/action.conf')}KB_RMAN_CONF=/c KB_STANZA=s\n`);
    runner.tool(
      'sys_rman',
      `case "$*" in *--kb1-path=${runner.folder}/data.rewinding" "*) ;; *) [ -e "${runner.folder}/data/global/pg_control" ] || exit 55 ;; esac
echo wal >"\${@: -1}"`,
    );
    runner.tool(
      'sys_rewind',
      `[ -e "${wal}/000000010000000000000003" ] || { echo 'sys_rewind: error: could not restore file "000000010000000000000003" from archive'; exit 1; }
[ -e "${wal}/000000010000000000000002" ] || { echo 'sys_rewind: fatal: could not open file "${wal}/000000010000000000000002": gone'; exit 1; }`,
    );
    const ran = runner.run('r1', 'rejoin', 'node=node1');
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err.match(/it is taken from the archive/g)).toHaveLength(2);
  });

  it.each(['rejoin', 'reclone'])('%s moves nothing where sys_ctl cannot say whether a database runs there', (kind) => {
    const step = kind === 'rejoin' ? 'copy' : 'swap';
    runner.tool(
      'sys_ctl',
      `case "$*" in *status*) [ "$(cat "${runner.folder}/state/ha/actions/r1/step" 2>/dev/null)" != ${step} ] || { echo 'no access' >&2; exit 1; }; exit 3 ;; esac`,
    );
    const ran = runner.run('r1', kind, 'node=node1');
    expect(ran.code).toBe(1);
    expect(said(ran)).toContain('could not be read (sys_ctl status: exit code 1, no access); nothing more was done');
    expect({ old: runner.file('data/base'), rewinding: there('data.rewinding') }).toEqual({
      old: 'old',
      rewinding: false,
    });
  });

  it('moves nothing below a database that the vendor started meanwhile, and leaves the automation as it was', () => {
    runner.tool(
      'sys_ctl',
      `case "$*" in *status*) [ "$(cat "${runner.folder}/state/ha/actions/r1/step" 2>/dev/null)" = copy ] || exit 3 ;; esac`,
    );
    const ran = runner.run('r1', 'rejoin', 'node=node1');
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('was started meanwhile');
    expect({ data: there('data'), rewinding: there('data.rewinding'), quieted: there('state/ha/quieted') }).toEqual({
      data: true,
      rewinding: false,
      quieted: false,
    });
  });

  it('that cannot rewind says so, starts nothing, and leaves the half of it where nobody starts it', () => {
    place('rewind.says', 'sys_rewind: fatal: could not find common ancestor\n');
    const ran = runner.run('r1', 'rejoin', 'node=node1');
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('could not find common ancestor');
    expect({ data: there('data'), started: there('ctl.log') }).toEqual({ data: false, started: false });
    expect(runner.run('r1', 'rejoin', 'node=node1').err).toContain('use a new requestId');
    rmSync(join(runner.folder, 'control'));
    const recloned = runner.run('r2', 'rejoin', 'node=node1', 'maxRung=reclone');
    expect(recloned.code, recloned.err).toBe(0);
    expect(runner.file('data.old-r2.rewinding/base')).toBe('old');
  });

  it('that cannot rewind makes a copy where the record allows it, and keeps the old data', () => {
    place('rewind.says', 'sys_rewind: fatal: could not find common ancestor\n');
    const ran = runner.run('r1', 'rejoin', 'node=node1', 'maxRung=reclone');
    expect(ran.code, ran.err).toBe(0);
    expect(result(ran)).toMatchObject({ rung: 'reclone' });
    expect(runner.file('data/base')).toBe('copied\n');
    expect(runner.file('data.old-r1.rewinding/base')).toBe('old');
  });
});

describe('reclone', { timeout: 240_000 }, () => {
  it('puts the copy in the place of the old data, and keeps that', () => {
    const ran = runner.run('c1', 'reclone', 'node=node1', 'maxRate=20');
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain('copied 1024/2048 kB (50%)');
    expect(runner.file('copy.calls')).toBe('10.0.0.12\n');
    expect([runner.file('data/base'), runner.file('data.old-c1/base')]).toEqual(['copied\n', 'old']);
  });

  it('begins a copy that was killed again, and never touches the old data before it is whole', async () => {
    place('copy.hangs');
    expect(runner.run('--poll', '-1', 'c1', 'reclone', 'node=node1').code).toBe(4);
    await runner.until('copy.calls');
    runner.kill('c1');
    expect(runner.file('data/base')).toBe('old');
    rmSync(join(runner.folder, 'copy.hangs'));
    expect(runner.run('c1', 'reclone', 'node=node1').code).toBe(0);
    expect(runner.file('data/base')).toBe('copied\n');
  });

  it('deletes old data only with the token that names it', () => {
    const dry = runner.run('--dry-run', 'c1', 'reclone', 'node=node1', 'oldData=remove');
    const token = /confirm: ([0-9a-f]{16})/.exec(said(dry))?.[1] ?? '';
    expect(said(dry)).toContain('is DELETED');
    const refused = runner.run('c1', 'reclone', 'node=node1', 'oldData=remove', 'confirm=0123456789abcdef');
    expect({ code: refused.code, told: refused.err.includes('REFUSED reclone/not-confirmed') }).toEqual({
      code: 3,
      told: true,
    });
    expect(runner.file('data/base')).toBe('old');
    const ran = runner.run('c1', 'reclone', 'node=node1', 'oldData=remove', `confirm=${token}`);
    expect(ran.code, ran.err).toBe(0);
    expect(readdirSync(runner.folder).filter((name) => name.startsWith('data'))).toEqual(['data']);
  });

  it('refuses the node that leads, and one that holds more than the primary', () => {
    place('role.127.0.0.1', 'primary\n');
    expect(runner.run('c1', 'reclone', 'node=node1').err).toContain('REFUSED reclone/runs-as-primary');
    rmSync(join(runner.folder, 'role.127.0.0.1'));
    placeControl(runner, { timeline: 3 });
    expect(runner.run('c1', 'reclone', 'node=node1').err).toContain('REFUSED reclone/ahead');
    expect(runner.file('data/base')).toBe('old');
  });
});
