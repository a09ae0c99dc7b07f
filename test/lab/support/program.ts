// Runs the project's own program on a lab's stack with the stand-in engine, as a process of its own, and keeps what it
// said: which resources changed, what a refresh found, every message.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { EngineEvent, Severity, ShownChange, StepEvent, Summary } from '../../../lab/engine/events';
import type { Lab } from '../../../lab/lab';
import { projectRoot } from '../../../lab/projectRoot';
import { engineEnv, type Verb } from '../../../lab/stack/deploy';
import { STACK, stackFiles } from '../../../lab/stack/stackFile';

export interface ProgramRun {
  readonly verb: Verb;
  readonly ok: boolean;
  /** 137 after kill -9. */
  readonly code: number;
  readonly seconds: number;
  readonly summary: Summary;
  /** `update node2-files`: what this run created, updated, replaced or deleted, sorted; in a preview, what it would. */
  readonly changed: readonly string[];
  /** `node2-files`: what the refresh found changed outside, sorted. ClusterStatus is what is seen, not what is kept: left out. */
  readonly drifted: readonly string[];
  readonly steps: readonly StepEvent[];
  readonly messages: readonly { readonly severity: Severity; readonly text: string }[];
  /** Of the stack, as shown: secrets masked. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Everything on standard output and error. */
  readonly text: string;
}

export interface RunningProgram {
  readonly pid: number;
  readonly done: Promise<ProgramRun>;
  /** Its output so far. */
  said(): string;
  /** The engine and everything it started, at once. */
  kill(): void;
}

/** Against a run that hangs; the slowest takes a minute on an idle machine. */
const LIMIT_MS = 600_000;
const NOTHING: Summary = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };

export function runProgram(lab: Lab, verb: Verb, words: readonly string[] = []): Promise<ProgramRun> {
  return startProgram(lab, verb, words).done;
}

export function startProgram(lab: Lab, verb: Verb, words: readonly string[] = []): RunningProgram {
  const files = stackFiles(lab.name);
  const root = projectRoot();
  const place = ['--program', root, '--stack', STACK, '--config-file', files.config, '--state', files.state];
  const cli = join(root, 'dist/lab/engine/cli.js');
  const started = performance.now();
  // A group of its own: killing it ends the program and the provider host with the engine, as a lost session would.
  const child = spawn(process.execPath, [cli, verb, ...place, '--json', ...words], {
    cwd: root,
    env: engineEnv(lab.name),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const kill = (): void => killGroup(child);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  return {
    pid: child.pid as number,
    kill,
    said: () => `${text(out)}${text(err)}`,
    done: collect(lab, verb, child, { out, err, started, kill }),
  };
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface Collected {
  readonly out: Buffer[];
  readonly err: Buffer[];
  readonly started: number;
  readonly kill: () => void;
}

function collect(lab: Lab, verb: Verb, child: ChildProcess, collected: Collected): Promise<ProgramRun> {
  const { out, err, started, kill } = collected;
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    const timer = setTimeout(kill, LIMIT_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      const seconds = (performance.now() - started) / 1000;
      resolve(describe(lab, verb, code ?? 137, seconds, text(out), text(err)));
    });
  });
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

function describe(lab: Lab, verb: Verb, code: number, seconds: number, out: string, err: string): ProgramRun {
  const events = out.split('\n').flatMap(parseEvent);
  const steps = events.filter((event) => event.type === 'step');
  const logs = events.filter((event) => event.type === 'log');
  const last = events.filter((event) => event.type === 'summary').at(-1);
  return {
    verb,
    ok: code === 0,
    code,
    seconds,
    summary: last?.summary ?? NOTHING,
    changed: changesOf(lab, steps, verb === 'preview'),
    drifted: driftOf(lab, steps),
    steps,
    messages: logs.map(({ severity, message }) => ({ severity, text: message })),
    outputs: events.filter((event) => event.type === 'outputs').at(-1)?.outputs ?? {},
    text: `${out}${err}`,
  };
}

function parseEvent(line: string): readonly EngineEvent[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as EngineEvent];
  } catch {
    // The last line of a killed run.
    return [];
  }
}

/** `sc-node2-files` → `node2-files`; a replacement counts once, by the word for the whole of it. */
function changesOf(lab: Lab, steps: readonly StepEvent[], preview: boolean): readonly string[] {
  const words: Partial<Record<StepEvent['operation'], string>> = {
    create: 'create',
    update: 'update',
    delete: 'delete',
    replace: 'replace',
    'create-replacement': 'replace',
  };
  const done = steps.filter((step) => !step.internal && (preview || step.phase !== 'started'));
  const changed = done.flatMap((step) => {
    const word = words[step.operation];
    return word === undefined ? [] : [`${word} ${shortName(lab, step.name)}`];
  });
  return [...new Set(changed)].sort();
}

function driftOf(lab: Lab, steps: readonly StepEvent[]): readonly string[] {
  return steps
    .filter((step) => step.operation === 'refresh' && step.phase === 'done' && step.changes.some(isFound))
    .filter((step) => !step.resourceType.endsWith(':ClusterStatus'))
    .map((step) => shortName(lab, step.name))
    .sort();
}

/** Properties of the shim are never of interest. */
function isFound(change: ShownChange): boolean {
  return change.path !== '__provider';
}

export function shortName(lab: Lab, name: string): string {
  return name.startsWith(`${lab.name}-`) ? name.slice(lab.name.length + 1) : name;
}

/** What one resource's refresh or update showed, by property path. */
export function changesShown(lab: Lab, run: ProgramRun, name: string): readonly ShownChange[] {
  return run.steps.filter((step) => shortName(lab, step.name) === name).flatMap((step) => step.changes);
}

/** Errors and their reasons in one text, for `toContain`. */
export function errorsOf(run: ProgramRun): string {
  return run.messages
    .filter(({ severity }) => severity === 'error')
    .map((message) => message.text)
    .join('\n');
}
