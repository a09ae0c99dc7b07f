/** What the analysis says: plain data, the JSON output as it is. */
import type { PrimaryFault } from '../v8r3/detectionBudget';
import type { Seconds } from '../budget/types';
import type { RecoveryVerdict, SourceFile, System } from './types';

export type IncidentKind =
  | 'primary-failover'
  | 'standby-down'
  | 'node-down'
  | 'blip'
  | 'pool-only'
  | 'network-lost'
  | 'database-stopped'
  | 'recovery-only';

export type OutcomeName =
  | 'failed-over'
  | 'standby-removed'
  | 'recovered-by-itself'
  | 'pool-moved'
  | 'no-new-primary'
  | 'script-failed'
  | 'no-script'
  | 'network-lost'
  | 'database-stopped'
  | 'node-recovered'
  | 'not-recovered'
  | 'unknown';

/** seen: lines say so. absent: it rests on lines that are not there, which may be missing from the files. */
export type Basis = 'seen' | 'absent';

export type Level = 'ok' | 'info' | 'warn' | 'critical' | 'unknown';

export interface Evidence {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export type PhaseName =
  | 'peerGone'
  | 'coordinatorLost'
  | 'election'
  | 'leader'
  | 'escalation'
  | 'clusterVip'
  | 'lastHeartbeat'
  | 'firstFailure'
  | 'retry'
  | 'decision'
  | 'request'
  | 'lock'
  | 'degeneration'
  | 'script'
  | 'gateway'
  | 'ssh'
  | 'databaseVip'
  | 'promote'
  | 'serviceBack'
  | 'async'
  | 'checkpoint'
  | 'scriptEnd'
  | 'search'
  | 'newPrimary'
  | 'done'
  | 'healthy'
  | 'network'
  | 'recovery'
  | 'rewind'
  | 'start'
  | 'sync'
  | 'attach'
  | 'recovered'
  | 'pool';

export interface TimelineEntry extends Evidence {
  readonly phase: PhaseName;
  /** Wall-clock milliseconds as if UTC. */
  readonly at: number;
  /** ISO 8601; with an offset only where the zone was given. */
  readonly time: string;
  /** Seconds since the fault. */
  readonly offset: number;
  readonly node: string;
  /** How often, where lines of one kind were put together. */
  readonly times: number;
}

export interface IncidentNode {
  readonly id: number | null;
  readonly name: string | null;
  readonly host: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Durations {
  /** Seconds, each from the fault unless its name says otherwise; null: not in the logs. */
  readonly toFirstFailure: number | null;
  readonly toDecision: number | null;
  readonly firstFailureToDecision: number | null;
  readonly decisionToScript: number | null;
  readonly script: number | null;
  readonly promotion: number | null;
  readonly rtoService: number | null;
  readonly rtoDone: number | null;
  readonly clusterVipGap: number | null;
  /** From `sync to async` until the cluster is synchronous again; null with `stillAsync`: as far as the logs go, it is not. */
  readonly asyncExposure: number | null;
  readonly nodeOutage: number | null;
  readonly recovery: number | null;
}

export interface Expected {
  readonly fault: PrimaryFault;
  /** Where N and the delay come from. */
  readonly from: 'configuration' | 'inferred';
  readonly maxRetries: number;
  readonly retryDelay: number;
  /** Seconds that one attempt took, as measured; null: the lines of the attempts are not there. */
  readonly attemptMeasured: number | null;
  readonly detection: Seconds;
  readonly failover: Seconds;
  readonly parts: readonly {
    readonly name: string;
    readonly seconds: Seconds;
    readonly share: number;
    readonly formula: string;
  }[];
  readonly assumed: readonly string[];
}

export interface RecoveryStory {
  readonly node: string;
  readonly verdict: RecoveryVerdict;
  readonly begin: string | null;
  readonly end: string | null;
  readonly seconds: number | null;
  readonly runs: number;
  readonly file: string;
  readonly line: number;
}

export interface FindingArgs {
  readonly [name: string]: string | number;
}

export interface IncidentFinding {
  readonly rule: string;
  readonly level: Level;
  readonly basis: Basis;
  readonly args: FindingArgs;
  readonly evidence: readonly Evidence[];
}

export interface Incident {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly kindBasis: Basis;
  readonly system: System;
  readonly outcome: OutcomeName;
  readonly outcomeBasis: Basis;
  readonly nodes: readonly IncidentNode[];
  readonly failedNode: string | null;
  readonly oldPrimary: string | null;
  readonly newPrimary: string | null;
  /** Who ran failover_stream.sh (or promote_command); null: no given log shows it. */
  readonly executor: string | null;
  readonly begin: string | null;
  readonly beginAt: number | null;
  /** What the moment of the fault rests on; attempt: the first failed check, less the time that such an attempt takes. */
  readonly faultFrom: 'peer' | 'heartbeat' | 'check' | 'attempt' | 'first line' | null;
  readonly retries: { readonly seen: number; readonly cadence: number | null };
  readonly timeline: readonly TimelineEntry[];
  readonly durations: Durations;
  readonly expected: Expected | null;
  /** `failover.log` and `cluster.log` name other arguments. */
  readonly argumentMismatch: readonly string[];
  readonly singleNode: boolean;
  readonly stillAsync: boolean;
  readonly recoveries: readonly RecoveryStory[];
  readonly findings: readonly IncidentFinding[];
}

export interface Analysis {
  readonly version: 1;
  /** null: nobody said it; moments are then those of the nodes' clocks, without an offset. */
  readonly timeZone: string | null;
  readonly skew: Readonly<Record<string, number>>;
  readonly files: readonly SourceFile[];
  readonly incidents: readonly Incident[];
  readonly omitted: number;
  /** What was given and could not be read, or holds nothing of ours. */
  readonly unread: readonly { readonly file: string; readonly why: string }[];
}
