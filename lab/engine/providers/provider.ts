// What the engine asks of a provider, whoever it is: the SDK's dynamic host or our own stand-in for the command provider.
import type { PropertyMap } from '../values';

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface Diff {
  /** `unknown`: the provider does not say; the engine compares the inputs. */
  readonly changes: 'none' | 'some' | 'unknown';
  readonly replaceKeys: readonly string[];
  readonly changedKeys: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export interface At {
  readonly urn: string;
}

export interface Existing extends At {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface Provider {
  check(request: At & { olds: PropertyMap; news: PropertyMap }): Promise<{
    readonly inputs: PropertyMap;
    readonly failures: readonly CheckFailure[];
  }>;
  diff(request: Existing & { news: PropertyMap; ignoreChanges: readonly string[] }): Promise<Diff>;
  create(request: At & { inputs: PropertyMap; preview: boolean }): Promise<{ id: string; outputs: PropertyMap }>;
  update(request: Existing & { news: PropertyMap; preview: boolean }): Promise<{ outputs: PropertyMap }>;
  /** An empty id says: it is gone. */
  read(request: Existing): Promise<{ id: string; outputs: PropertyMap; inputs?: PropertyMap }>;
  delete(request: Existing): Promise<void>;
}

/** The resource exists, but did not come up: it is kept in state with the reasons and updated by the next run. */
export class InitializationError extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: PropertyMap,
    readonly reasons: readonly string[],
  ) {
    super(message);
  }
}
