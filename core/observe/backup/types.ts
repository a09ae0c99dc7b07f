/** What one node says of the backups, and what all of them say together. */
import type { ArchiverObservation, Catalogue, DrillRecord, JobRecord } from '../../backup/observation';

export interface UnreadBackupNode {
  readonly reachable: false;
  readonly name: string;
  readonly reason: string;
}

export interface BackupNodeObservation {
  readonly reachable: true;
  readonly name: string;
  /** The node's clock, seconds since 1970. */
  readonly epochSeconds: number;
  /** sys_rman.conf lies where it belongs. */
  readonly conf: boolean;
  /** Only of a node that runs backups; undefined where it could not be read, then with the reason. */
  readonly catalogue: Catalogue | undefined;
  readonly catalogueReason: string | undefined;
  /** Only of a database node that answers. */
  readonly archiver: ArchiverObservation | undefined;
  readonly sessions: BackupSessions | undefined;
  readonly repositories: readonly {
    readonly path: string;
    readonly freeBytes: number | null;
    /** `kingbase:kingbase 750`, empty where there is none. */
    readonly access: string;
  }[];
  readonly jobs: readonly JobRecord[];
  /** Newest first. */
  readonly drills: readonly DrillRecord[];
  /** undefined where there is none. */
  readonly cronFile: string | undefined;
  readonly crontab: string | undefined;
  /** The unit of a first full backup runs. */
  readonly unitActive: boolean;
  /** Owner of the directory of the records; empty where there is none. */
  readonly stateOwner: string;
}

/** Idle sessions of a backup: what the server does to them, and what a role says otherwise. */
export interface BackupSessions {
  /** The name that the server knows, client_idle_timeout or a later one; undefined where it knows none. */
  readonly setting: string | undefined;
  readonly seconds: number | undefined;
  /** role: its own value. */
  readonly roles: Readonly<Record<string, string>>;
}

export type ObservedBackupNode = BackupNodeObservation | UnreadBackupNode;
