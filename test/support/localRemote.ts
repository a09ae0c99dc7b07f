/** A Remote on this machine, for handler tests without ssh and without root: same scripts, same envelope, commands in `bin` go before the system's. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ExecOptions, ExecResult, Remote } from '../../remote/remote';
import { exitError, RemoteError } from '../../remote/remoteError';
import { scriptArgv } from '../../remote/shell';

export interface Call {
  readonly label: string;
  readonly argv: readonly string[];
}

export class LocalRemote implements Remote {
  readonly host = 'node1';
  /** Every command that was run, in order. */
  readonly calls: Call[] = [];
  /** Set: nothing can be reached. */
  isDown = false;
  private readonly bin: string;

  constructor(readonly root: string) {
    this.bin = join(root, '.bin');
    mkdirSync(this.bin, { recursive: true });
  }

  /** A stand-in for a program that tests cannot run; it appends its arguments to `<root>/<name>.log`. */
  stub(name: string, body = ''): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/bash\necho "$*" >>"${join(this.root, name)}.log"\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** Arguments of each call of a stub. */
  stubCalls(name: string): string[] {
    const log = join(this.root, `${name}.log`);
    return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const label = options.label ?? argv.join(' ');
    if (this.isDown) {
      throw new RemoteError('remote/unreachable', this.host, {
        message: 'cannot connect to port 22',
        hint: 'Start it.',
      });
    }
    this.calls.push({ label, argv });
    const result = await this.spawn(argv, options.stdin ?? '');
    if (result.code !== 0 && options.anyExit !== true) {
      throw exitError(this.host, label, result);
    }
    return result;
  }

  script(text: string, env: Readonly<Record<string, string>> = {}, options: ExecOptions = {}): Promise<ExecResult> {
    const { argv, stdin } = scriptArgv(text, env);
    return this.exec(argv, { ...options, stdin, label: options.label ?? 'script' });
  }

  async put(path: string, content: string | Buffer): Promise<void> {
    writeFileSync(path, content);
  }

  async get(path: string): Promise<Buffer | undefined> {
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  close(): void {}

  private spawn(argv: readonly string[], stdin: string | Buffer): Promise<ExecResult> {
    const env = { ...process.env, LC_ALL: 'C', PATH: [this.bin, process.env.PATH].join(delimiter) };
    return new Promise((resolve, reject) => {
      const child = spawn(argv[0] as string, argv.slice(1), { env });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.once('error', reject);
      child.once('close', (code) =>
        resolve({ code: code ?? 128, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
      );
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
    });
  }
}
