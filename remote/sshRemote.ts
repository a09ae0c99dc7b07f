/** The Remote of the product: runs commands and scripts on a host over ssh, as root or as another user through sudo -n. */
import type { Client, ClientChannel } from 'ssh2';
import type { Connection, ExecOptions, ExecResult, Remote } from './remote';
import { exitError, RemoteError, timeoutError } from './remoteError';
import { DEFAULT_CONNECT_TIMEOUT_SECONDS, unreachable } from './sshDial';
import { discard, withClient } from './sshPool';
import { elevate, launch, quoteArgv, scriptArgv } from './shell';

export const DEFAULT_TIMEOUT_MS = 120_000;
/** The host's own `timeout` acts first; only where it cannot (the host hangs) do we give up this much later. */
const TIMEOUT_GRACE_MS = 10_000;
/**
 * Times connectTimeoutSeconds: on an open connection a command starts within that, or the host has vanished. TCP would go on for a
 * quarter of an hour: its keepalive does not count while sent data is not confirmed.
 */
const START_FACTOR = 2;
/** A daemon that kept the command's output open must not keep us waiting. */
const CLOSE_AFTER_EXIT_MS = 1_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const MISSING_FILE = 66;

interface RawResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export function openRemote(connection: Connection): Remote {
  return new SshRemote(connection);
}

class SshRemote implements Remote {
  readonly host: string;
  private closed = false;

  constructor(private readonly connection: Connection) {
    this.host = connection.host;
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const label = options.label ?? argv.join(' ');
    const result = toText(await this.run(argv, { ...options, label }));
    if (result.code !== 0 && options.anyExit !== true) {
      throw exitError(this.host, label, result);
    }
    return result;
  }

  async script(
    text: string,
    env: Readonly<Record<string, string>> = {},
    options: Omit<ExecOptions, 'stdin'> = {},
  ): Promise<ExecResult> {
    const { argv, stdin } = scriptArgv(text, env);
    return this.exec(argv, { ...options, stdin, label: options.label ?? firstLine(text) });
  }

  async put(
    path: string,
    content: string | Buffer,
    attributes: { readonly mode: string; readonly owner: string },
  ): Promise<void> {
    const size = String(Buffer.byteLength(content));
    const argv = ['bash', '-c', PUT, 'kingbase', path, attributes.mode, attributes.owner, size];
    await this.exec(argv, { stdin: content, label: `write ${path}` });
  }

  async get(path: string): Promise<Buffer | undefined> {
    const label = `read ${path}`;
    const script = `[ -e "$1" ] || exit ${MISSING_FILE}; exec cat -- "$1"`;
    const result = await this.run(['bash', '-c', script, 'kingbase', path], { label });
    if (result.code === MISSING_FILE) {
      return undefined;
    }
    if (result.code !== 0) {
      throw exitError(this.host, label, toText(result));
    }
    return result.stdout;
  }

  /** The connection itself is shared and closes by itself when idle. */
  close(): void {
    this.closed = true;
  }

  private async run(argv: readonly string[], options: ExecOptions & { label: string }): Promise<RawResult> {
    if (this.closed) {
      throw new Error(`${this.host}: used after close: ${options.label}`);
    }
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const command = quoteArgv(elevate(launch(argv, timeoutMs), this.connection.user, options.as ?? 'root'));
    const startMs = START_FACTOR * (this.connection.connectTimeoutSeconds ?? DEFAULT_CONNECT_TIMEOUT_SECONDS) * 1000;
    const call = { command, timeoutMs, startMs, stdin: options.stdin, label: options.label, host: this.host };
    try {
      return await withClient(this.connection, (client) => runOn(client, call));
    } catch (error) {
      if (error instanceof RemoteError && error.code === 'remote/unreachable') {
        // Whoever comes next shall not wait for the same dead connection.
        discard(this.connection);
      }
      if (!(error instanceof NotStarted)) {
        throw error;
      }
      // The pooled connection had died before the command was sent: one more try on a new one is safe.
      discard(this.connection);
      return await withClient(this.connection, (client) => runOn(client, call)).catch((again: unknown) => {
        throw again instanceof NotStarted ? unreachable(this.host, `${options.label}: ${again.message}`, again) : again;
      });
    }
  }
}

/** Temporary file beside the target, size checked (a broken connection looks like the end of the input), fsync, rename. */
const PUT = [
  'set -euo pipefail; umask 077',
  'tmp=$(mktemp "$(dirname "$1")/.kingbase.XXXXXX")',
  'trap \'rm -f "$tmp"\' EXIT',
  'cat >"$tmp"',
  '[ "$(stat -c %s "$tmp")" = "$4" ] || { echo "only $(stat -c %s "$tmp") of $4 bytes arrived" >&2; exit 1; }',
  'chown "$3" "$tmp"; chmod "$2" "$tmp"',
  'sync "$tmp"; mv -fT "$tmp" "$1"; sync "$(dirname "$1")"',
].join('\n');

class NotStarted extends Error {}

interface Call {
  readonly host: string;
  readonly command: string;
  readonly label: string;
  readonly timeoutMs: number;
  readonly startMs: number;
  readonly stdin?: string | Buffer;
}

function runOn(client: Client, call: Call): Promise<RawResult> {
  return new Promise((resolve, reject) => {
    const state = { over: false };
    const settle = (end: () => void): void => {
      state.over = true;
      clearTimeout(silent);
      client.off('close', lost);
      end();
    };
    const lost = (): void => settle(() => reject(connectionLost(call)));
    const silent = setTimeout(() => settle(() => reject(silence(call))), call.startMs);
    const start = (error: Error | undefined, channel: ClientChannel | undefined): void => {
      if (state.over) {
        channel?.destroy();
      } else if (error !== undefined || channel === undefined) {
        settle(() => reject(new NotStarted(error?.message ?? 'no channel', { cause: error })));
      } else {
        settle(() => void follow(client, channel, call).then(resolve, reject));
      }
    };
    client.once('close', lost);
    try {
      client.exec(call.command, start);
    } catch (error) {
      settle(() => reject(new NotStarted((error as Error).message, { cause: error })));
    }
  });
}

function follow(client: Client, channel: ClientChannel, call: Call): Promise<RawResult> {
  return new Promise((resolve, reject) => {
    const stdout = new BoundedBuffer();
    const stderr = new BoundedBuffer();
    const startedAt = Date.now();
    let code: number | undefined;
    const lost = (): void => settle(() => reject(connectionLost(call)));
    const hung = setTimeout(() => {
      settle(() => reject(timeoutError(call.host, call.label, call.timeoutMs)));
      channel.destroy();
    }, call.timeoutMs + TIMEOUT_GRACE_MS);
    const settle = (end: () => void): void => {
      clearTimeout(hung);
      client.off('close', lost);
      end();
    };
    const finish = (): void => {
      if (code === undefined) {
        lost();
      } else if ((code === 124 || code === 137) && Date.now() - startedAt >= call.timeoutMs - 500) {
        settle(() => reject(timeoutError(call.host, call.label, call.timeoutMs)));
      } else {
        const result = { code, stdout: stdout.bytes(), stderr: stderr.bytes() };
        settle(() => resolve(result));
      }
    };
    client.once('close', lost);
    channel.on('data', (chunk: Buffer) => stdout.add(chunk));
    channel.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    channel.on('error', () => undefined);
    channel.stdin.on('error', () => undefined);
    channel.once('exit', (status: number | null, signal?: string) => {
      code = status ?? (signal === 'KILL' ? 137 : 128);
      setTimeout(finish, CLOSE_AFTER_EXIT_MS).unref();
    });
    channel.once('close', finish);
    channel.end(call.stdin ?? '');
  });
}

function silence(call: Call): RemoteError {
  return new RemoteError('remote/unreachable', call.host, {
    message: `${call.label}: no answer within ${call.startMs / 1000} s on a connection that was open; it is not known whether the command ran`,
    hint: 'Every step may be run again: bring the host or the network back and run the same command once more.',
  });
}

function connectionLost(call: Call): RemoteError {
  return new RemoteError('remote/unreachable', call.host, {
    message: `${call.label}: the connection broke before the result arrived; it is not known whether the command finished`,
    hint: 'Every step may be run again: bring the host or the network back and run the same command once more.',
  });
}

/** Keeps the beginning and the end of long output; what is dropped is said where it was. */
class BoundedBuffer {
  private readonly head: Buffer[] = [];
  private tail: Buffer[] = [];
  private headSize = 0;
  private tailSize = 0;
  private dropped = 0;

  add(chunk: Buffer): void {
    if (this.headSize + chunk.length <= MAX_OUTPUT_BYTES / 2) {
      this.head.push(chunk);
      this.headSize += chunk.length;
      return;
    }
    this.tail.push(chunk);
    this.tailSize += chunk.length;
    while (this.tailSize > MAX_OUTPUT_BYTES / 2 && this.tail.length > 1) {
      const first = this.tail.shift() as Buffer;
      this.tailSize -= first.length;
      this.dropped += first.length;
    }
  }

  bytes(): Buffer {
    const note = this.dropped === 0 ? [] : [Buffer.from(`\n[${this.dropped} bytes left out]\n`)];
    return Buffer.concat([...this.head, ...note, ...this.tail]);
  }
}

function toText(raw: RawResult): ExecResult {
  return { code: raw.code, stdout: raw.stdout.toString('utf8'), stderr: raw.stderr.toString('utf8') };
}

function firstLine(text: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '' && !candidate.startsWith('#!'));
  return (line ?? 'script').replace(/^#\s*/, '').slice(0, 80);
}
