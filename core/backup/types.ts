/** What a user asks for about backups, normalised, and what follows from it for the nodes. Made by parseClusterSpec and planBackup only. */

/**
 * external: a host of its own (role repository), recommended. internal: a database node keeps it, and loses it with its disk.
 * perNode: each database node backs up itself (the vendor's single-pro, V9), and archive_mode is always.
 */
export type BackupPlacement = 'external' | 'internal' | 'perNode';

export type BackupKind = 'full' | 'differential' | 'incremental';

export interface PosixRepository {
  readonly kind: 'posix';
  /** Name of the node that holds it; undefined with perNode, where every database node holds its own. */
  readonly node: string | undefined;
  /** Absolute; the same on every node, because each keeps its sys_rman.conf there. */
  readonly path: string;
}

/** V9. The keys are secrets (`backupSecrets`), and lie on the repository node only. */
export interface S3Repository {
  readonly kind: 's3';
  /** Node through which the others reach it. */
  readonly node: string | undefined;
  /** Path below the bucket. */
  readonly path: string;
  readonly bucket: string;
  /** https://host:port */
  readonly endpoint: string;
  readonly region: string;
  readonly verifyTls: boolean;
}

export type RepositorySpec = PosixRepository | S3Repository;

/** When one job runs: cron's five fields, and the intent as the user wrote it. */
export interface JobSchedule {
  readonly kind: BackupKind;
  /** As written, for example "weekly on Sunday 02:00". */
  readonly intent: string;
  /** minute hour day-of-month month day-of-week, no user column. */
  readonly cron: string;
  /** Longest time between two runs, seconds. */
  readonly longestGapSeconds: number;
}

export interface BackupResources {
  /** Parallel processes of a backup, 1-999; sys_rman caps it at the number of CPUs. */
  readonly processMax: number;
  /** MB/s, 0 = no limit (band-width). */
  readonly bandwidthMBs: number;
  readonly compress: 'none' | 'gz' | 'lz4' | 'zst';
  /** 0-9 */
  readonly compressLevel: number;
  /** One process pushes ahead of the server, for archive-push alone. */
  readonly archiveAsync: boolean;
  readonly archiveProcessMax: number;
  /** Seconds a backup waits for its last segment. */
  readonly archiveTimeoutSeconds: number;
  readonly databaseTimeoutSeconds: number;
  /** More than databaseTimeoutSeconds. */
  readonly protocolTimeoutSeconds: number;
  readonly ioTimeoutSeconds: number;
  readonly tcpKeepAlive: { readonly idleSeconds: number; readonly intervalSeconds: number; readonly count: number };
  /** MiB of WAL that may wait for the archive before a backup is refused (non-archived-space, 128-1024). */
  readonly nonArchivedSpaceMiB: number;
  /** MiB free on the repository's volume below which sys_rman warns, or refuses (newer builds). */
  readonly diskWarnMiB: number;
  readonly diskErrorMiB: number;
  /** Immediate checkpoint at the start of a backup. */
  readonly startFast: boolean;
}

export interface DrillCheck {
  readonly name: string;
  readonly database: string;
  /** One SELECT; its first column of its first row, as text. */
  readonly query: string;
  /** Text that must come; without it the query must only succeed. */
  readonly expected?: string;
}

export interface DrillSpec {
  /** undefined: never on a schedule. */
  readonly schedule: Omit<JobSchedule, 'kind'> | undefined;
  /** Where the restored copy lies while it is tested; removed afterwards. On the repository node. */
  readonly directory: string;
  /** Port of the restored server: on a unix socket only, it never listens on the network. */
  readonly port: number;
  /** database.schema.table: row counts compared with the source. */
  readonly tables: readonly string[];
  readonly checks: readonly DrillCheck[];
  /** Seconds after which a drill counts as failed. */
  readonly timeoutSeconds: number;
  /** Days after which the last good drill is too old. */
  readonly maxAgeDays: number;
}

export interface BackupSpec {
  readonly stanza: string;
  readonly placement: BackupPlacement;
  /** First: the one that placement names. 1-8; more than one, and s3, V9 only. */
  readonly repositories: readonly RepositorySpec[];
  readonly encryption: 'none' | 'aes-256-cbc';
  /** In the order full, differential, incremental; at most one of each. */
  readonly jobs: readonly JobSchedule[];
  /** How far back a restore must reach. */
  readonly retention: {
    readonly windowDays: number;
    /** repo1-retention-full: full backups that are kept. Follows from the window and the schedule of full backups, or given. */
    readonly fullBackups: number;
  };
  readonly resources: BackupResources;
  readonly drill: DrillSpec;
  /** Hours after which the last good verify is too old. */
  readonly verifyMaxAgeHours: number;
  readonly verifySchedule: Omit<JobSchedule, 'kind'> | undefined;
  /** replace: lines of sys_backup.sh for our stanza are taken out of cron, and kept in the ledger. refuse: they are an error that shows both. */
  readonly vendorCronLines: 'refuse' | 'replace';
  /** Keys of newer builds (C8 and later, V9) may be written. */
  readonly newerKeys: boolean;
  /** Keys of sys_rman.conf beyond ours. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** One line of cron, as it stands in the file. */
export interface BackupCronLine {
  readonly job: BackupKind | 'verify' | 'drill';
  readonly line: string;
}

/** What follows for one node. undefined in NodePlan where the cluster has no backup or the node (a witness) no part in it. */
export interface NodeBackupPlan {
  /** `<path>/sys_rman.conf` of the first posix repository: the --config of every call on this node. */
  readonly conf: string;
  /** This node runs backups and holds (or reaches) the repository. */
  readonly holdsRepository: boolean;
  /** Where its cron lines stand: /etc/cron.d/KINGBASECRON or crontab:<user>; empty lines elsewhere than on the node that runs backups. */
  readonly cron: {
    readonly form: 'cron.d' | 'crontab';
    readonly path: string;
    readonly lines: readonly BackupCronLine[];
  };
}

/** What handlers, drill and diagnosis get about the backups of one cluster: flat, plain data, no secret. */
export interface BackupTarget {
  readonly cluster: string;
  readonly stanza: string;
  readonly placement: BackupPlacement;
  /** Names of the nodes on which sys_rman backs up: one, or with perNode every database node. */
  readonly hosts: readonly string[];
  readonly repositories: readonly RepositorySpec[];
  readonly conf: string;
  readonly encryption: 'none' | 'aes-256-cbc';
  /** What the servers must run with. */
  readonly archive: { readonly mode: 'on' | 'always'; readonly command: string };
  readonly jobs: readonly JobSchedule[];
  readonly cron: NodeBackupPlan['cron'];
  readonly retention: BackupSpec['retention'];
  readonly drill: DrillSpec;
  readonly verifyMaxAgeHours: number;
  readonly vendorCronLines: 'refuse' | 'replace';
  readonly archiveTimeoutSeconds: number;
  readonly processMax: number;
}
