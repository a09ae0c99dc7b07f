/**
 * What was read about the backups of a cluster, and what is concluded from it. Remote fills BackupEvidence; a part that could not be read is
 * undefined and named in `unread`, so that it never passes as healthy.
 *
 * A failing resource that has only the text of a tool calls recogniseText(text, context?) of ./recogniseText; whoever has looked at all nodes calls
 * diagnoseBackup(evidence) of ./diagnoseBackup.
 */
import type { BackupNodeObservation } from '../../observe/backup/types';
import type { CommandText } from '../../observe/parseObservation';
import type { ServerAnswers } from '../../observe/types';
import type { NodeTarget } from '../../topology/nodeTarget';
import type { BackupTarget } from '../types';

export interface BackupEvidence {
  readonly backup: BackupTarget;
  /** Database nodes, and whoever runs backups. */
  readonly nodes: readonly NodeEvidence[];
  /** Texts that somebody brought along: what a failed command printed. */
  readonly texts: readonly ToolText[];
}

export interface NodeEvidence {
  readonly name: string;
  readonly target: NodeTarget;
  readonly runsBackups: boolean;
  /** The node's clock minus ours, seconds. */
  readonly clockOffsetSeconds: number | undefined;
  readonly systemIdentifier: string | undefined;
  /** undefined on a host without a database, and where it does not answer. */
  readonly server: ServerAnswers | undefined;
  readonly backup: BackupNodeObservation | undefined;
  readonly machine: MachineEvidence | undefined;
  readonly unread: readonly Unread[];
}

export interface Unread {
  /** The node itself, or a part of what it was asked for. */
  readonly what: string;
  readonly reason: string;
}

/** What a tool printed, and where that was found. */
export interface ToolText {
  readonly node: string;
  /** A command, or a file. */
  readonly where: string;
  readonly text: string;
}

export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** The document of templates/scripts/diagnoseBackup.sh. null: there is none, or it could not be read. */
export interface MachineEvidence {
  readonly addresses: readonly string[];
  /** sys_rman is there and may be executed. */
  readonly rman: boolean;
  /** Secrets in it are masked on the node. */
  readonly conf: FileText | null;
  readonly vendorConf: FileText | null;
  readonly logind: {
    /** What logind runs with, yes or no. */
    readonly removeIpc: string | null;
    /** `file:line:text` of each place that sets it, the last one wins. */
    readonly lines: readonly string[];
  };
  readonly kernel: {
    readonly sem: string | null;
    readonly shmmax: string | null;
    readonly shmall: string | null;
    readonly pageSize: number | null;
  };
  readonly memory: { readonly totalBytes: number | null; readonly availableBytes: number | null };
  readonly oom: readonly { readonly source: string; readonly seconds: number | null; readonly line: string }[];
  readonly repositories: readonly RepositoryPlace[];
  /** The volume of the WAL; only of a database node. */
  readonly wal: { readonly path: string; readonly freeBytes: number; readonly totalBytes: number } | null;
  readonly locks: readonly {
    readonly path: string;
    readonly held: boolean;
    readonly pid: number | null;
    readonly command: string;
  }[];
  readonly stopFiles: readonly string[];
  /** Last run in each log of sys_rman and of its jobs. */
  readonly logs: readonly { readonly path: string; readonly seconds: number; readonly text: string }[];
  /** Newest lines about archive-push in the server's log. */
  readonly serverLog: FileText | null;
  readonly ssh: readonly { readonly to: string; readonly code: number; readonly text: string }[];
  /** `sys_rman check`; only of a host that runs backups. */
  readonly check: CommandText | null;
  /** Newest backup whose list of files lacks. */
  readonly missingManifests: readonly string[];
}

export interface RepositoryPlace {
  readonly path: string;
  readonly exists: boolean;
  readonly owner: string;
  readonly mode: string;
  /** As the OS user; false also where one of its directories is closed to him, then named in `closed`. */
  readonly writable: boolean;
  readonly closed: readonly string[];
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  readonly freeInodes: number | null;
  readonly mount: string;
}

/** fault: something does not work now. risk: it works, and will not help when it is needed. */
export type FaultSeverity = 'fault' | 'risk';

export interface Sighting {
  readonly node?: string;
  /** What was found, with file and line or command. */
  readonly found: string;
  /** For the cure. */
  readonly about?: Readonly<Record<string, string>>;
}

/** One thing to do. A command is run as root on the node named. */
export interface CureStep {
  readonly text: string;
  readonly on?: string;
  readonly command?: string;
}

/** Names that a cure mentions. */
export interface CureContext {
  readonly stanza: string;
  readonly conf: string;
  readonly repository: string;
  readonly bin: string;
  readonly log: string;
  readonly data: string;
  readonly user: string;
  /** The node that runs backups. */
  readonly host: string;
  /** Directory of our records. */
  readonly state: string;
}

export interface FaultRule {
  readonly id: string;
  readonly title: string;
  readonly severity: FaultSeverity;
  readonly reference: string;
  /** What tools print of it. */
  readonly texts: readonly RegExp[];
  /** What else shows it. */
  readonly look?: (evidence: BackupEvidence) => readonly Sighting[];
  readonly cure: (context: CureContext, sightings: readonly Sighting[]) => readonly CureStep[];
}

export interface DiagnosedFault {
  readonly id: string;
  readonly title: string;
  readonly severity: FaultSeverity;
  readonly nodes: readonly string[];
  /** One line each, the node first. */
  readonly evidence: readonly string[];
  readonly cure: readonly CureStep[];
  readonly reference: string;
}

export interface BackupDiagnosis {
  /** Everything was read, and nothing is wrong. */
  readonly healthy: boolean;
  /** Causes before their consequences. */
  readonly faults: readonly DiagnosedFault[];
  /** Complaints that no rule knows, as they were printed. */
  readonly unknown: readonly ToolText[];
  /** What could not be read, a line each. */
  readonly unread: readonly string[];
}
