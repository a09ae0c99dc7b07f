// Starts the Node processes of a run (program, dynamic host, policy pack). They end when the engine does, however it ends:
// an orphaned host would go on changing machines behind the back of the next run.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { KingbaseError } from '../../core/finding';

/** Preloaded into each child: its standard input is a pipe of ours, closed by the kernel when we are gone. */
const endWithParent =
  'data:text/javascript,' +
  encodeURIComponent(
    "process.stdin.on('end',()=>process.exit(1)).on('error',()=>process.exit(1));process.stdin.resume();process.stdin.unref();",
  );

export interface ChildOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onOutput: (line: string) => void;
  readonly onError: (line: string) => void;
}

export interface Child {
  readonly pid: number | undefined;
  /** Exit code; 128 + n after signal n. */
  readonly exit: Promise<number>;
  stop(): Promise<void>;
}

const stopGraceMs = 2_000;

/** Linux passes no longer string to a process (MAX_ARG_STRLEN); the CLI hands the configuration over the same way. */
const longestVariable = 131_071;

function refuseLongVariables(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(env)) {
    const bytes = Buffer.byteLength(`${name}=${value ?? ''}`);
    if (bytes <= longestVariable) continue;
    throw new KingbaseError({
      code: 'engine/config-too-large',
      path: name,
      message: `${bytes} bytes, but a process takes ${longestVariable} in one variable`,
      hint: 'Split the stack: the Pulumi CLI hands the configuration over in this variable too.',
    });
  }
}

export function startNode(options: ChildOptions): Child {
  refuseLongVariables(options.env);
  const child = spawn(process.execPath, ['--import', endWithParent, ...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // In a group of its own: Ctrl-C at the terminal reaches the engine alone, which lets running steps finish.
    detached: true,
  });
  const drained = [readLines(child.stdout, options.onOutput), readLines(child.stderr, options.onError)];
  const exit = Promise.all([exitOf(child), ...drained]).then(([code]) => code);
  return { pid: child.pid, exit, stop: () => stop(child, exit) };
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === 'SIGTERM' ? 15 : 9)));
  });
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: stream, crlfDelay: Infinity })
      .on('line', onLine)
      .on('close', () => resolve());
  });
}

async function stop(child: ChildProcess, exit: Promise<number>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  await exit;
  clearTimeout(timer);
}
