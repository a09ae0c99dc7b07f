// Runs chains of steps side by side, up to a limit, and saves the state before and after each operation. After a failure (or an
// interrupt) nothing new starts and what runs is let finish, as the CLI does.
import { InitializationError } from '../providers/provider';
import { messageOf } from '../rpc';
import { showChanges } from '../shownValues';
import type { ResourceState } from '../state/types';
import { isProviderType, parseUrn } from '../urn';
import { deepEqual, type PropertyValue } from '../values';
import { applyStep } from './applyStep';
import { type Deployment, Halted, StepFailed } from './deployment';
import { resourceOf, type Step } from './step';

export class StepExecutor {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly idleWaiters: (() => void)[] = [];

  constructor(
    private readonly deployment: Deployment,
    private readonly deletions: ReadonlySet<string>,
  ) {}

  /** Resolves when all steps are done; throws Halted where one failed or the run was halted before. */
  async run(chain: readonly Step[]): Promise<void> {
    await this.acquire();
    try {
      for (const step of chain) {
        this.refuseIfHalted();
        await this.execute(step);
      }
    } finally {
      this.release();
    }
  }

  /** Resolves when nothing runs. */
  idle(): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private refuseIfHalted(): void {
    if (this.deployment.halt.reason !== undefined) throw new Halted();
  }

  private async acquire(): Promise<void> {
    if (this.running >= this.deployment.parallel) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
  }

  private release(): void {
    const next = this.waiting.shift();
    if (next !== undefined) return next();
    this.running -= 1;
    if (this.running === 0) this.idleWaiters.splice(0).forEach((wake) => wake());
  }

  private async execute(step: Step): Promise<void> {
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    this.tell(step, 'started');
    await this.begin(step);
    try {
      await applyStep(step, this.deployment, this.deletions);
    } catch (error) {
      // What was created but did not come up is in state with its reasons.
      await (error instanceof InitializationError ? this.end(step) : this.deployment.snapshot.fail(resourceOf(step)));
      this.tell(step, 'failed', seconds());
      this.deployment.reporter.error(failureText(error), resourceOf(step).urn);
      if (this.deployment.continueOnError) throw new StepFailed(resourceOf(step).urn);
      this.deployment.halt.set('failed');
      throw new Halted();
    }
    await this.end(step);
    this.count(step);
    this.tell(step, 'done', seconds());
  }

  private begin(step: Step): Promise<void> {
    const { snapshot } = this.deployment;
    switch (step.operation) {
      case 'create':
      case 'create-replacement':
        return snapshot.begin(step.new, 'creating');
      case 'update':
        return snapshot.begin(step.new, 'updating');
      case 'delete':
      case 'delete-replaced':
        return snapshot.begin(step.old, 'deleting');
      case 'same':
      case 'replace':
      case 'remove-pending-replace':
        return Promise.resolve();
    }
  }

  private end(step: Step): Promise<void> {
    const { snapshot } = this.deployment;
    switch (step.operation) {
      case 'create':
      case 'create-replacement':
        return snapshot.endCreate(step.new, step.old);
      case 'update':
        return snapshot.endUpdate(step.old, step.new);
      case 'delete':
      case 'delete-replaced':
        return snapshot.endDelete(step.old);
      case 'same':
        return snapshot.endSame(step.old, step.new, !sameState(step.old, step.new));
      case 'remove-pending-replace':
        return snapshot.drop(step.old);
      case 'replace':
        return Promise.resolve();
    }
  }

  private count(step: Step): void {
    const { urn, type } = resourceOf(step);
    if (isProviderType(type)) return;
    const { reporter } = this.deployment;
    if (step.operation === 'replace') reporter.count(urn, 'replace');
    else if (step.operation === 'create' || step.operation === 'update' || step.operation === 'same') {
      reporter.count(urn, step.operation);
    } else if (step.operation === 'delete') reporter.count(urn, 'delete');
  }

  private tell(step: Step, phase: 'started' | 'done' | 'failed', seconds?: number): void {
    const resource = resourceOf(step);
    const comparable = 'new' in step && step.old !== undefined && step.operation !== 'same';
    this.deployment.reporter.event({
      type: 'step',
      phase,
      operation: step.operation,
      urn: resource.urn,
      resourceType: resource.type,
      name: parseUrn(resource.urn).name,
      parent: resource.parent ?? '',
      seconds,
      changes: comparable ? showChanges(step.old?.inputs ?? {}, step.new.inputs ?? {}) : [],
      replaceKeys: step.diff?.replaceKeys ?? [],
      internal: isProviderType(resource.type),
    });
  }
}

function failureText(error: unknown): string {
  return error instanceof InitializationError
    ? [error.message, ...error.reasons.map((reason) => `  * ${reason}`)].join('\n')
    : messageOf(error);
}

/** Nothing to save: only positions in the program and the like may differ. */
function sameState(old: ResourceState, fresh: ResourceState): boolean {
  const comparable = (resource: ResourceState): PropertyValue => {
    const entries = Object.entries(resource).filter(
      ([key, value]) =>
        !['created', 'modified', 'sourcePosition', 'stackTrace', 'aliases'].includes(key) &&
        value !== undefined &&
        value !== false &&
        value !== '' &&
        !(typeof value === 'object' && value !== null && Object.keys(value as object).length === 0),
    );
    return Object.fromEntries(entries) as PropertyValue;
  };
  return deepEqual(comparable(old), comparable(fresh));
}
