/** action.sh, the runner of recovery actions, by a real bash with kinds of the test's own: the four states of its ledger, and the cluster lock. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whoAmI } from '../../../remote/operation/whoAmI';
import { ActionRunner } from '../../support/actionRunner';

let runner: ActionRunner;
beforeEach(() => {
  runner = new ActionRunner(['10.0.0.12']);
  runner.kind('walk', WALK);
});
afterEach(() => runner.remove());

/** Three steps that leave a line each; the second waits for a file where it is told to. */
const WALK = `
ACTION_FIELDS='wait fail deny'
ACTION_STEPS='first second third'
trail() { echo "$1" >>"$KB_HOME/trail"; }
action_plan() { say 'will walk'; [ -z "\${KB_IN_deny:-}" ] || refuse walk/denied "found \${KB_IN_deny}" 'Do not.'; }
step_first() { trail first; note_fact found 42; }
step_second() {
  trail second
  : >"$KB_HOME/in-second"
  [ -z "\${KB_IN_fail:-}" ] || die 'it broke'
  while [ -n "\${KB_IN_wait:-}" ] && [ ! -e "$KB_HOME/go" ]; do sleep 0.05; done
}
step_third() { trail "third $(fact found)"; }
action_result() { printf '"found":%s' "$(fact found)"; }
`;

const trail = (): string[] => runner.file('trail').trim().split('\n');
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('action.sh', { timeout: 240_000 }, () => {
  it('runs the steps once, and gives the same id the recorded result', () => {
    const first = runner.run('--follow', 'r1', 'walk');
    expect({ code: first.code, err: first.err }).toMatchObject({ code: 0, err: expect.stringContaining('will walk') });
    const record = json(first.out);
    expect(record).toMatchObject({ requestId: 'r1', kind: 'walk', node: 'node1', cluster: 'ha', state: 'succeeded' });
    expect(record['result']).toEqual({ found: 42 });
    expect(record['phases']).toMatchObject([{ step: 'first' }, { step: 'second' }, { step: 'third' }]);
    const ends = (record['phases'] as { endedAt: string }[]).map(({ endedAt }) => endedAt);
    const moments = [record['startedAt'], ...ends, record['finishedAt']] as string[];
    expect(moments).toEqual([...moments].sort());
    expect(ends.every((end) => /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/.test(end))).toBe(true);
    expect(runner.run('r1', 'walk')).toMatchObject({ code: 0, out: first.out });
    expect(trail()).toEqual(['first', 'second', 'third 42']);
    expect(runner.run('--status', 'r1').out).toBe(first.out);
    expect(json(runner.run('--history').out)).toEqual(record);
  });

  it('attaches to a run that is at work instead of a second one', async () => {
    expect(runner.run('--poll', '-1', 'r1', 'walk', 'wait=yes').code).toBe(4);
    const again = runner.run('--poll', '-1', 'r1', 'walk', 'wait=yes');
    expect({ code: again.code, told: again.err.includes('attached to it') }).toEqual({ code: 4, told: true });
    expect(json(runner.run('--status', 'r1').out)).toMatchObject({ state: 'running', step: 'second' });
    writeFileSync(join(runner.folder, 'go'), '');
    expect(runner.run('--follow', 'r1', 'walk', 'wait=yes').code).toBe(0);
    expect(trail()).toEqual(['first', 'second', 'third 42']);
  });

  it('shows each line of progress once over several polls', () => {
    const first = runner.run('--poll', '-1', 'r1', 'walk', 'wait=yes');
    const known = first.err.trim().split('\n').length;
    writeFileSync(join(runner.folder, 'go'), '');
    let said = '';
    for (let code: number | null = 4, seen = known; code === 4;) {
      const ran = runner.run('--poll', String(seen), 'r1', 'walk', 'wait=yes');
      code = ran.code;
      said += ran.err;
      seen += ran.err === '' ? 0 : ran.err.trim().split('\n').length;
    }
    expect(said).not.toContain('will walk');
    expect(said.match(/third/g)).toHaveLength(1);
  });

  it('takes an interrupted run up at the last verified step', async () => {
    expect(runner.run('--poll', '-1', 'r1', 'walk', 'wait=yes').code).toBe(4);
    await runner.until('in-second');
    runner.kill('r1');
    expect(json(runner.run('--status', 'r1').out)).toMatchObject({ state: 'interrupted', step: 'second' });
    writeFileSync(join(runner.folder, 'go'), '');
    const again = runner.run('r1', 'walk', 'wait=yes');
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('was interrupted at second') as string });
    expect(again.err).toContain('first: done and verified before');
    expect(trail()).toEqual(['first', 'second', 'second', 'third 42']);
  });

  it('refuses the id of a run that failed, with the reason', () => {
    const first = runner.run('r1', 'walk', 'fail=yes');
    expect(first.code).toBe(1);
    expect(json(first.out)).toMatchObject({ state: 'failed', reason: 'it broke', result: null });
    const again = runner.run('r1', 'walk', 'fail=yes');
    expect(again).toMatchObject({ code: 3, out: '' });
    expect(again.err).toMatch(/REFUSED action\/failed: request r1 failed: it broke\nHINT: .*use a new requestId/);
    expect(trail()).toEqual(['first', 'second']);
  });

  it.each([
    [['r1', 'walk', 'fail=no'], "the input fail of request r1 was '', and is 'no' now"],
    [['r1', 'other'], 'request r1 was of the kind walk, and is other now'],
  ])('refuses %j under the id of a run that was made, and names what changed', (words, message) => {
    runner.kind('other', WALK);
    expect(runner.run('r1', 'walk').code).toBe(0);
    const { code, err } = runner.run(...words);
    expect({ code, told: err.includes(message) }, err).toEqual({ code: 3, told: true });
    expect(trail()).toHaveLength(3);
  });

  it('uses up no id where a precondition is not met, and runs it once it is', () => {
    const denied = runner.run('r1', 'walk', 'deny=this');
    expect(denied.code).toBe(3);
    expect(denied.err).toContain('REFUSED walk/denied: found this\nHINT: Do not.');
    expect(json(runner.run('--status', 'r1').out)).toMatchObject({ state: 'refused' });
    expect(existsSync(join(runner.folder, 'trail'))).toBe(false);
    expect(runner.run('r1', 'walk').code).toBe(0);
  });

  it('only looks with --dry-run', () => {
    expect(runner.run('--dry-run', 'r1', 'walk')).toMatchObject({ code: 0 });
    expect(runner.run('--dry-run', 'r1', 'walk', 'deny=this').code).toBe(3);
    expect(readdirSync(runner.state)).toEqual([]);
  });

  it.each([
    [['../x', 'walk'], "the request id '../x'"],
    [['r1', 'Walk;'], "the kind 'Walk;'"],
    [['r1', 'fly'], 'fly is no kind of action on this node; there are: walk'],
    [['r1', 'walk', 'far=1'], 'far is no input of walk'],
    [['r1', 'walk', 'wait=$(reboot)'], 'is not NAME=VALUE'],
    [['r1', 'walk', 'wait=1', 'wait=2'], 'an input is given twice'],
    [['--poll', 'x', 'r1', 'walk'], '--poll needs a number'],
    [['--wrong', 'r1', 'walk'], 'unknown argument --wrong'],
  ])('takes %j for wrong use', (words, message) => {
    const { code, err } = runner.run(...words);
    expect({ code, told: err.includes(message) }, err).toEqual({ code: 2, told: true });
  });

  it('explains itself', () => {
    expect(runner.run('--help').out).toContain('Usage: action.sh [--dry-run | --follow');
  });
});

describe('the lock of the cluster', { timeout: 240_000 }, () => {
  const peer = (note?: object): void => {
    mkdirSync(join(runner.folder, 'peers/10.0.0.12'), { recursive: true });
    if (note !== undefined) writeFileSync(join(runner.folder, 'peers/10.0.0.12/note'), JSON.stringify(note));
  };
  const NOTE = { token: 't', what: 'rolling restart', operator: 'eve@far', pid: 7, place: 'far/b/p' };
  const since = (): object => ({
    since: Math.floor(Date.now() / 1000) - 30,
    expires: Math.floor(Date.now() / 1000) + 60,
  });

  it('is held on every node that answers while the action works, and let go afterwards', () => {
    peer();
    expect(runner.run('--poll', '-1', 'r1', 'walk', 'wait=yes').code).toBe(4);
    expect(json(runner.file('state/ha/operation.json'))).toMatchObject({
      token: 'action-node1-r1',
      what: 'action walk r1',
    });
    writeFileSync(join(runner.folder, 'go'), '');
    expect(runner.run('r1', 'walk', 'wait=yes').code).toBe(0);
    expect(existsSync(join(runner.state, 'ha/operation.json'))).toBe(false);
    expect(runner.file('peers/10.0.0.12/log')).toMatch(/cluster-lock.sh hold.*\n(.*\n)*.*cluster-lock.sh release/);
  });

  it('leaves a node out that cannot be reached, and says so', () => {
    expect(runner.run('r1', 'walk').err).toContain(
      'node node2 takes no part in the lock: it was not reached (no route',
    );
  });

  it('of another holder on another node refuses, names him and how long he holds it, and uses up no id', () => {
    peer({ ...NOTE, ...since() });
    const { code, err } = runner.run('r1', 'walk');
    expect(code).toBe(75);
    expect(err).toMatch(/REFUSED action\/held: .*node node2 says: eve@far \(process 7\): rolling restart, 3\d s old/);
    expect(existsSync(join(runner.folder, 'trail'))).toBe(false);
    expect(existsSync(join(runner.state, 'ha/operation.json'))).toBe(false);
    peer({});
    writeFileSync(join(runner.folder, 'peers/10.0.0.12/note'), '');
    expect(runner.run('r1', 'walk').code).toBe(0);
  });

  it('on this node refuses a live holder, and passes over one that expired or whose process is gone', () => {
    const file = join(runner.state, 'ha/operation.json');
    mkdirSync(join(runner.state, 'ha'));
    writeFileSync(file, JSON.stringify({ ...NOTE, ...since() }));
    expect(runner.run('r1', 'walk').code).toBe(75);
    writeFileSync(file, JSON.stringify({ ...NOTE, ...since(), expires: 1 }));
    expect(runner.run('r1', 'walk').code).toBe(0);
    const { place } = whoAmI();
    writeFileSync(file, JSON.stringify({ ...NOTE, ...since(), place, pid: process.pid }));
    expect(runner.run('r2', 'walk').code).toBe(75);
    writeFileSync(file, JSON.stringify({ ...NOTE, ...since(), place, pid: 4_194_300 }));
    expect(runner.run('r2', 'walk').code).toBe(0);
  });

  it('keeps two actions on one node apart', () => {
    expect(runner.run('--poll', '-1', 'r1', 'walk', 'wait=yes').code).toBe(4);
    const second = runner.run('r2', 'walk');
    expect({ code: second.code, err: second.err }).toMatchObject({
      code: 75,
      err: expect.stringContaining('at work') as string,
    });
    runner.kill('r1');
    // The note of a run that was killed is its own when it goes on.
    writeFileSync(join(runner.folder, 'go'), '');
    expect(runner.run('r1', 'walk', 'wait=yes').code).toBe(0);
    expect(runner.run('r2', 'walk').code).toBe(0);
  });
});
