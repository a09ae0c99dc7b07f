// The operations a run is made of. A chain of steps runs in order; different chains run side by side.
import type { ResourceState } from '../state/types';

export interface StepDiff {
  readonly replaceKeys: readonly string[];
}

interface Base {
  /** Inputs of the two sides are compared for the display. */
  readonly diff?: StepDiff;
}

export interface SameStep extends Base {
  readonly operation: 'same';
  readonly old: ResourceState;
  readonly new: ResourceState;
}

export interface CreateStep extends Base {
  readonly operation: 'create' | 'create-replacement';
  readonly new: ResourceState;
  /** What it replaces. */
  readonly old?: ResourceState;
  /** The old one is deleted at the end of the run, after its dependents moved over. */
  readonly pendingDelete: boolean;
}

export interface UpdateStep extends Base {
  readonly operation: 'update';
  readonly old: ResourceState;
  readonly new: ResourceState;
  readonly ignoreChanges: readonly string[];
}

/** Only tells that a replacement happened: the work is in the two steps around it. */
export interface ReplaceStep extends Base {
  readonly operation: 'replace';
  readonly old: ResourceState;
  readonly new: ResourceState;
}

export interface DeleteStep extends Base {
  readonly operation: 'delete' | 'delete-replaced';
  readonly old: ResourceState;
  /** Deleted ahead of its replacement: stays in state, marked, until that exists. */
  readonly pendingReplacement: boolean;
}

export interface RemovePendingStep extends Base {
  readonly operation: 'remove-pending-replace';
  readonly old: ResourceState;
}

export type Step = SameStep | CreateStep | UpdateStep | ReplaceStep | DeleteStep | RemovePendingStep;

export function resourceOf(step: Step): ResourceState {
  return 'new' in step ? step.new : step.old;
}
