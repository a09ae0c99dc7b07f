/** The normalised description of a cluster: every default filled in, every rule held. Made by parseClusterSpec only. */
import type { BackupSpec } from '../backup/types';

export type KingbaseVersion = 'V8R6' | 'V9';
export type NodeRole = 'database' | 'witness' | 'repository';
export type SynchronousMode = 'quorum' | 'sync' | 'all' | 'async' | 'custom';
export type RecoveryMode = 'automatic' | 'standby' | 'manual';
export type FailoverPreset = 'fast' | 'normal' | 'safe' | 'wide';

export interface NodeSpec {
  readonly name: string;
  /** Address that peers, clients and we use; repmgr identifies nodes by it. */
  readonly host: string;
  readonly role: NodeRole;
  /** repmgr node_id; default: position among database and witness nodes, from 1; 0 for a repository, which repmgr does not know. */
  readonly id: number;
  /** Promotion priority, 0 = never promoted. */
  readonly priority: number;
  readonly location: string;
  /** OpenSSH public host key line ("ssh-ed25519 AAAA…"); pinned, required. */
  readonly hostKey: string;
  /** Overrides of `connection` for this node. */
  readonly connection?: Partial<Pick<ConnectionSpec, 'user' | 'port'>>;
  readonly netDevice: string;
}

export interface BastionSpec {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
}

/** How this program reaches the hosts (not how hosts reach one another). The key itself is a secret and is not here. */
export interface ConnectionSpec {
  readonly user: string;
  readonly port: number;
  /** Path of the private key on the machine that runs Pulumi; else the secret `privateKey`, else the agent. */
  readonly privateKeyFile?: string;
  /** Use the ssh agent at SSH_AUTH_SOCK. */
  readonly agent: boolean;
  readonly bastion?: BastionSpec;
  /** Seconds to wait for the TCP connection and the handshake. */
  readonly connectTimeoutSeconds: number;
}

export interface InstallSpec {
  /** existing: `<directories.prefix>/bin` is already on every node. media: db.zip is unpacked there. */
  readonly source: 'existing' | 'media';
  /** Path of db.zip on the machine that runs Pulumi. */
  readonly zip?: string;
  readonly zipSha256?: string;
  /** Path of license.dat on the machine that runs Pulumi; V9 may leave it out (trial licence). */
  readonly license?: string;
  /** Days that the licence must still be valid. */
  readonly licenseMinDays: number;
}

export interface DatabaseSpec {
  readonly port: number;
  readonly superuser: string;
  readonly mode: 'oracle' | 'pg' | 'mysql';
  readonly encoding: string;
  readonly locale: string;
  readonly caseSensitive: boolean;
  readonly checksums: boolean;
  readonly auth: 'scram-sha-256' | 'md5';
  /** kingbase.conf / es_rep.conf settings beyond ours, already checked against the parameter table. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Added to shared_preload_libraries after repmgr and after what initdb wrote; never holds repmgr itself. */
  readonly preloadLibraries?: readonly string[];
}

export interface ReplicationSpec {
  readonly synchronous: SynchronousMode;
  readonly syncNodes: readonly string[];
  readonly potentialNodes: readonly string[];
  readonly asyncNodes: readonly string[];
}

export interface FailoverSpec {
  readonly preset: FailoverPreset;
  readonly failover: 'automatic' | 'manual';
  readonly recovery: RecoveryMode;
  readonly monitorIntervalSeconds: number;
  readonly reconnectAttempts: number;
  readonly reconnectIntervalSeconds: number;
  readonly connectTimeoutSeconds: number;
  readonly tcpUserTimeoutMs: number;
  readonly walSenderTimeoutMs: number;
  readonly walReceiverTimeoutMs: number;
  readonly vipTimeoutSeconds: number;
  readonly trustedServers: readonly string[];
  readonly runningUnderFailureTrustedServers: boolean;
  readonly autoClusterRecoveryLevel: 0 | 1 | 2;
  readonly useCheckDisk: boolean;
  readonly mountCheckMaxRetries: number;
}

export interface VirtualIpSpec {
  /** a.b.c.d/len */
  readonly address: string;
  /** setuidCopy: copies of ip and arping of ours, setuid root, for the OS group only. existing: prepared by the user in /sbin. */
  readonly privilege: 'setuidCopy' | 'existing';
}

export type EndpointKind = 'loadBalancer' | 'secondaryAddress' | 'dnsRecord';

/** The one address of the primary where arping leads nowhere. */
export interface EndpointSpec {
  readonly kind: EndpointKind;
  /** What clients connect to. */
  readonly addresses: readonly string[];
  readonly checkPort: number;
  /** CIDRs that may ask the health check. */
  readonly checkSources: readonly string[];
  readonly checkIntervalSeconds: number;
  /** majority: announced only while it reaches more than half of the members. */
  readonly fence: 'majority' | 'none';
  readonly region?: string;
  readonly zoneId?: string;
  readonly ttlSeconds: number;
}

/** What nodes report about themselves to a cloud. */
export interface MetricsSpec {
  readonly kind: 'cloudWatch';
  readonly region: string;
  readonly namespace: string;
  readonly volumes: readonly {
    readonly name: string;
    readonly mountPoint: string;
    readonly roles: readonly NodeRole[];
  }[];
}

export interface ArchiveSpec {
  readonly mode: 'on' | 'always';
  /** repository: sys_rman pushes to the repository of `backup`. directory: cp to <prefix>/archive, never cleaned. discard: `exit 0`. command: the user's own. */
  readonly to: 'repository' | 'directory' | 'discard' | 'command';
  /** The archive_command as the server runs it. */
  readonly command: string;
}

export interface ClusterSpec {
  readonly name: string;
  readonly version: KingbaseVersion;
  readonly nodes: readonly NodeSpec[];
  readonly connection: ConnectionSpec;
  readonly install: InstallSpec;
  readonly os: {
    /** Owner of the database processes. */
    readonly user: string;
    readonly group: string;
    readonly home: string;
    /** Write sysctl, limits and logind drop-ins; apply: also put sysctl into effect now. */
    readonly applySysctl: boolean;
    readonly firewall: 'auto' | 'firewalld' | 'nftables' | 'none';
    readonly timezone: string;
  };
  readonly directories: {
    /** Ends in /kingbase, as the vendor's installer makes it; bin, etc, log, archive lie below. */
    readonly prefix: string;
    readonly data: string;
    readonly wal?: string;
    /** Declared size of the volume that holds the WAL; the WAL budget must fit into 80 % of it. */
    readonly walVolumeMiB?: number;
  };
  readonly database: DatabaseSpec;
  readonly replication: ReplicationSpec;
  readonly failover: FailoverSpec;
  readonly virtualIp?: VirtualIpSpec;
  readonly endpoint?: EndpointSpec;
  /** undefined: nothing is reported. */
  readonly metrics?: MetricsSpec;
  /** How hosts run commands on one another. */
  readonly remoteChannel: { readonly kind: 'ssh' | 'securecmdd'; readonly port: number };
  /** Networks allowed in sys_hba.conf besides the peers; CIDR, never 0.0.0.0/0. */
  readonly clients: readonly string[];
  readonly archive: ArchiveSpec;
  /** undefined: no backups. */
  readonly backup?: BackupSpec;
  /** repmgr.conf settings beyond ours, already checked against the parameter table. */
  readonly repmgrParameters: Readonly<Record<string, string>>;
  /** How a restart-class change reaches the primary. */
  readonly rollout: { readonly primary: 'inPlace' | 'switchover'; readonly streamingTimeoutSeconds: number };
  /** Findings of the preflight that are accepted on purpose, by check id. */
  readonly preflight: {
    readonly accept: readonly string[];
    readonly minFreeDiskMiB: number;
    readonly minFreeMemoryMiB: number;
    readonly maxClockSkewSeconds: number;
  };
}
