/** What the scripts make of the exit codes of the vendor's tools, in a real shell with the tools replaced. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { nodeScript } from '../../remote/nodeScripts';

/** Runs `command` after the functions of the named scripts, with `before` in between to replace some. */
function shell(
  scripts: readonly string[],
  before: string,
  command: string,
): { code: number | null; out: string; err: string } {
  const text = `set -eu\n${nodeScript(...scripts).replace(/\nmain\n*$/, '\n')}\n${before}\n${command}\n`;
  const env = {
    PATH: process.env['PATH'],
    KB_BIN: '/kb/bin',
    KB_DATA: '/nowhere/data',
    KB_DB: 'test',
    KB_LOG: '/dev/null',
  };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', text], { encoding: 'utf8', env });
  return { code: status, out: stdout.trim(), err: stderr };
}

describe('server_runs', () => {
  const SCRIPTS = ['layout.sh', 'node.sh', 'instance.sh'];
  const ask = (code: number, command = 'if server_runs; then echo yes; else echo no; fi') =>
    shell(SCRIPTS, `kb() { echo said >&2; return ${code}; }`, command);

  it.each([
    [0, 'yes'],
    [3, 'no'],
    [4, 'no'],
  ])('takes exit code %i of sys_ctl status for: %s', (code, answer) => {
    expect(ask(code)).toMatchObject({ code: 0, out: answer });
  });

  it.each([1, 2, 124, 126, 127, 137])('ends the script for exit code %i, which says nothing', (code) => {
    const { err, ...rest } = ask(code);
    expect(rest).toEqual({ code: 1, out: '' });
    expect(err).toContain(`could not be read (sys_ctl status: exit code ${code}, said)`);
  });

  it.each(['stop_server', 'start_server', '! server_runs || die runs'])('ends %s as well', (command) => {
    expect(ask(124, `${command}\necho went on`)).toMatchObject({ code: 1, out: '' });
  });

  it('ends the observation of a node, which then counts as one that could not be read', () => {
    const stubs = 'json_control() { :; }\nrun_probe() { echo 0 >"$work/$1.code"; }\nkb() { return 124; }';
    const { code, out, err } = shell(
      ['layout.sh', 'node.sh', 'json.sh', 'observe.sh'],
      stubs,
      'KB_ROLE=database KB_PROBE=brief\nwork=$(mktemp -d)\ntrap \'rm -rf "$work"\' EXIT\nprobe_server\necho went on',
    );
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('exit code 124');
  });
});

describe('control_report', () => {
  const CORRUPT =
    'WARNING: Calculated CRC checksum does not match value stored in file.\nDatabase system identifier: 71';
  const kb = (body: string): string =>
    `sleep() { :; }\nkb() { looks=$(($(cat "$TMP") + 1)); echo "$looks" >"$TMP"; ${body}; }`;
  const ask = (body: string, command: string) =>
    shell(['node.sh'], `TMP=$(mktemp); trap 'rm -f "$TMP"' EXIT; echo 0 >"$TMP"\n${kb(body)}`, command);

  it('takes a wrong checksum, which the tool only warns of, for a file that says nothing', () => {
    const corrupt = ask(`echo '${CORRUPT}'`, 'code=0; control_report /d || code=$?; echo "$code after $(cat "$TMP")"');
    expect(corrupt).toMatchObject({ code: 0, out: '65 after 3' });
    expect(corrupt.err).toContain('its checksum does not match');
    expect(ask(`echo '${CORRUPT}'`, 'echo "[$(system_identifier /d)]"').out).toBe('[]');
  });

  it('looks again at a file that the server was just writing', () => {
    const once = `if [ "$looks" = 1 ]; then echo '${CORRUPT}'; else echo 'Database system identifier: 71'; fi`;
    expect(ask(once, 'system_identifier /d; cat "$TMP"').out).toBe('71\n2');
  });

  it('passes on that the tool failed, and why', () => {
    expect(ask('echo gone; return 4', 'code=0; control_report /d || code=$?; echo "$code"')).toMatchObject({
      out: '4',
      err: expect.stringMatching(/gone\n$/) as string,
    });
  });

  it('does not hide from an observation that a server runs on a file that was damaged under it', () => {
    const stubs = 'run_probe() { echo 65 >"$work/$1.code"; }\nserver_runs() { :; }';
    const command =
      'KB_ROLE=database KB_PROBE=brief\nwork=$(mktemp -d)\ntrap \'rm -rf "$work"\' EXIT\nprobe_server\necho "$server_running"';
    expect(shell(['layout.sh', 'node.sh', 'json.sh', 'observe.sh'], stubs, command)).toMatchObject({ out: 'true' });
  });
});

describe('wait_until', () => {
  const wait = (there: string, seconds: number) =>
    shell(['node.sh'], `sleep() { printf '%s ' "$1"; SECONDS=$((SECONDS + ${seconds})); }`, `looks=0\n${there}`);

  it('looks again at once for what is there in a moment, and then less often', () => {
    const { out, code } = wait('there() { count=$((${count:-0} + 1)); [ "$count" -gt 12 ]; }\nwait_until 60 there', 0);
    expect({ code, out: out.trim() }).toEqual({ code: 0, out: `${'0.1 '.repeat(10)}0.5 0.5` });
  });

  it('gives up when the time is over, having looked once more at its end', () => {
    const { out } = wait('wait_until 2 false || printf over', 1);
    expect(out.trim()).toBe('0.1 0.1 over');
  });
});

describe('under the lock', () => {
  const TOOLS =
    'take_lock() { :; }\nstart_server() { echo started; }\nin_recovery() { :; }\nis_streaming() { :; }\nrepmgr_quietly() { :; }';
  const SQL = 'kb_sql() { :; }\nkb_daemon() { echo restarted; }\nserver_answers() { :; }';
  const run = (script: string, steps: string, before: string) =>
    shell(
      ['layout.sh', 'node.sh', 'instance.sh', script],
      `${TOOLS}\n${before}`,
      `KB_STEPS='${steps}'\nKB_STREAMING_SECONDS=1\nmain`,
    );

  it('only a server that runs is restarted; else whoever asked looks again', () => {
    expect(run('rollout.sh', 'restart', `${SQL}\nserver_runs() { return 1; }`)).toMatchObject({ code: 76, out: '' });
    expect(run('rollout.sh', 'restart', `${SQL}\nserver_runs() { :; }`)).toMatchObject({ code: 0, out: 'restarted' });
  });

  const signal = (create: string) => `KB_DATA=$(mktemp -d)\ntrap 'rm -rf "$KB_DATA"' EXIT\n${create}`;
  it.each(['join', 'start'])('a standby without standby.signal is not brought up by %s', (step) => {
    const as = 'KB_START_AS=standby\n';
    expect(run('member.sh', step, as + signal(''))).toMatchObject({ code: 76, out: '' });
    const marked = run('member.sh', step, as + signal('touch "$KB_DATA/standby.signal"'));
    expect(marked).toMatchObject({ code: 0, out: 'started' });
  });

  it('a primary and a witness are started without one', () => {
    expect(run('member.sh', 'start', `KB_START_AS=primary\n${signal('')}`)).toMatchObject({ code: 0, out: 'started' });
    expect(run('member.sh', 'start', `KB_START_AS=witness\n${signal('')}`)).toMatchObject({ code: 0, out: 'started' });
  });
});

describe('pausing repmgrd', () => {
  const pause = (accepts: string, words = 'unknown command') =>
    shell(
      ['layout.sh', 'node.sh', 'instance.sh', 'rollout.sh'],
      `take_lock() { :; }\nkb_repmgr() { echo "$*" >&3; echo "${words} $1" >&2; ${accepts}; }`,
      "exec 3>&1\nKB_STEPS='pause unpause'\nmain",
    );

  it('uses the name of today', () => {
    expect(pause('true').out).toBe('service pause\nservice unpause');
  });

  it('uses the old name where a build knows no other', () => {
    const { code, out } = pause('[ "$1" = daemon ]');
    expect(code).toBe(0);
    expect(out).toBe('service pause\ndaemon pause\nservice unpause\ndaemon unpause');
  });

  it('fails with the words of the first where neither works', () => {
    const { code, err } = pause('false');
    expect(code).toBe(1);
    expect(err).toContain('unknown command service\n');
    expect(err).toContain('repmgr service pause failed');
    expect(err).not.toContain('command daemon');
  });

  it('asks nobody twice where the name is known', () => {
    const { code, out, err } = pause('false', 'ERROR: no connection');
    expect(code).toBe(1);
    expect(out).toBe('service pause');
    expect(err).toContain('ERROR: no connection');
  });
});

describe('initdb', () => {
  const initdb = (help: string) =>
    shell(
      ['layout.sh', 'node.sh', 'instance.sh'],
      `kb() { echo "$*" >&2; echo '${help}'; }\nmktemp() { echo made >&2; exit 9; }`,
      'KB_SUPERUSER=system\nrun_initdb /nowhere/data.bootstrap',
    );

  it('that takes no password from a file is not run: none is ever put on a command line', () => {
    const { code, err } = initdb('  -U, --username=NAME  -x, --password=PASSWORD');
    expect(code).toBe(1);
    expect(err).toContain('takes no password from a file (--pwfile)');
    expect(err).not.toContain('made');
  });

  it.each(['  -U, --username=NAME  --pwfile=FILE', '', 'libcrypto: not found'])('whose help is %j is run', (help) => {
    expect(initdb(help)).toMatchObject({ code: 9, err: expect.stringContaining('made') as string });
  });
});

const asRoot = process.getuid?.() === 0;
describe.skipIf(!asRoot)(`setuid copies${asRoot ? '' : ' (skipped: needs root)'}`, () => {
  it('have the mode the vendor asks for, in a directory for the group of the database alone', () => {
    const text = nodeScript('installFinish.sh');
    const copy = /^put_copy\(\) \{$[\s\S]*?^\}$/m.exec(text)?.[0] ?? '';
    const script = `set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
OS_GROUP=nogroup
fail() { exit 1; }
${copy}
put_copy /bin/true "$work/bin/ip"
stat -c '%a %U:%G' "$work/bin" "$work/bin/ip"
chmod 0755 "$work/bin" "$work/bin/ip"
put_copy /bin/true "$work/bin/ip"
stat -c '%a %U:%G' "$work/bin" "$work/bin/ip"`;
    const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    const wanted = '750 root:nogroup\n4755 root:root\n';
    expect(stdout).toBe(wanted + wanted);
  });
});

describe('is_empty_directory', () => {
  it.each([
    ['has nothing in it', 'find() { :; }', 'empty'],
    ['has something in it', 'find() { echo /x/y; }', 'not empty'],
    ['cannot be listed', 'find() { echo "Input/output error" >&2; return 1; }', 'not empty'],
  ])('of a directory that %s', (_what, stub, answer) => {
    const ask = 'if is_empty_directory /tmp; then echo empty; else echo not empty; fi';
    expect(shell(['layout.sh', 'node.sh', 'instance.sh'], stub, ask)).toMatchObject({ code: 0, out: answer });
  });
});
