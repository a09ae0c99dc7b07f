import type { BackupTarget, NodeBackupPlan } from '../backup/types';
import type { ClusterSpec, NodeRole, NodeSpec } from '../spec/types';

/** Everything about one node that follows from the ClusterSpec: derived here once, nowhere else. */
export interface NodePlan {
  readonly cluster: string;
  readonly name: string;
  readonly id: number;
  readonly host: string;
  readonly role: NodeRole;
  readonly node: NodeSpec;
  readonly paths: NodePaths;
  readonly ports: { readonly database: number; readonly ssh: number; readonly remoteChannel: number };
  /** Every other node of the cluster with its address: database nodes, witness, repository. */
  readonly peers: readonly PeerPlan[];
  /** repmgr slot name, `repmgr_slot_<id>`. */
  readonly slotName: string;
  /** libpq conninfo as written to repmgr.conf; no password. */
  readonly conninfo: string;
  readonly firewall: readonly FirewallRule[];
  /** undefined on a repository node: it runs no kbha. */
  readonly cron: CronPlan | undefined;
  /** Its part in the backups; undefined where it has none. */
  readonly backup?: NodeBackupPlan;
}

export interface PeerPlan {
  readonly name: string;
  readonly host: string;
  readonly role: NodeRole;
  readonly id: number;
  readonly hostKey: string;
  /** Where peers reach its sshd. */
  readonly sshPort: number;
}

export interface NodePaths {
  readonly prefix: string;
  readonly bin: string;
  readonly etc: string;
  readonly log: string;
  readonly archive: string;
  /** Where archive-push notes what lies in the repositories already, with backup.resources.archiveAsync. */
  readonly spool: string;
  readonly data: string;
  readonly wal: string | undefined;
  readonly repmgrConf: string;
  readonly repmgrdLog: string;
  readonly kbhaLog: string;
  readonly kbhaPid: string;
  readonly repmgrdPid: string;
  readonly serverLog: string;
  readonly home: string;
  readonly passwordFile: string; // ~/.kbpass
  /** setuid copy of ip(8), executable by the kingbase group only (privilege existing: /sbin/ip); repmgr.conf's ipaddr_path is its directory */
  readonly ipPath: string;
  /** likewise arping(8); repmgr.conf's arping_path is its directory */
  readonly arpingPath: string;
  /** /var/lib/pulumi-kingbase/<cluster>: our ledger, outside the data directory */
  readonly state: string;
  readonly ssh: SshPaths;
}

/** What we own below ~/.ssh of the OS user; names of our own, so that nobody's key or known_hosts is touched. */
export interface SshPaths {
  readonly directory: string;
  readonly config: string;
  readonly knownHosts: string;
  readonly authorizedKeys: string;
  readonly identity: string;
}

export interface FirewallRule {
  readonly port: number | 'icmp';
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** CIDRs, sorted */
  readonly sources: readonly string[];
  readonly why: string;
}

export interface CronPlan {
  readonly form: 'cron.d' | 'crontab';
  /** The line as it stands in the file, no newline. */
  readonly line: string;
  readonly path: string; // /etc/cron.d/KINGBASECRON or crontab:kingbase
}

export interface ClusterPlan {
  readonly spec: ClusterSpec;
  readonly nodes: readonly NodePlan[];
  /** undefined: no backups are declared. */
  readonly backup?: BackupTarget;
  /** Role-free endpoints. */
  readonly endpoints: {
    readonly readWrite: string; // host:port, virtual IP or (without one) the multi-host list
    readonly readOnly: string; // the same, a standby first, the primary where none answers
    readonly multiHostUri: string; // postgresql-style, no password
    readonly jdbc: string;
  };
}
