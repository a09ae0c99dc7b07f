// What a fault is: a named thing that goes wrong in a lab, done on purpose and taken back.
import { KingbaseError } from '../../core/finding';
import type { Lab, LabNode } from '../lab';

export interface FaultCall {
  readonly lab: Lab;
  /** Set exactly where `target` is 'node'. */
  readonly node?: LabNode;
  /** As given when it was applied: from, seconds, rate and the like. */
  readonly options: Readonly<Record<string, string>>;
}

export interface Fault {
  readonly name: string;
  readonly description: string;
  /** node: needs a node. lab: concerns all of it. */
  readonly target: 'node' | 'lab';
  /** once: an event, nothing of it stays. lasting: in the manifest from just before it is applied until it is undone. */
  readonly kind: 'once' | 'lasting';
  /** What it takes beside the node, name to explanation. */
  readonly options?: Readonly<Record<string, string>>;
  /** Lasting faults of the same node that are over after this one. */
  readonly ends?: readonly string[];
  /** Throws where the options make no sense; nothing has happened yet. */
  check?(call: FaultCall): void;
  /** One line for whoever did it: what was done, to whom. */
  apply(call: FaultCall): Promise<string>;
  /** Works also where the node is powered off or the fault is half gone. */
  undo?(call: FaultCall): Promise<string>;
}

/** What does not outlive a running node: over when its power goes. */
export const GONE_WITH_POWER: readonly string[] = [
  'hang-disk',
  'stop-cron',
  'slow-network',
  'limit-memory',
  'limit-backup-memory',
  'freeze-control-time',
  'lock-repository',
  'lower-semaphores',
  'lower-shared-memory',
];

export function nodeOf(call: FaultCall): LabNode {
  if (call.node !== undefined) return call.node;
  throw new KingbaseError({ code: 'lab/fault-needs-node', message: 'this fault needs a node' });
}

export function wholeNumber(call: FaultCall, option: string, fallback: number, least: number): number {
  const given = call.options[option];
  const value = given === undefined ? fallback : Number(given);
  if (Number.isInteger(value) && value >= least) return value;
  throw new KingbaseError({
    code: 'lab/bad-option',
    path: `--${option}`,
    message: `"${String(given)}" is not a whole number of at least ${least}`,
  });
}
