// One kwbase of the lab as a process of its own, without root: started, stopped in order, killed, started again on the same store.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overTheWire } from './wire';

export const KWBASE = join(__dirname, '..', '..', '..', '..', 'lab', 'kwdb', 'server', 'bin', 'kwbase');

export interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StandIn {
  readonly store: string;
  readonly address: string;
  /** Of its process; undefined before the first start. */
  readonly pid: number | undefined;
  start(): Promise<void>;
  /** SIGTERM, and waits until the process is gone. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** As a machine that is too busy for it: it stands still until it goes on. */
  halt(): void;
  goOn(): void;
  /** Writes lab.conf, which the running process reads at its next use. */
  turn(conf: Readonly<Record<string, string>>): void;
  run(words: readonly string[]): Answer;
  /** By `kwbase sql -e`, a process. */
  sql(statement: string, options?: readonly string[]): Answer;
  /** Over the wire from this process: the same answer, sooner. */
  ask(statement: string): Promise<Answer>;
  /** The lines below the header; throws where the statement fails. Of several statements, the last one's. */
  rows(...statements: readonly string[]): Promise<readonly string[]>;
  engineLog(): string;
}

export interface StandInOptions {
  readonly mode?: 'start-single-node' | 'start' | 'start-single-replica';
  readonly words?: readonly string[];
  readonly address?: string;
  readonly client?: readonly string[];
}

const INSTANT = { stop_seconds: '0' };

export function standIn(folder: string, options: StandInOptions = {}): StandIn {
  const store = join(folder, 'store');
  const conf = join(folder, 'lab.conf');
  const env = { ...process.env, KWLAB_CONF: conf };
  mkdirSync(folder, { recursive: true });
  let child: ChildProcess | undefined;
  let address = options.address ?? '127.0.0.1:0';
  const turn = (keys: Readonly<Record<string, string>>): void => {
    const lines = Object.entries({ ...INSTANT, ...keys }).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(conf, lines.join(''));
  };
  const gone = (): Promise<void> =>
    new Promise((resolve) => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
  const run = (words: readonly string[]): Answer => {
    const { status, stdout, stderr } = spawnSync(KWBASE, words, { encoding: 'utf8', env, timeout: 60_000 });
    return { exit: status ?? -1, stdout, stderr };
  };
  const client = options.client ?? ['--insecure'];
  const sql = (statement: string, more: readonly string[] = []): Answer =>
    run(['sql', ...client, '--host', address, '--format=tsv', ...more, '-e', statement]);
  turn({});
  return {
    store,
    get address() {
      return address;
    },
    get pid() {
      return child?.pid;
    },
    start: async () => {
      const ports = ['--http-addr=127.0.0.1:0', '--brpc-addr=127.0.0.1:0', `--listen-addr=${address}`];
      const words = [options.mode ?? 'start-single-node', ...(options.words ?? ['--insecure']), ...ports];
      child = spawn(KWBASE, [...words, `--store=${store}`], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      address = await listening(child);
    },
    stop: async () => {
      child?.kill('SIGTERM');
      await gone();
    },
    kill9: async () => {
      child?.kill('SIGKILL');
      await gone();
    },
    halt: () => void child?.kill('SIGSTOP'),
    goOn: () => void child?.kill('SIGCONT'),
    turn,
    run,
    sql,
    ask: (statement) => overTheWire(address, statement),
    rows: async (...statements) => {
      let answer: Answer | undefined;
      for (const statement of statements) {
        answer = await overTheWire(address, statement);
        if (answer.exit !== 0) throw new Error(`${statement}: ${answer.stderr}`);
      }
      return answer?.stdout.trimEnd().split('\n').slice(1) ?? [];
    },
    engineLog: () => {
      const path = join(store, 'logs', 'TsEngine.log');
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
  };
}

/** The address it says it listens on; its words where it ends instead. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (part: Buffer): void => {
      said += part.toString();
      const found = /sql on (127\.0\.0\.\d+:\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`kwbase ended with ${String(code)}: ${said}`)));
  });
}
