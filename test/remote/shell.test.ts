/** What is sent to a host's shell, word for word, and how refusals of sudo and failed commands read. */
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitError, isGone, isOtherMachine, lastLines, RemoteError, timeoutError } from '../../remote/remoteError';
import { composeScript, elevate, launch, quoteArgv, quoteWord } from '../../remote/shell';

describe('quoteWord', () => {
  it('leaves plain words readable', () => {
    expect(quoteArgv(['/usr/bin/x', '-a', 'k=v', 'a b'])).toBe(`/usr/bin/x -a k=v 'a b'`);
  });

  it('comes back unchanged from a real shell, whatever it holds', () => {
    const words = fc.array(
      fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, (list) => {
        const out = execFileSync('sh', ['-c', `printf '%s\\0' ${list.map(quoteWord).join(' ')}`], { encoding: 'utf8' });
        expect(out.split('\0').slice(0, -1)).toEqual(list);
      }),
      { numRuns: 50 },
    );
  });
});

describe('elevate', () => {
  it.each([
    ['the login user itself', 'ops', 'ops', ['id']],
    ['root by sudo that never asks', 'ops', 'root', ['env', 'LC_ALL=C', 'sudo', '-n', '--', 'id']],
    ['another user by sudo', 'ops', 'kingbase', ['env', 'LC_ALL=C', 'sudo', '-n', '-u', 'kingbase', '--', 'id']],
    ['another user from root without sudo', 'root', 'kingbase', ['runuser', '-u', 'kingbase', '--', 'id']],
  ])('runs as %s', (_what, login, as, expected) => {
    expect(elevate(['id'], login, as)).toEqual(expected);
  });
});

describe('launch', () => {
  it('limits the time on the host itself', () => {
    expect(launch(['id'], 1500).slice(0, 4)).toEqual(['timeout', '--kill-after=5', '2', 'bash']);
  });
});

describe('composeScript', () => {
  it('refuses a name that is no shell variable', () => {
    expect(() => composeScript('true', { 'a;b': 'x' })).toThrow('not a shell variable name: a;b');
  });
});

describe('remote errors', () => {
  it.each([
    [1, 'sudo: a password is required'],
    [1, 'sudo: sorry, you must have a tty to run sudo'],
    [1, 'ops is not in the sudoers file.  This incident will be reported.'],
    [127, "env: 'sudo': No such file or directory"],
  ])('tell a refusal of sudo (exit %i, %s) from a failed command', (code, stderr) => {
    const error = exitError('node1', 'stop it', { code, stdout: '', stderr });
    expect(error.code).toBe('remote/sudo');
    expect(error.message).toContain('node1: stop it: sudo refused to run it without a password');
  });

  it('show stdout where stderr is empty', () => {
    expect(lastLines({ code: 1, stdout: 'a\nb\n', stderr: ' \n' })).toBe('  a\n  b');
    const error = exitError('node1', 'stop it', { code: 3, stdout: '', stderr: '' });
    expect(error.message).toMatch(/^node1: stop it: exit code 3\nHINT: /);
  });

  it('count only what shows another key as another machine', () => {
    expect(isOtherMachine(new RemoteError('remote/host-key', 'node1', { message: 'm', hint: 'h' }))).toBe(true);
    expect(isOtherMachine(new RemoteError('remote/unreachable', 'node1', { message: 'm', hint: 'h' }))).toBe(false);
    expect(isOtherMachine(new Error('x'))).toBe(false);
  });

  it('count only hosts that nothing connects to as gone', () => {
    expect(isGone(new RemoteError('remote/unreachable', 'node1', { message: 'm', hint: 'h' }))).toBe(true);
    expect(isGone(timeoutError('node1', 'x', 1000))).toBe(false);
    expect(isGone(new RemoteError('remote/host-key', 'node1', { message: 'm', hint: 'h' }))).toBe(false);
    expect(isGone(new Error('x'))).toBe(false);
  });
});
