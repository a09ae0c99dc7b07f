/** What logs say, line by line, and what is made of it. Moments are wall-clock milliseconds of the node that wrote them, read as if they were UTC. */
import type { EventName } from './patterns/names';

/** pgpool-II 3.6 and its fork kingbasecluster; pgpool-II 4; repmgrd and kbha of V8R6. */
export type System = 'v8r3' | 'pgpool4' | 'v8r6';

export type LogKind = 'cluster' | 'failover' | 'recovery' | 'hamgr' | 'kbha' | 'poolConf' | 'haConf';

/** A line of a file, with what it says. */
export interface LogEvent {
  readonly name: EventName;
  /** null: neither the line nor one before it has a moment. */
  readonly at: number | null;
  readonly file: string;
  readonly line: number;
  /** 0: the line has none. */
  readonly pid: number;
  readonly args: readonly string[];
  /** As written, shortened, secrets masked. */
  readonly text: string;
}

/** One disturbance as one pool (or one repmgrd) saw it. */
export interface Episode {
  readonly system: System;
  readonly source: string;
  readonly node: string | null;
  /** The first of each kind, all of the few that are counted; in the order of the file. */
  readonly events: readonly LogEvent[];
  /** How often each kind was seen, those not kept included. */
  readonly counts: Readonly<Partial<Record<EventName, number>>>;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

/** One run of failover_stream.sh as failover.log has it. */
export interface ScriptRun {
  readonly source: string;
  readonly node: string | null;
  readonly events: readonly LogEvent[];
  /** Its first line was found: a run that begins in another file has none. */
  readonly begun: boolean;
}

export type RecoveryVerdict =
  | 'success'
  | 'idle_primary'
  | 'idle_standby'
  | 'skip_not_standby'
  | 'disk_fail_stopdb'
  | 'gateway_fail_stopdb'
  | 'pool_unreachable'
  | 'no_primary'
  | 'went_async'
  | 'rewind_failed'
  | 'not_attached'
  | 'failed'
  | 'unfinished';

/** One run of network_rewind.sh; idle ones in a row are one, with their number. */
export interface RecoveryRun {
  readonly source: string;
  readonly node: string | null;
  readonly verdict: RecoveryVerdict;
  readonly events: readonly LogEvent[];
  readonly beginAt: number | null;
  readonly lastAt: number | null;
  readonly runs: number;
}

export interface SourceFile {
  readonly name: string;
  readonly kinds: readonly LogKind[];
  readonly node: string | null;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  readonly lines: number;
}

/** A row of `show pool_nodes`. */
export interface PoolNode {
  readonly id: number;
  readonly host: string;
  readonly status: string;
  readonly role: string;
}

/** What tells nodes apart, as learned anywhere. */
export type NodeFact =
  | { readonly kind: 'named'; readonly name: string; readonly host: string | null }
  | { readonly kind: 'backend'; readonly id: number; readonly host: string | null; readonly name: string | null };

/** All that was read from one log of one node, whatever number of files it came in. */
export interface SourceReport {
  readonly source: string;
  readonly files: readonly SourceFile[];
  readonly node: string | null;
  readonly episodes: readonly Episode[];
  readonly scripts: readonly ScriptRun[];
  readonly recoveries: readonly RecoveryRun[];
  /** Moments of the pool that belong to no episode: start, stop, virtual IP, states. */
  readonly background: readonly LogEvent[];
  readonly facts: readonly NodeFact[];
  /** Older episodes that were left out, because there are too many. */
  readonly omitted: number;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}
