// Takes the program's registrations: one is planned at a time, in the order they come; their steps run side by side.
import type { RegisterResourceRequest } from '@pulumi/pulumi/proto/resource_pb.js';
import { messageOf } from '../rpc';
import type { ResourceState } from '../state/types';
import { stackType } from '../urn';
import { deepEqual, type PropertyMap } from '../values';
import { type ConfigValues, defaultProviderOf } from './defaultProviders';
import { type Deployment, Halted } from './deployment';
import { type Goal, readGoal } from './goal';
import type { StepExecutor } from './stepExecutor';
import type { StepGenerator } from './stepGenerator';

export class Registrar {
  /** All that was registered and done, for stack policies. */
  readonly states = new Map<string, ResourceState>();
  stackOutputs: PropertyMap | undefined;
  private planning: Promise<unknown> = Promise.resolve();
  private readonly providers = new Map<string, Promise<string>>();

  constructor(
    private readonly deployment: Deployment,
    private readonly generator: StepGenerator,
    private readonly executor: StepExecutor,
    private readonly config: ConfigValues,
  ) {}

  async register(request: RegisterResourceRequest): Promise<ResourceState> {
    const goal = readGoal(request, {
      ...this.deployment,
      aliasesOf: (urn) => this.generator.aliasesOf(urn),
    });
    const providerGoal = defaultProviderOf(goal, this.deployment, this.config);
    const reference = providerGoal === undefined ? '' : await this.defaultProvider(providerGoal);
    return this.carryOut(goal, reference);
  }

  /** Outputs of the stack wait for the end of the run: only then is it known whether it succeeded. */
  async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
    const state = this.states.get(urn);
    if (state === undefined) throw new Error(`outputs of ${urn}, which is not registered`);
    if (state.type === stackType) {
      this.stackOutputs = outputs;
      return;
    }
    const unchanged = deepEqual(state.outputs ?? {}, outputs);
    state.outputs = outputs;
    if (!unchanged) await this.deployment.snapshot.changed(state);
  }

  /** Something no step can be blamed for. */
  fail(error: unknown): void {
    this.deployment.reporter.error(messageOf(error));
    this.deployment.halt.set('failed');
  }

  private defaultProvider(goal: Goal): Promise<string> {
    const known = this.providers.get(goal.urn);
    if (known !== undefined) return known;
    const reference = this.carryOut(goal, '').then((state) => `${state.urn}::${state.id ?? ''}`);
    this.providers.set(goal.urn, reference);
    return reference;
  }

  private async carryOut(goal: Goal, providerReference: string): Promise<ResourceState> {
    const { steps, state } = await this.inTurn(() => this.plan(goal, providerReference));
    await this.executor.run(steps);
    this.states.set(state.urn, state);
    return state;
  }

  private async plan(goal: Goal, reference: string): ReturnType<StepGenerator['plan']> {
    if (this.deployment.halt.reason !== undefined) throw new Halted();
    try {
      return await this.generator.plan(goal, reference);
    } catch (error) {
      if (!(error instanceof Halted)) this.deployment.reporter.error(messageOf(error), goal.urn);
      this.deployment.halt.set('failed');
      throw new Halted();
    }
  }

  private inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.planning.then(run);
    this.planning = result.catch(() => undefined);
    return result;
  }
}
