/** What goes wrong between us and a host, in words for the person who has to repair it: why, where, which command, what is safe next. */
import { KingbaseError } from '../core/finding';
import type { ExecResult } from './remote';

export type RemoteErrorCode =
  'remote/unreachable' | 'remote/host-key' | 'remote/auth' | 'remote/sudo' | 'remote/timeout' | 'remote/exit';

export interface RemoteErrorDetails {
  readonly message: string;
  readonly hint: string;
  /** Only for remote/exit and remote/sudo. */
  readonly result?: ExecResult;
  readonly cause?: unknown;
}

export class RemoteError extends KingbaseError {
  declare readonly code: RemoteErrorCode;
  readonly host: string;
  readonly result: ExecResult | undefined;

  constructor(code: RemoteErrorCode, host: string, details: RemoteErrorDetails) {
    super({ code, path: host, message: details.message, hint: details.hint }, { cause: details.cause });
    this.name = 'RemoteError';
    this.host = host;
    this.result = details.result;
  }
}

/**
 * No connection could be made at all: what a `delete` may take for a host that is gone. A command that ran out of time is no such sign: its
 * host lives, and what it should have stopped or removed may still be there.
 */
export function isGone(error: unknown): boolean {
  return error instanceof RemoteError && error.code === 'remote/unreachable';
}

/** The address answers, but not with the key that is pinned: another machine, or somebody in between. Nothing there may be touched. */
export function isOtherMachine(error: unknown): boolean {
  return error instanceof RemoteError && error.code === 'remote/host-key';
}

const STDERR_LINES = 12;

/** The end of what a command wrote, indented; where stderr is empty, stdout (some tools of the vendor complain there). */
export function lastLines(result: ExecResult): string {
  const source = result.stderr.trim() === '' ? result.stdout : result.stderr;
  const lines = source.trimEnd().split('\n').slice(-STDERR_LINES);
  return lines.map((line) => `  ${line}`).join('\n');
}

export function exitError(host: string, label: string, result: ExecResult): RemoteError {
  if (isSudoRefusal(result)) {
    return new RemoteError('remote/sudo', host, {
      message: `${label}: sudo refused to run it without a password\n${lastLines(result)}`,
      hint: 'Give the login user passwordless sudo without requiretty (a file in /etc/sudoers.d: `<user> ALL=(ALL) NOPASSWD: ALL`), or set connection.user to root. Nothing was run.',
      result,
    });
  }
  const output = lastLines(result);
  return new RemoteError('remote/exit', host, {
    message: `${label}: exit code ${result.code}${output.trim() === '' ? '' : `\n${output}`}`,
    hint: 'The step stopped there and can be run again: correct the cause on the host, then run the same command once more.',
    result,
  });
}

export function timeoutError(host: string, label: string, timeoutMs: number): RemoteError {
  return new RemoteError('remote/timeout', host, {
    message: `${label}: no result after ${Math.round(timeoutMs / 1000)} s, the command was stopped`,
    hint: 'Look on the host at what it waits for (disk, lock, network); the step can be run again.',
  });
}

/** sudo's own refusals; they all exit 1, as the command behind it might. */
function isSudoRefusal(result: ExecResult): boolean {
  return (
    (result.code === 1 &&
      /^sudo: .*(password is required|no tty present|must have a tty|not allowed)/m.test(result.stderr)) ||
    (result.code === 1 && /is not in the sudoers file|is not allowed to (run sudo|execute)/m.test(result.stderr)) ||
    (result.code === 127 && /sudo: (command )?not found|'sudo': No such file/m.test(result.stderr))
  );
}
