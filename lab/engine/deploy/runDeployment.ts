// The kinds of runs: the program against the state (preview, up), a refresh, a destroy.
import type { PolicyChecks } from '../policyPack/policyChecks';
import { startMonitor } from '../program/monitor';
import { alreadyLogged, type Sdk, startProgram } from '../program/runProgram';
import type { Project } from '../project';
import type { Listening } from '../rpc';
import type { ResourceState } from '../state/types';
import { type ConfigValues } from './defaultProviders';
import { type Deployment, Halted, StepFailed } from './deployment';
import { deletionOrder, needsOf, OldState } from './oldState';
import { Registrar } from './registrar';
import { StepExecutor } from './stepExecutor';
import { StepGenerator } from './stepGenerator';
import { finishStackOutputs, stackOutputsOf, tellOutputs } from './stackOutputs';
import type { DeleteStep, RemovePendingStep } from './step';

export interface ProgramRun {
  readonly project: Project;
  readonly sdk: Sdk;
  readonly config: ConfigValues;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly engine: Listening;
  readonly policies: PolicyChecks;
}

type AnyDelete = DeleteStep | RemovePendingStep;

export async function runProgramDeployment(deployment: Deployment, run: ProgramRun): Promise<void> {
  const olds = new OldState(deployment.snapshot.resources);
  const oldOutputs = stackOutputsOf(olds.resources);
  const generator = new StepGenerator(deployment, olds, run.policies);
  const executor = new StepExecutor(deployment, generator.deletions);
  const registrar = new Registrar(deployment, generator, executor, run.config);
  const monitor = await startMonitor(registrar);
  try {
    await runProgram(deployment, run, monitor, executor);
    if (!deployment.reporter.failed && deployment.halt.reason === undefined) {
      await deleteInOrder(generator.deletes(), executor);
    }
  } finally {
    monitor.close();
  }
  await finishStackOutputs(deployment, registrar, oldOutputs);
  if (!deployment.reporter.failed && deployment.halt.reason === undefined) {
    await run.policies.analyzeStack([...registrar.states.values()]);
  }
  tellOutputs(deployment, oldOutputs, registrar.stackOutputs ?? {});
}

/** Ends when the program does, or when the run is halted and the steps under way are done. */
async function runProgram(
  deployment: Deployment,
  run: ProgramRun,
  monitor: Listening,
  executor: StepExecutor,
): Promise<void> {
  const { reporter } = deployment;
  const tail: string[] = [];
  const program = startProgram({
    ...run,
    stack: deployment.stack,
    preview: deployment.preview,
    parallel: deployment.parallel,
    monitorAddress: monitor.address,
    engineAddress: run.engine.address,
    onOutput: (line) => {
      tail.push(line);
      reporter.log('info', line);
    },
  });
  const code = await Promise.race([program.exit, deployment.halt.happened.then(() => undefined)]);
  await executor.idle();
  await program.stop();
  if (code === undefined || code === 0) return;
  deployment.halt.set('failed');
  if (code !== alreadyLogged || !reporter.failed) {
    reporter.error(
      `the program ended with exit code ${code}${tail.length > 0 ? `; its last line: ${tail.at(-1) ?? ''}` : ''}`,
    );
  }
}

async function deleteInOrder(steps: readonly AnyDelete[], executor: StepExecutor): Promise<void> {
  for (const group of deletionOrder(steps, (step) => step.old)) {
    const results = await Promise.allSettled(group.map((step) => executor.run([step])));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) continue;
    if (failure.reason instanceof Halted || failure.reason instanceof StepFailed) return;
    throw failure.reason;
  }
}

/** Deletes all that is in the state; the program does not run. */
export async function destroyAll(deployment: Deployment): Promise<void> {
  const resources = deployment.snapshot.resources;
  const deletions = new Set(resources.map((resource) => resource.urn));
  const executor = new StepExecutor(deployment, deletions);
  const isGuarded = protectedOrNeeded(resources);
  for (const resource of resources.filter((candidate) => candidate.protect === true && candidate.delete !== true)) {
    deployment.reporter.error('this resource is protected and cannot be destroyed', resource.urn);
  }
  const steps = resources.filter((resource) => !isGuarded(resource)).map(deleteStepOf);
  await deleteInOrder(steps, executor);
  await executor.idle();
}

function deleteStepOf(resource: ResourceState): AnyDelete {
  if (resource.delete === true) return { operation: 'delete-replaced', old: resource, pendingReplacement: false };
  if (resource.pendingReplacement === true) return { operation: 'remove-pending-replace', old: resource };
  return { operation: 'delete', old: resource, pendingReplacement: false };
}

/** What a protected resource rests on stays as well: a state must not name what is not in it. */
function protectedOrNeeded(resources: readonly ResourceState[]): (resource: ResourceState) => boolean {
  const kept = new Set<string>();
  for (const group of deletionOrder(resources, (resource) => resource)) {
    for (const resource of group) {
      if (resource.protect === true || kept.has(resource.urn)) keep(resource, kept);
    }
  }
  return (resource) => resource.delete !== true && kept.has(resource.urn);
}

function keep(resource: ResourceState, kept: Set<string>): void {
  kept.add(resource.urn);
  needsOf(resource).forEach((urn) => kept.add(urn));
}
