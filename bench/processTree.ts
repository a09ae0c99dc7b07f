// Runs a command and watches it through /proc: wall time, peak memory of the process and all its children, and whom it dialled.
import { spawn } from 'node:child_process';
import { commandLine, memoryOf, processTree, remoteAddresses } from './proc';

export interface MeasuredRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Resident memory of the whole tree at its highest moment, looked at ten times a second; shared pages count once. */
  readonly peakMiB: number;
  /** Of the process of the tree whose command line holds this text, at its own highest moment; NaN where there was none. */
  readonly peakOfMiB: (part: string) => number;
  /** Addresses outside this machine that a process of the tree tried to reach. */
  readonly dialled: readonly string[];
}

export interface MeasuredOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  /** Look at memory and connections. Off where only time counts: looking costs a little. */
  readonly watch?: boolean;
  readonly onStart?: (pid: number) => void;
}

const LOOK_EVERY_MS = 100;

const running = new Set<number>();

/** Ctrl-C reaches only our own process group: what was started here must end before its lab is taken down. */
export function endRunning(): void {
  for (const pid of running) killGroup(pid);
}

export async function runMeasured(
  command: string,
  argv: readonly string[],
  options: MeasuredOptions = {},
): Promise<MeasuredRun> {
  const startedAt = process.hrtime.bigint();
  const child = spawn(command, argv, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a time-out or Ctrl-C reaches the children too.
    detached: true,
  });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
  const watcher = options.watch === true && child.pid !== undefined ? watch(child.pid) : undefined;
  if (child.pid !== undefined) options.onStart?.(child.pid);
  if (child.pid !== undefined) running.add(child.pid);
  const timer = setTimeout(() => killGroup(child.pid), options.timeoutMs ?? 600_000);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? 137));
    });
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const seen = watcher?.stop() ?? { peakMiB: NaN, peakOfMiB: () => NaN, dialled: [] };
    return { code, seconds, stdout: text(output.stdout), stderr: text(output.stderr), ...seen };
  } finally {
    clearTimeout(timer);
    if (child.pid !== undefined) running.delete(child.pid);
    watcher?.stop();
  }
}

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

type Seen = Pick<MeasuredRun, 'peakMiB' | 'peakOfMiB' | 'dialled'>;

function watch(root: number): { stop(): Seen } {
  let peakKiB = 0;
  const dialled = new Set<string>();
  const each = new Map<string, number>();
  const look = (): void => {
    const tree = processTree(root);
    peakKiB = Math.max(peakKiB, memoryOf(tree));
    for (const pid of tree) {
      const command = commandLine(pid);
      each.set(command, Math.max(each.get(command) ?? 0, memoryOf([pid])));
      for (const address of remoteAddresses(pid)) dialled.add(address);
    }
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      const peakOfMiB = (part: string): number => {
        const found = [...each].filter(([command]) => command.includes(part)).map(([, kib]) => kib / 1024);
        return found.length === 0 ? NaN : Math.max(...found);
      };
      return { peakMiB: peakKiB / 1024, peakOfMiB, dialled: [...dialled].sort() };
    },
  };
}
