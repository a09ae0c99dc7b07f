// Turns registrations into steps, one registration at a time, by the CLI's rules: check, policies, diff, then create, update,
// replace (before or after the delete) or nothing. What the program did not register is deleted at the end.
import { applyIgnoreChanges } from '../propertyPath';
import type { PolicyChecks } from '../policyPack/policyChecks';
import type { CheckFailure, Provider } from '../providers/provider';
import type { ResourceState } from '../state/types';
import { isProviderType } from '../urn';
import { isUnknown, type PropertyMap } from '../values';
import { type Deployment, Halted } from './deployment';
import { type Decision, diffResource } from './diffResource';
import type { Goal } from './goal';
import type { OldState } from './oldState';
import { dependentReplacements } from './replacements';
import { showValue } from '../shownValues';
import type { DeleteStep, RemovePendingStep, Step } from './step';

export class StepGenerator {
  /** Deleted in this run, or about to be. */
  readonly deletions = new Set<string>();
  private readonly registered = new Set<string>();
  private readonly decided = new Set<string>();
  private readonly replaced = new Set<string>();
  /** Old resources deleted early, because something they depend on is deleted before its replacement. */
  private readonly condemned = new Set<ResourceState>();
  private readonly oldUrns = new Map<string, readonly string[]>();

  constructor(
    private readonly deployment: Deployment,
    private readonly olds: OldState,
    private readonly policies: PolicyChecks,
  ) {}

  /** Urns a registered resource was found under, for the aliases of its children. */
  aliasesOf(urn: string): readonly string[] {
    return this.oldUrns.get(urn) ?? [];
  }

  async plan(goal: Goal, providerReference: string): Promise<{ steps: readonly Step[]; state: ResourceState }> {
    const { reporter } = this.deployment;
    if (this.registered.has(goal.urn)) {
      reporter.error(`duplicate resource urn "${goal.urn}"; give it another name`, goal.urn);
      throw new Halted();
    }
    this.registered.add(goal.urn);
    const old = this.findOld(goal);
    const fresh = newState(goal, old, providerReference);
    const recreating = old !== undefined && this.deletions.has(old.urn);
    const provider = this.providerFor(goal);
    await this.check(goal, fresh, recreating ? undefined : old, provider);
    if (!(await this.policies.analyze(fresh, goal))) {
      reporter.error('a mandatory policy forbids this resource', goal.urn);
      throw new Halted();
    }
    const steps = await this.decide(goal, fresh, old, provider, recreating);
    this.decided.add(goal.urn);
    return { steps, state: fresh };
  }

  /** Deletes of all that the program no longer has, and of what was replaced. Asked for when all else is done. */
  deletes(): readonly (DeleteStep | RemovePendingStep)[] {
    const steps = this.deployment.snapshot.resources.map((resource) => this.deleteOf(resource));
    return steps.filter((step) => step !== undefined);
  }

  private deleteOf(resource: ResourceState): DeleteStep | RemovePendingStep | undefined {
    const isOriginal = resource.delete === true;
    if (isOriginal ? this.condemned.has(resource) : this.registered.has(resource.urn)) return undefined;
    this.deletions.add(resource.urn);
    if (!isOriginal && resource.pendingReplacement === true)
      return { operation: 'remove-pending-replace', old: resource };
    return { operation: isOriginal ? 'delete-replaced' : 'delete', old: resource, pendingReplacement: false };
  }

  private findOld(goal: Goal): ResourceState | undefined {
    for (const urn of [goal.urn, ...goal.aliases]) {
      const old = this.olds.find(urn);
      if (old === undefined) continue;
      if (urn !== goal.urn) this.oldUrns.set(goal.urn, [urn]);
      return old;
    }
    return undefined;
  }

  private providerFor(goal: Goal): Provider | undefined {
    return goal.custom && !isProviderType(goal.type) ? this.deployment.providers.of(goal.type) : undefined;
  }

  private async check(
    goal: Goal,
    fresh: ResourceState,
    old: ResourceState | undefined,
    provider: Provider | undefined,
  ): Promise<void> {
    const ignored = applyIgnoreChanges(goal.inputs, old?.inputs ?? {}, old === undefined ? [] : goal.ignoreChanges);
    if (ignored.failed.length > 0) {
      const paths = ignored.failed.join(', ');
      this.deployment.reporter.log('info', `cannot ignore changes in added or removed elements of ${paths}`, goal.urn);
    }
    fresh.inputs = ignored.inputs;
    if (provider === undefined) return;
    fresh.inputs = await this.runCheck(goal.urn, provider, old?.inputs ?? {}, ignored.inputs);
  }

  private async runCheck(urn: string, provider: Provider, olds: PropertyMap, news: PropertyMap): Promise<PropertyMap> {
    const { inputs, failures } = await provider.check({ urn, olds, news });
    if (failures.length === 0) return inputs;
    failures.forEach((failure) => this.deployment.reporter.error(checkText(failure, inputs), urn));
    throw new Halted();
  }

  private async decide(
    goal: Goal,
    fresh: ResourceState,
    old: ResourceState | undefined,
    provider: Provider | undefined,
    recreating: boolean,
  ): Promise<readonly Step[]> {
    if (old === undefined) return [{ operation: 'create', new: fresh, pendingDelete: false }];
    if (recreating) {
      this.deletions.delete(old.urn);
      this.replaced.add(goal.urn);
      return [
        { operation: 'replace', old, new: fresh },
        { operation: 'create-replacement', old, new: fresh, pendingDelete: false },
      ];
    }
    const decision = await this.diff(goal, fresh, old, provider);
    if (decision.replaceKeys.length > 0 || old.pendingReplacement === true) {
      return this.replace(goal, fresh, old, provider, decision);
    }
    if (decision.changed || (old.initErrors?.length ?? 0) > 0) {
      return [{ operation: 'update', old, new: fresh, ignoreChanges: goal.ignoreChanges }];
    }
    return [{ operation: 'same', old, new: fresh }];
  }

  private async diff(
    goal: Goal,
    fresh: ResourceState,
    old: ResourceState,
    provider: Provider | undefined,
  ): Promise<Decision> {
    if (goal.deletedWith !== '' && this.replaced.has(goal.deletedWith)) {
      return { changed: true, replaceKeys: ['deletedWith'], deleteBeforeReplace: false };
    }
    return diffResource(provider, old, fresh.inputs ?? {}, goal);
  }

  private async replace(
    goal: Goal,
    fresh: ResourceState,
    old: ResourceState,
    provider: Provider | undefined,
    decision: Decision,
  ): Promise<readonly Step[]> {
    if (goal.protect && old.protect === true) {
      const message =
        'this resource is protected and would be replaced\nHINT: take `protect` out first, if that is meant.';
      this.deployment.reporter.error(message, goal.urn);
      if (!this.deployment.preview) throw new Halted();
    }
    this.replaced.add(goal.urn);
    // The replacement starts from the program's inputs alone: defaults taken over from the old resource do not count.
    if (provider !== undefined) fresh.inputs = await this.runCheck(goal.urn, provider, {}, goal.inputs);
    const diff = { replaceKeys: decision.replaceKeys };
    if (!(goal.deleteBeforeReplace ?? decision.deleteBeforeReplace)) {
      return [
        { operation: 'create-replacement', old, new: fresh, pendingDelete: true, diff },
        { operation: 'replace', old, new: fresh, diff },
      ];
    }
    return [
      ...(await this.deletesBeforeReplace(old)),
      { operation: 'replace', old, new: fresh, diff },
      { operation: 'create-replacement', old, new: fresh, pendingDelete: false, diff },
    ];
  }

  private async deletesBeforeReplace(old: ResourceState): Promise<readonly DeleteStep[]> {
    const dependents = await dependentReplacements(old, this.olds, this.decided, this.deployment);
    const steps: DeleteStep[] = [];
    for (const resource of [...dependents].reverse()) {
      if (this.condemned.has(resource)) continue;
      if (resource.protect === true) {
        this.deployment.reporter.error(`must be replaced with ${old.urn}, but is protected`, resource.urn);
        throw new Halted();
      }
      this.condemned.add(resource);
      this.deletions.add(resource.urn);
      steps.push({ operation: 'delete-replaced', old: resource, pendingReplacement: resource.delete !== true });
    }
    if (old.pendingReplacement === true) return steps;
    this.deletions.add(old.urn);
    return [...steps, { operation: 'delete-replaced', old, pendingReplacement: true }];
  }
}

function checkText(failure: CheckFailure, inputs: PropertyMap): string {
  if (failure.property === '') return failure.reason;
  const value = inputs[failure.property];
  const shown = value === undefined || isUnknown(value) ? '' : ` (value ${showValue(value)})`;
  return `${failure.property}: ${failure.reason}${shown}`;
}

function newState(goal: Goal, old: ResourceState | undefined, provider: string): ResourceState {
  return {
    urn: goal.urn,
    custom: goal.custom,
    type: goal.type,
    inputs: goal.inputs,
    parent: goal.parent,
    protect: goal.protect,
    dependencies: goal.dependencies,
    provider,
    propertyDependencies: goal.propertyDependencies,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    aliases: old === undefined || old.urn === goal.urn ? [] : [old.urn],
    customTimeouts: goal.customTimeouts,
    retainOnDelete: goal.retainOnDelete,
    deletedWith: goal.deletedWith,
    created: old?.created,
    modified: old?.modified,
    ignoreChanges: goal.ignoreChanges,
    replaceOnChanges: goal.replaceOnChanges,
  };
}
