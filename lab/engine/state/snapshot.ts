// The state while a run changes it, saved before and after every operation. Resources done in this run come first, in the
// order they were done, then what is left of the old ones: so dependencies always precede their dependents.
import type { DeploymentState, OperationType, PendingOperation, ResourceState } from './types';

export interface SnapshotStore {
  save(deployment: DeploymentState): Promise<void>;
  forget(resource: ResourceState): void;
}

export class Snapshot {
  private readonly fresh: ResourceState[] = [];
  private readonly done = new Set<ResourceState>();
  private readonly pending = new Map<ResourceState, OperationType>();
  /** Creations a killed run left behind: kept until the same resource is created. */
  private interrupted: readonly PendingOperation[];
  private running: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;
  /** Something is known that is not on disk; a run in which nothing happened leaves the file alone. */
  private dirty: boolean;

  constructor(
    private base: readonly ResourceState[],
    operations: readonly PendingOperation[],
    /** Absent in a preview: nothing is saved. */
    private readonly store: SnapshotStore | undefined,
  ) {
    const present = new Set(base.map((resource) => resource.urn));
    this.interrupted = operations.filter(
      (operation) => operation.type === 'creating' && !present.has(operation.resource.urn),
    );
    this.dirty = this.interrupted.length < operations.length;
  }

  get resources(): readonly ResourceState[] {
    return [...this.fresh, ...this.base.filter((resource) => !this.done.has(resource))];
  }

  get deployment(): DeploymentState {
    const pendingOperations = [...this.pending].map(([resource, type]) => ({ resource, type }));
    return { resources: this.resources, pendingOperations: [...this.interrupted, ...pendingOperations] };
  }

  /** Records the intent before the operation starts. */
  async begin(resource: ResourceState, type: OperationType): Promise<void> {
    this.pending.set(resource, type);
    await this.save();
  }

  async endCreate(fresh: ResourceState, replaced: ResourceState | undefined): Promise<void> {
    this.pending.delete(fresh);
    this.interrupted = this.interrupted.filter((operation) => operation.resource.urn !== fresh.urn);
    this.fresh.push(fresh);
    if (replaced?.pendingReplacement === true) this.done.add(replaced);
    if (replaced !== undefined) this.touch(replaced);
    await this.save();
  }

  async endUpdate(old: ResourceState, fresh: ResourceState): Promise<void> {
    this.pending.delete(fresh);
    this.done.add(old);
    this.fresh.push(fresh);
    await this.save();
  }

  async endSame(old: ResourceState, fresh: ResourceState, mustSave: boolean): Promise<void> {
    this.done.add(old);
    this.fresh.push(fresh);
    if (mustSave) await this.save();
  }

  async endDelete(old: ResourceState): Promise<void> {
    this.pending.delete(old);
    this.touch(old);
    if (old.pendingReplacement !== true) this.remove(old);
    await this.save();
  }

  async fail(resource: ResourceState): Promise<void> {
    this.pending.delete(resource);
    await this.save();
  }

  async drop(old: ResourceState): Promise<void> {
    this.remove(old);
    await this.save();
  }

  /** A refresh puts what it read in the place of what was known. */
  async rebase(resources: readonly ResourceState[]): Promise<void> {
    this.base = resources;
    await this.save();
  }

  async changed(resource: ResourceState): Promise<void> {
    this.touch(resource);
    await this.save();
  }

  /** Resolves when a save that holds everything up to now is on disk. */
  save(): Promise<void> {
    const store = this.store;
    if (store === undefined) return Promise.resolve();
    this.queued ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.queued = undefined;
        this.dirty = false;
        this.running = store.save(this.deployment);
        return this.running;
      });
    return this.queued;
  }

  /** Waits for saves that are under way, and makes one where something is left to save. */
  async settle(): Promise<void> {
    if (this.dirty) await this.save();
    await this.queued;
    await this.running;
  }

  private remove(resource: ResourceState): void {
    this.done.add(resource);
    const index = this.fresh.indexOf(resource);
    if (index >= 0) this.fresh.splice(index, 1);
  }

  private touch(resource: ResourceState): void {
    this.store?.forget(resource);
  }
}
