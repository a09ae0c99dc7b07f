/**
 * What was read of a cluster in trouble, and what is concluded from it. Remote fills RecoveryEvidence in one round, and the answers to
 * questionsOf(evidence) in a second where histories have to be compared; diagnoseCluster(evidence) decides. What could not be read is undefined
 * with its reason beside it: it is named, and never counts for anything.
 */
import type { NodeObservation } from '../observe/types';
import type { NodeRole } from '../spec/types';

export interface RecoveryEvidence {
  readonly cluster: string;
  /** When it was read, milliseconds since 1970: request ids begin with it. */
  readonly at: number;
  readonly nodes: readonly RecoveryNode[];
}

export interface RecoveryNode {
  readonly target: RecoveryTarget;
  readonly observation: NodeObservation;
  /** What lies on its disks, also where no database runs. */
  readonly facts: RecoveryFacts | undefined;
  /** Why the facts are not there. */
  readonly factsReason?: string;
  /** Answers to the questions about this node, in their order; undefined where nobody asked yet. */
  readonly answers?: BranchAnswers;
}

/** The part of a NodeTarget that a diagnosis needs. */
export interface RecoveryTarget {
  readonly name: string;
  readonly id: number;
  readonly host: string;
  readonly role: NodeRole;
  readonly data: string;
  readonly bin: string;
  readonly repmgrConf: string;
  readonly osUser: string;
  readonly databasePort: number;
  readonly virtualIp?: string;
}

export interface RecoveryFacts {
  readonly control: ControlFacts | undefined;
  /** Why the control file says nothing: it cannot be read, or its checksum is wrong. */
  readonly controlReason: string | undefined;
  /** `<n>.history` in the WAL directory: the timelines that n descends from. */
  readonly histories: readonly TimelineHistory[];
  /** Where valid WAL ends on disk; looked for where no server runs. */
  readonly walEnd: WalPosition | undefined;
  readonly walEndReason: string | undefined;
  /** Of a server that answers. */
  readonly flushLsn: string | undefined;
  readonly databases: readonly DatabaseSize[] | undefined;
  /** Bytes below <data>/base. */
  readonly dataBytes: number | undefined;
  readonly disks: readonly DiskFacts[];
  readonly archive: ArchiveFacts;
  /** The cron daemon runs; it starts kbha, which starts the rest. */
  readonly cron: boolean | undefined;
}

export interface ControlFacts {
  readonly systemIdentifier: string;
  readonly state: string;
  readonly timeline: number;
  readonly checkpointLsn: string;
  readonly checkpointTime: string | undefined;
  readonly minRecoveryTimeline: number | undefined;
  readonly segmentBytes: number;
}

export interface WalPosition {
  readonly timeline: number;
  readonly lsn: string;
}

/** `steps`: each earlier timeline with the position at which it was left, oldest first. */
export interface TimelineHistory {
  readonly timeline: number;
  readonly steps: readonly WalPosition[];
}

export interface DatabaseSize {
  readonly name: string;
  readonly bytes: number;
}

export interface DiskFacts {
  readonly what: 'data' | 'wal';
  readonly path: string;
  readonly bytes: number | undefined;
  readonly freeBytes: number | undefined;
  readonly writable: boolean | undefined;
  /** Why it could not be read: a disk that hangs gives no answer. */
  readonly reason: string | undefined;
}

export interface ArchiveFacts {
  /** Segments that wait for archive_command. */
  readonly waiting: number | undefined;
  readonly failedCount: number | undefined;
  readonly lastFailedWal: string | undefined;
  readonly lastArchivedWal: string | undefined;
}

/** Asked of one node: what its own WAL says about a place in history. */
export interface BranchQuestions {
  readonly prints: readonly PrintQuestion[];
  readonly spans: readonly SpanQuestion[];
}

/** A digest of the WAL of its segment up to this position: two nodes share their history up to there where it is the same. */
export interface PrintQuestion {
  readonly timeline: number;
  readonly lsn: string;
  /** In whose file it may stand: the timeline's own, or a later one's, which begins with a copy of it. */
  readonly files: readonly number[];
  readonly segmentBytes: number;
}

/** How many transactions committed on this stretch of one timeline. */
export interface SpanQuestion {
  readonly timeline: number;
  readonly from: string;
  /** undefined: to the end. */
  readonly to: string | undefined;
}

export interface BranchAnswers {
  /** By printKey; absent: could not be read. */
  readonly prints: Readonly<Record<string, string>>;
  /** By spanKey; absent: could not be read. */
  readonly spans: Readonly<Record<string, SpanAnswer>>;
}

export interface SpanAnswer {
  readonly commits: number;
  /** As the WAL has it. */
  readonly firstAt: string | undefined;
  readonly lastAt: string | undefined;
}

export type FailureClass =
  | 'healthy'
  | 'singlePrimaryFailedStandbys'
  | 'noPrimary'
  | 'multiplePrimaries'
  | 'partialNodeFailure'
  | 'fullClusterFailure';

export type PrimaryChoice =
  | {
      readonly kind: 'chosen';
      readonly node: string;
      /** What decided: it serves alone, it holds everything the others hold, the only branch with writes, the higher position, the larger data. */
      readonly by: ChoiceReason;
      /** Nodes that may hold what this one lacks, because something of theirs could not be read. Empty: proved. */
      readonly notProved: readonly NamedReason[];
      /** Nodes whose own transactions would be lost: none of them is on the chosen one. */
      readonly loses: readonly Loss[];
    }
  | { readonly kind: 'undecidable'; readonly reason: string; readonly branches: readonly Branch[] }
  | { readonly kind: 'none'; readonly reason: string };

export type ChoiceReason = 'serving' | 'onlyNode' | 'ancestry' | 'onlyWrites' | 'lsn' | 'size' | 'equal';

export interface NamedReason {
  readonly node: string;
  readonly why: string;
}

export interface Loss {
  readonly node: string;
  /** undefined: could not be counted. */
  readonly commits: number | undefined;
  readonly since: WalPosition;
  readonly firstAt?: string;
  readonly lastAt?: string;
}

export interface Branch {
  readonly nodes: readonly string[];
  readonly head: WalPosition;
  /** Where it parted from the others. */
  readonly since: WalPosition | undefined;
  /** undefined: could not be counted. */
  readonly commits: number | undefined;
}

/** One line of evidence that a DBA can check, about one node. */
export interface NodeVerdict {
  readonly node: string;
  readonly host: string;
  /** What it does now. */
  readonly role: 'primary' | 'standby' | 'witness' | 'repository' | 'stopped' | 'unread';
  readonly ok: boolean;
  readonly timeline: number | null;
  /** How far its history reaches. */
  readonly position: string | null;
  readonly bytes: number | null;
  /** What is wrong with it, worst first. */
  readonly problems: readonly string[];
  /** What was read. */
  readonly evidence: readonly string[];
}

export type ActionKind = 'rejoin' | 'reclone' | 'promote' | 'resolveMultiPrimary' | 'startCluster' | 'preserveEvidence';

/** A record as it stands under kingbase:actions. */
export interface ProposedRecord {
  readonly requestId: string;
  readonly kind: ActionKind;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
}

export interface ProposedStep {
  readonly text: string;
  readonly node: string | null;
  /** Absent: only people can do it. */
  readonly record?: ProposedRecord;
  /** This version has that kind of action; else the commands are the way. */
  readonly available: boolean;
  /** It can lose what was written: the action asks for the token that its preview prints. */
  readonly needsConfirm: boolean;
  /** The same without Pulumi, to be run by the OS user of the database unless it says root. */
  readonly commands: readonly string[];
}

export interface ClusterDiagnosis {
  readonly cluster: string;
  readonly class: FailureClass;
  /** What speaks for this class. */
  readonly because: readonly string[];
  /** What could not be read, and could make it another class. Empty: proved. */
  readonly notProved: readonly NamedReason[];
  readonly primary: PrimaryChoice;
  readonly nodes: readonly NodeVerdict[];
  /** In this order, one at a time: look again after each. */
  readonly steps: readonly ProposedStep[];
  readonly warnings: readonly string[];
}
