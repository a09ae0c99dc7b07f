/** What the nodes said about backups, parsed, and what is concluded from it: status, policies, diagnosis and drills rest on these shapes. */
import type { BackupKind } from './types';

/** One backup of the catalogue (`sys_rman info --output=json`). */
export interface BackupSet {
  /** 20220512-110154F, …_20220512-110320I */
  readonly label: string;
  readonly kind: BackupKind;
  /** Number of the repository that holds it, from 1. */
  readonly repository: number;
  /** Seconds since 1970. */
  readonly startSeconds: number;
  readonly stopSeconds: number;
  /** First and last WAL segment it needs. */
  readonly walStart: string;
  readonly walStop: string;
  readonly databaseBytes: number;
  /** Bytes in the repository. */
  readonly repositoryBytes: number;
  /** Labels that it rests on. */
  readonly references: readonly string[];
  /** sys_rman saw page checksum errors in it. */
  readonly error: boolean;
  readonly databaseId: number;
}

/** One archive of the catalogue: of one database history id. */
export interface ArchiveRange {
  /** "12-1" */
  readonly id: string;
  readonly repository: number;
  readonly databaseId: number;
  readonly min: string | null;
  readonly max: string | null;
}

export interface Catalogue {
  readonly stanza: string;
  /** pgBackRest's code: 0 ok, 1 missing stanza path, 2 no valid backups, 3 missing stanza data, … */
  readonly statusCode: number;
  readonly statusMessage: string;
  /** The same code of each repository, in their order: where they differ, that of the stanza is 4 and says no more. */
  readonly repositoryCodes?: readonly number[];
  readonly cipher: string;
  readonly backups: readonly BackupSet[];
  readonly archives: readonly ArchiveRange[];
  /** System identifiers of the stanza, newest last. */
  readonly databases: readonly { readonly id: number; readonly systemIdentifier: string; readonly version: string }[];
  /** A backup runs now. */
  readonly locked: boolean;
}

/** Result of our last run of a job, as `<state>/backup/<job>.json` on the node that ran it. */
export interface JobRecord {
  readonly job: BackupKind | 'verify' | 'drill' | 'check';
  readonly startSeconds: number;
  readonly stopSeconds: number | null;
  /** null while it runs. */
  readonly exitCode: number | null;
  /** When it last ended well, this run or one before it; null: not known. */
  readonly lastGoodSeconds?: number | null;
  /** Last lines that sys_rman printed. */
  readonly tail: string;
}

/** What the archiver of one node says. */
export interface ArchiverObservation {
  readonly archivedCount: number;
  readonly failedCount: number;
  readonly lastArchivedWal: string | null;
  readonly lastArchivedSeconds: number | null;
  readonly lastFailedWal: string | null;
  readonly lastFailedSeconds: number | null;
  /** Segments with a .ready mark. */
  readonly readySegments: number;
  /** Since when the oldest of them waits, seconds since 1970. */
  readonly oldestReadySeconds: number | null;
  /** When the newest archived segment was finished: each commit before is in the archive. */
  readonly lastCoveredSeconds: number | null;
}

export interface DrillTable {
  readonly name: string;
  /** Rows at the source just before and just after the target was set. */
  readonly sourceBefore: number;
  readonly sourceAfter: number;
  readonly restored: number;
  readonly ok: boolean;
}

/** What a drill found: `<state>/drills/<id>.json` on the repository node; field names are those of the file. */
export interface DrillRecord {
  readonly id: string;
  readonly cluster: string;
  readonly stanza: string;
  /** Label of the backup it restored. */
  readonly backup: string | null;
  /** What was asked for, and how far it got: timeline, LSN and time of the last replayed commit. */
  readonly target: {
    readonly kind: string;
    readonly value: string | null;
    readonly timeline: number | null;
    readonly lsn: string | null;
    readonly time: string | null;
  };
  /** Bytes of the restored data directory. */
  readonly bytes: number | null;
  readonly restoreSeconds: number | null;
  readonly replaySeconds: number | null;
  /** Seconds between what was asked for (latest: the moment the drill began) and the last replayed commit. */
  readonly rpoSeconds: number | null;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  readonly tables: readonly DrillTable[];
  readonly verdict: 'passed' | 'failed';
  /** Why it failed, one line each. */
  readonly reasons: readonly string[];
  /** ISO 8601 with zone. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** Outputs of a cluster about its backups; every time ISO 8601 in UTC. */
export interface BackupReport {
  readonly lastFull: { readonly label: string; readonly time: string } | null;
  readonly lastBackup: { readonly label: string; readonly time: string; readonly kind: BackupKind } | null;
  /** Every commit up to then can be restored; null where nothing can. */
  readonly latestRestorableTime: string | null;
  readonly earliestRestorableTime: string | null;
  readonly archiveLagSeconds: number | null;
  readonly archiveLagSegments: number | null;
  /** Per repository, in order; null where it cannot be known (s3). */
  readonly freeBytes: readonly (number | null)[];
  /** The last verify that found nothing. */
  readonly verifiedAt: string | null;
  /** The last drill that passed, and the last of all. */
  readonly drilledAt: string | null;
  readonly lastDrill: DrillRecord | null;
  /** The last run of each job. */
  readonly jobs: readonly JobRecord[];
  /** Restores reach back as far as the declared window. */
  readonly windowCovered: boolean | null;
  /** What is wrong, one line each: also part of `armed`. */
  readonly findings: readonly string[];
}

/** Every condition for failover and recovery holds, or why not. */
export interface Armed {
  readonly armed: boolean;
  readonly reasons: readonly string[];
}
