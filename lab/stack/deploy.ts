// Runs the project's own program on a lab's stack: with the Pulumi CLI where there is one, else with the stand-in engine.
// What drives the CLI for the user also clears what a killed run left: its lock.
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KingbaseError } from '../../core/finding';
import { projectRoot } from '../projectRoot';
import { lastLines, run } from '../run';
import { STACK, stackFiles } from './stackFile';

export type EngineName = 'pulumi' | 'standin';
export type Verb = 'preview' | 'up' | 'refresh' | 'destroy';

export interface DeployOptions {
  readonly lab: string;
  readonly verb: Verb;
  readonly engine?: EngineName;
  /** Directory with Pulumi.yaml; default: this project. */
  readonly program?: string;
  /** Beyond our own, given to the engine as they are. */
  readonly words?: readonly string[];
  /** Each chunk of what the engine says; default: our standard error. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface DeployResult {
  readonly engine: EngineName;
  readonly code: number;
  readonly output: string;
}

/** ENGINE=pulumi|standin|auto; auto takes the real one where it runs. */
export async function chooseEngine(wish = process.env['ENGINE'] ?? 'auto'): Promise<EngineName> {
  if (wish === 'standin') return 'standin';
  if (wish !== 'pulumi' && wish !== 'auto') {
    throw new KingbaseError({
      code: 'lab/unknown-engine',
      path: 'ENGINE',
      message: `"${wish}" is no engine`,
      hint: 'Use ENGINE=pulumi, ENGINE=standin or ENGINE=auto (the default).',
    });
  }
  if (await hasPulumi()) return 'pulumi';
  if (wish === 'auto') return 'standin';
  throw new KingbaseError({
    code: 'lab/no-pulumi',
    path: 'ENGINE',
    message: 'ENGINE=pulumi, but there is no Pulumi CLI on PATH that runs',
    hint: 'Install it, or use ENGINE=auto to fall back to the stand-in engine.',
  });
}

async function hasPulumi(): Promise<boolean> {
  try {
    // The lab's own question must not make a wrapper download a CLI.
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' };
    const { code, stdout } = await run('pulumi', ['version'], { anyExit: true, timeoutMs: 10_000, env });
    return code === 0 && /^v?\d+\.\d+/.test(stdout.trim());
  } catch {
    return false;
  }
}

export async function deploy(options: DeployOptions): Promise<DeployResult> {
  const engine = options.engine ?? (await chooseEngine());
  return engine === 'pulumi' ? deployWithPulumi(options) : deployWithStandIn(options);
}

function deployWithStandIn(options: DeployOptions): Promise<DeployResult> {
  const files = stackFiles(options.lab);
  const program = options.program ?? projectRoot();
  const cli = join(projectRoot(), 'dist/lab/engine/cli.js');
  const place = ['--program', program, '--stack', STACK, '--config-file', files.config, '--state', files.state];
  const words = [cli, options.verb, ...place, ...(options.words ?? [])];
  return stream('standin', ownNode(), words, program, options);
}

function ownNode(): string {
  const own = join(projectRoot(), 'node_modules/.bin/node');
  return existsSync(own) ? own : process.execPath;
}

async function deployWithPulumi(options: DeployOptions): Promise<DeployResult> {
  const program = options.program ?? projectRoot();
  const { config } = stackFiles(options.lab);
  const common = ['--stack', STACK, '--config-file', config, '--non-interactive'];
  await selectStack(options.lab, program);
  const yes = options.verb === 'preview' ? [] : ['--yes', ...(options.verb === 'up' ? ['--skip-preview'] : [])];
  const words = [options.verb, ...common, ...yes, ...(options.words ?? [])];
  const first = await stream('pulumi', 'pulumi', words, program, options);
  if (first.code === 0 || !isLocked(first.output)) return first;
  // Nobody else deploys this lab: we hold its lock. So the one in the backend is of a run that was killed.
  await run('pulumi', ['cancel', '--yes', STACK], { cwd: program, env: engineEnv(options.lab) });
  return stream('pulumi', 'pulumi', words, program, options);
}

function isLocked(output: string): boolean {
  return /the stack is currently locked by \d+ lock/i.test(output);
}

/** In the lab's own folder: `stack init` knows no --config-file, and would write its salt into the Pulumi.lab.yaml beside the program. */
async function selectStack(lab: string, program: string): Promise<void> {
  const { directory: cwd } = stackFiles(lab);
  copyFileSync(join(program, 'Pulumi.yaml'), join(cwd, 'Pulumi.yaml'));
  const env = engineEnv(lab);
  const select = await run('pulumi', ['stack', 'select', STACK], { cwd, env, anyExit: true });
  if (select.code === 0) return;
  await run('pulumi', ['stack', 'init', STACK, '--secrets-provider', 'passphrase'], { cwd, env });
}

export function engineEnv(lab: string): NodeJS.ProcessEnv {
  const files = stackFiles(lab);
  return {
    ...process.env,
    // The program needs the Node of the project's own dependencies, whatever the shell has first.
    PATH: `${join(projectRoot(), 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    // Ours, whatever the shell has: the passphrase travels as the name of a file.
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_BACKEND_URL: `file://${files.backend}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: files.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: 'true',
  };
}

function stream(
  engine: EngineName,
  command: string,
  words: readonly string[],
  cwd: string,
  options: DeployOptions,
): Promise<DeployResult> {
  const tell = options.onOutput ?? ((text: string) => process.stderr.write(text));
  const env = engineEnv(options.lab);
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], signal: options.signal });
    let output = '';
    const take = (chunk: Buffer): void => {
      const text = chunk.toString('utf8');
      output += text;
      tell(text);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const release = waitThroughInterrupts(child);
    child.on('error', (error) => {
      release();
      reject(new Error(`${command}: ${error.message}`, { cause: error }));
    });
    child.on('close', (code) => {
      release();
      resolve({ engine, code: code ?? 137, output });
    });
  });
}

/** The engine ends running steps and saves before it goes: an interrupt from the keyboard reaches it by itself, we wait. */
function waitThroughInterrupts(child: ChildProcess): () => void {
  const wait = (): void => undefined;
  const pass = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', wait);
  process.on('SIGTERM', pass);
  return () => {
    process.off('SIGINT', wait);
    process.off('SIGTERM', pass);
  };
}

/** Outputs of the stack as the last deployment left them; secrets stay sealed. */
export async function readOutputs(lab: string, engine: EngineName): Promise<Readonly<Record<string, unknown>>> {
  if (engine === 'pulumi') {
    const env = engineEnv(lab);
    const { stdout } = await run('pulumi', ['stack', 'output', '--json', '--stack', STACK], {
      cwd: projectRoot(),
      env,
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  }
  const { state } = stackFiles(lab);
  if (!existsSync(state)) return {};
  const saved = JSON.parse(readFileSync(state, 'utf8')) as Deployment;
  const stack = saved.deployment?.resources?.find((resource) => resource.type === 'pulumi:pulumi:Stack');
  return stack?.outputs ?? {};
}

interface Deployment {
  readonly deployment?: {
    readonly resources?: readonly { readonly type: string; readonly outputs?: Readonly<Record<string, unknown>> }[];
  };
}

export function requireSuccess(result: DeployResult, verb: Verb): void {
  if (result.code === 0) return;
  throw new KingbaseError({
    code: 'lab/deployment-failed',
    message: `${verb} ended with exit code ${result.code}\n${failureLines(result.output)}`,
    hint: 'Correct the cause and run the same command again: it goes on where it stopped.',
  });
}

/** What the engine called an error, not the summary it ends with. */
export function failureLines(output: string): string {
  const errors = output.split('\n').filter((line) => /\b(error|FAILED)\b/i.test(line));
  return errors.length === 0 ? lastLines(output) : errors.slice(0, 8).join('\n');
}
