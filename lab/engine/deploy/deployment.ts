// What all parts of one run share.
import type { DynamicHost } from '../providers/dynamicHost';
import type { Provider } from '../providers/provider';
import type { Snapshot } from '../state/snapshot';
import type { Reporter } from './reporter';

export interface Deployment {
  readonly stack: string;
  readonly project: string;
  /** Directory of `main`. */
  readonly workDirectory: string;
  readonly preview: boolean;
  readonly parallel: number;
  /** Go on with what does not depend on a failed step, instead of starting nothing new. */
  readonly continueOnError: boolean;
  readonly snapshot: Snapshot;
  readonly reporter: Reporter;
  readonly providers: Providers;
  /** Set once: nothing new is started; what runs is waited for. */
  readonly halt: Halt;
}

export interface Providers {
  readonly dynamic: DynamicHost;
  readonly command: Provider;
  /** By type token of the resource. */
  of(type: string): Provider;
}

export class Halt {
  private readonly waiting: (() => void)[] = [];
  reason: 'failed' | 'interrupted' | undefined;

  set(reason: 'failed' | 'interrupted'): void {
    this.reason ??= reason;
    this.waiting.splice(0).forEach((wake) => wake());
  }

  get happened(): Promise<void> {
    if (this.reason !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** A step failed (and was reported) in a run that goes on with what does not depend on it. */
export class StepFailed extends Error {
  constructor(readonly urn: string) {
    super('the step failed');
  }
}

/** Thrown to stop what the halted run would do next; the cause has been reported already. */
export class Halted extends Error {
  constructor() {
    super('the run was halted');
  }
}
