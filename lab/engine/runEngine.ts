// The stand-in engine as a library: runs the compiled program against a state file where no Pulumi CLI can be had. A means for
// the lab and the tests, never the product.
import { readFileSync } from 'node:fs';
import { KingbaseError } from '../../core/finding';
import { type Deployment, Halt, Halted } from './deploy/deployment';
import { dynamicPrefix } from './deploy/goal';
import { refreshState } from './deploy/refresh';
import { Reporter } from './deploy/reporter';
import { destroyAll, runProgramDeployment } from './deploy/runDeployment';
import { stackOutputsOf, tellOutputs } from './deploy/stackOutputs';
import type { Diagnostic, EngineEvent, Summary } from './events';
import { makeProviders } from './makeProviders';
import { PackChecks } from './policyPack/policyChecks';
import { PolicyPack } from './policyPack/policyPack';
import { startEngineServer } from './program/engineServer';
import { findSdk, type Sdk } from './program/runProgram';
import { type Project, readProject } from './project';
import { messageOf } from './rpc';
import { type Crypter, openCrypter } from './secrets';
import { readStackConfig, type StackConfig } from './stackConfig';
import { acquireLock } from './state/lock';
import { Snapshot } from './state/snapshot';
import { StateFile } from './state/stateFile';
import type { DeploymentState } from './state/types';
import { revealSecrets, type PropertyValue } from './values';

export type EngineCommand = 'preview' | 'up' | 'refresh' | 'destroy';

export interface EngineOptions {
  /** Directory of Pulumi.yaml. */
  readonly program: string;
  readonly stack: string;
  readonly command: EngineCommand;
  readonly configFile: string;
  readonly stateFile: string;
  /** Refresh first (up, preview, destroy). */
  readonly refresh?: boolean;
  readonly policyPacks?: readonly string[];
  /** Configuration files of the packs, in the same order. */
  readonly policyPackConfigs?: readonly string[];
  /** Added to the environment of the program, the dynamic host and the policy packs. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: PULUMI_CONFIG_PASSPHRASE or the first line of PULUMI_CONFIG_PASSPHRASE_FILE. */
  readonly passphrase?: string;
  readonly parallel?: number;
  readonly continueOnError?: boolean;
  readonly onEvent?: (event: EngineEvent) => void;
  /** Aborting lets running steps finish, saves, and ends. */
  readonly signal?: AbortSignal;
}

export interface EngineResult {
  readonly ok: boolean;
  readonly summary: Summary;
  /** Of the stack, secrets revealed. */
  readonly outputs: Readonly<Record<string, PropertyValue>>;
  readonly diagnostics: readonly Diagnostic[];
}

const defaultParallel = 16;

interface Opened {
  readonly options: EngineOptions;
  readonly project: Project;
  readonly sdk: Sdk;
  readonly config: StackConfig;
  readonly file: StateFile;
  readonly state: DeploymentState;
}

/** Throws KingbaseError where the run cannot start; a failed run is a result with ok: false. */
export async function runEngine(options: EngineOptions): Promise<EngineResult> {
  const project = readProject(options.program);
  const sdk = findSdk(project);
  const file = new StateFile(options.stateFile, sdk.version);
  const lock = options.command === 'preview' ? undefined : acquireLock(options.stateFile);
  try {
    const passphrase = options.passphrase ?? passphraseOf({ ...process.env, ...options.env });
    const config = await readStackConfig({ file: options.configFile, passphrase, stateSalt: file.readSalt() });
    const reader = await stateCrypter(file, config, passphrase);
    const opened = { options, project, sdk, config, file, state: file.load(reader) };
    // Policies must speak before anything is created: with a pack, an update is previewed first, as the CLI does.
    if (options.command === 'up' && (options.policyPacks ?? []).length > 0) {
      const verdict = await run({ ...opened, options: { ...options, command: 'preview' } });
      if (!verdict.ok) return verdict;
      return await run({ ...opened, state: file.load(reader) });
    }
    return await run(opened);
  } finally {
    lock?.release();
  }
}

/** A state made under another salt (the stack file was written anew) is read with its own, and saved with today's. */
function stateCrypter(file: StateFile, config: StackConfig, passphrase: string): Promise<Crypter> {
  const salt = file.readSalt();
  const isOwn = salt === undefined || salt === config.crypter.salt;
  return isOwn ? Promise.resolve(config.crypter) : openCrypter(passphrase, salt);
}

export function passphraseOf(env: Readonly<Record<string, string | undefined>>): string {
  const file = env['PULUMI_CONFIG_PASSPHRASE_FILE'];
  const direct = env['PULUMI_CONFIG_PASSPHRASE'];
  if (direct !== undefined || file === undefined || file === '') return direct ?? '';
  return readFileSync(file, 'utf8').replace(/\r?\n[\s\S]*$/, '');
}

async function run(opened: Opened): Promise<EngineResult> {
  const { options, project, config, file, state } = opened;
  const started = performance.now();
  const preview = options.command === 'preview';
  const emit = options.onEvent ?? (() => undefined);
  const masks = secretTexts(config);
  const reporter = new Reporter(emit, () => masks);
  reporter.event({ type: 'started', command: options.command, stack: options.stack, preview });
  const store = {
    save: (deployment: DeploymentState) => file.save(deployment, config.crypter),
    forget: file.forget.bind(file),
  };
  const engine = await startEngineServer(reporter);
  const env = childEnvironment(opened);
  const providers = makeProviders({ project, sdk: opened.sdk, config, env, engine, reporter });
  const deployment: Deployment = {
    stack: options.stack,
    project: project.name,
    workDirectory: project.workDirectory,
    preview,
    parallel: options.parallel ?? defaultParallel,
    continueOnError: options.continueOnError ?? false,
    snapshot: new Snapshot(state.resources, state.pendingOperations, preview ? undefined : store),
    reporter,
    providers,
    halt: new Halt(),
  };
  const interrupt = (): void => deployment.halt.set('interrupted');
  options.signal?.addEventListener('abort', interrupt);
  const packs: PolicyPack[] = [];
  try {
    warnOfPending(deployment, state);
    if (state.resources.some((resource) => resource.type.startsWith(dynamicPrefix)))
      void providers.dynamic.start().catch(() => undefined);
    await carryOut(deployment, opened, { engine, env, packs });
  } catch (error) {
    if (!(error instanceof Halted)) reporter.error(error instanceof KingbaseError ? error.message : messageOf(error));
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
    await Promise.all([providers.dynamic.stop(), ...packs.map((pack) => pack.stop())]);
    engine.close();
  }
  return finish(deployment, opened, started);
}

async function carryOut(
  deployment: Deployment,
  opened: Opened,
  at: {
    readonly engine: Awaited<ReturnType<typeof startEngineServer>>;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly packs: PolicyPack[];
  },
): Promise<void> {
  const { options } = opened;
  if (options.command === 'refresh' || options.refresh === true) {
    await refreshState(deployment, options.command === 'refresh');
  }
  if (options.command === 'refresh') {
    const outputs = stackOutputsOf(deployment.snapshot.resources);
    tellOutputs(deployment, outputs, outputs);
  } else if (options.command === 'destroy') {
    await destroyAll(deployment);
  } else {
    for (const [index, directory] of (options.policyPacks ?? []).entries()) {
      const onOutput = (line: string): void => deployment.reporter.log('info', line);
      const configFile = options.policyPackConfigs?.[index];
      at.packs.push(await PolicyPack.start({ directory, configFile, env: at.env, onOutput }));
    }
    const policies = new PackChecks(at.packs, deployment.reporter, deployment.preview);
    await runProgramDeployment(deployment, { ...opened, ...at, policies });
  }
}

async function finish(deployment: Deployment, opened: Opened, started: number): Promise<EngineResult> {
  const { reporter, halt, snapshot } = deployment;
  if (halt.reason === 'interrupted') reporter.error('interrupted: what was under way has finished, the state is saved');
  await snapshot.settle();
  const ok = !reporter.failed && halt.reason === undefined;
  const { summary } = reporter;
  const seconds = (performance.now() - started) / 1000;
  reporter.event({
    type: 'summary',
    command: opened.options.command,
    preview: deployment.preview,
    ok,
    summary,
    seconds,
  });
  const outputs = stackOutputsOf(snapshot.resources);
  return {
    ok,
    summary,
    outputs: Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, revealSecrets(value)])),
    diagnostics: reporter.diagnostics,
  };
}

function warnOfPending(deployment: Deployment, state: DeploymentState): void {
  const { pendingOperations } = state;
  if (pendingOperations.length === 0 || deployment.preview) return;
  const list = pendingOperations.map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}`);
  deployment.reporter.log(
    'warning',
    `the last run was killed with ${pendingOperations.length} operations under way; they are carried out again:\n${list.join('\n')}`,
  );
}

function childEnvironment({ options, project, config }: Opened): Readonly<Record<string, string | undefined>> {
  return {
    PULUMI_CONFIG: JSON.stringify(config.values),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(config.secretKeys),
    PULUMI_NODEJS_PROJECT: project.name,
    PULUMI_NODEJS_STACK: options.stack,
    // Nothing a program starts may read the passphrase of the state.
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    ...options.env,
  };
}

const shortestMask = 4;

/** Secret values of the configuration, also those inside secret objects: masked in everything anybody prints. */
function secretTexts(config: StackConfig): readonly string[] {
  const texts = config.secretKeys.flatMap((key) => leaves(parsed(config.values[key] ?? '')));
  return [...new Set(texts)]
    .filter((text) => text.length >= shortestMask)
    .sort((left, right) => right.length - left.length);
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : text;
  } catch {
    return text;
  }
}

function leaves(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}
