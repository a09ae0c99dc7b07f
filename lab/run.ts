// Runs a program of this machine without a shell in between and says what failed in a line a person can act on.
import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly stdin?: string | Buffer;
  /** Any exit code is returned instead of thrown. */
  readonly anyExit?: boolean;
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Shown in errors instead of the command. */
  readonly label?: string;
  /** Called with each line of standard output and error as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DEFAULT_TIMEOUT_MS = 180_000;

export class RunError extends Error {
  constructor(
    readonly label: string,
    readonly result: RunResult,
  ) {
    super(`${label}: exit code ${result.code}: ${lastLines(result.stderr || result.stdout)}`);
    this.name = 'RunError';
  }
}

export async function run(command: string, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const label = options.label ?? [command, ...argv].join(' ');
  const result = await collect(command, argv, options, label);
  if (result.code !== 0 && options.anyExit !== true) throw new RunError(label, result);
  return result;
}

function collect(command: string, argv: readonly string[], options: RunOptions, label: string): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { stdio: 'pipe', env: options.env ?? process.env, cwd: options.cwd });
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const forward = options.onLine === undefined ? undefined : lines(options.onLine);
    child.stdout.on('data', (chunk: Buffer) => (out.push(chunk), forward?.(chunk)));
    child.stderr.on('data', (chunk: Buffer) => (err.push(chunk), forward?.(chunk)));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${label}: ${error.message}`, { cause: error }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const killed = signal === null ? '' : `\nended by ${signal}`;
      resolve({ code: code ?? 137, stdout: text(out), stderr: text(err) + killed });
    });
    // A command that ends without reading its input is no failure of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

function lines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
  };
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

export function lastLines(value: string, count = 5): string {
  return value.trim().split('\n').slice(-count).join('\n');
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks until the answer is not undefined; undefined when the time is over. */
export async function poll<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number,
  pauseMs = 50,
): Promise<T | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= deadline) return undefined;
    await sleep(pauseMs);
  }
}
