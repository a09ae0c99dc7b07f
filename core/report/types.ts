/** What a report is made from, and what it says: plain data. A moment that no record holds is not there. */
import type { ActionRecord } from '../action/record';
import type { DrillRecord } from '../backup/observation';
import type { Budget } from '../budget/types';

export interface ReportNode {
  readonly name: string;
  readonly host: string;
  readonly role: string;
}

export interface ReportSource {
  readonly cluster: string;
  /** ISO 8601: when the records were read. */
  readonly at: string;
  readonly nodes: readonly ReportNode[];
  readonly actions: readonly ActionRecord[];
  readonly drills: readonly DrillRecord[];
  /** Nodes whose records could not be read, and why. */
  readonly unread: readonly { readonly node: string; readonly why: string }[];
  readonly budget: Budget;
  /** The declared archive_timeout; null: no backups are declared, or a segment is archived only when it is full. */
  readonly archiveTimeoutSeconds: number | null;
}

export type Outcome = ActionRecord['state'];

/** What every record has: one mark in the overview, one row in its table. */
export interface Entry {
  /** Of its section on the page. */
  readonly anchor: string;
  readonly id: string;
  readonly kind: string;
  readonly node: string | null;
  readonly outcome: Outcome;
  readonly startedAt: string;
  /** null: the record's moment cannot be read, and it stands in the table alone. */
  readonly startMs: number | null;
  readonly seconds: number | null;
  readonly reasons: readonly string[];
}

export type Milestone = 'detected' | 'decided' | 'promoted' | 'firstWrite' | 'rejoined';

export interface Moment {
  readonly at: string;
  /** Where in the record it stands. */
  readonly source: string;
  readonly milestone: Milestone | null;
}

export interface PhaseBar {
  readonly step: string;
  readonly seconds: number;
  /** Since the action began; null: the record holds how long it took, not when. */
  readonly from: number | null;
}

export interface NodeStanding {
  readonly node: string;
  /** null: not recorded. */
  readonly role: string | null;
  readonly timeline: number | null;
}

export interface Topology {
  readonly before: readonly NodeStanding[];
  readonly after: readonly NodeStanding[];
}

export type Pair = readonly [string, string];

export interface Incident {
  readonly entry: Entry;
  readonly inputs: readonly Pair[];
  readonly moments: readonly Moment[];
  /** What an incident has, and this record does not hold. */
  readonly notRecorded: readonly Milestone[];
  readonly phases: readonly PhaseBar[];
  readonly topology: Topology | null;
  readonly results: readonly Pair[];
}

export interface DrillEntry {
  readonly entry: Entry;
  readonly record: DrillRecord;
}

export type MeasureName = 'writeGap' | 'promotion' | 'restore' | 'drillRestore' | 'drillLoss' | 'restoreLoss';

export interface Measure {
  readonly entry: Entry;
  readonly name: MeasureName;
  readonly seconds: number;
}

export type LimitName = 'failoverExpected' | 'failoverWorst' | 'archiveTimeout';

/** One chart: what was measured, against what was declared. */
export interface Comparison {
  readonly subject: 'outage' | 'restore' | 'loss';
  readonly measures: readonly Measure[];
  readonly limits: readonly { readonly name: LimitName; readonly seconds: number }[];
}

export interface Report {
  readonly cluster: string;
  readonly at: string;
  readonly nodes: readonly ReportNode[];
  readonly unread: ReportSource['unread'];
  readonly budget: Budget;
  /** Every record, the oldest first. */
  readonly entries: readonly Entry[];
  readonly incidents: readonly Incident[];
  readonly drills: readonly DrillEntry[];
  readonly comparisons: readonly Comparison[];
}
