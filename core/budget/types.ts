// What a budget says: seconds per failure and phase, and what can be lost. Plain data: it is an output of the stack.

/** null: no bound that this configuration gives. */
export interface Seconds {
  readonly best: number;
  readonly expected: number;
  readonly worst: number | null;
}

export type FailureKind = 'databaseKilled' | 'hostPoweredOff' | 'primaryPartitioned' | 'hostHung';

export type PhaseName = 'detection' | 'retries' | 'election' | 'promotion' | 'endpoint' | 'firstCommit';

export interface Phase {
  readonly name: PhaseName;
  readonly seconds: Seconds;
  /** Part of the expected total, 0 to 1. */
  readonly share: number;
  /** How the numbers come about, with the declared values filled in. */
  readonly formula: string;
}

export interface RtoEntry {
  readonly failure: FailureKind;
  /** false: no standby promotes itself; the phases end with the detection. */
  readonly automatic: boolean;
  readonly phases: readonly Phase[];
  readonly total: Seconds;
  readonly note?: string;
}

export type RpoKind = FailureKind | 'allNodesLost';

export interface RpoEntry {
  readonly failure: RpoKind;
  /**
   * none: no acknowledged write; exposure: see `exposure`; lag: what no standby had received; sinceBackup: all since the last copy elsewhere,
   * which is yours to make; unarchived: what had not reached the repository on a host of its own.
   */
  readonly loss: 'none' | 'exposure' | 'lag' | 'sinceBackup' | 'unarchived';
  readonly why: string;
}

/** A primary cut off from the others, seen from the moment of the cut. */
export interface Exposure {
  /** When it may begin to acknowledge writes that no standby has. */
  readonly startsAfter: Seconds;
  /** When it is told to stop, and confirms nothing any more; null: it runs on until the line is repaired. */
  readonly endsAfter: Seconds | null;
  readonly why: string;
}

export interface Budget {
  readonly preset: string;
  readonly rto: readonly RtoEntry[];
  readonly rpo: readonly RpoEntry[];
  readonly exposure: Exposure;
}
