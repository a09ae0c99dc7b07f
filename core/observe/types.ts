/** What one node said about itself, parsed: every decision (bootstrap, join, rollout, status) rests on this shape and nothing else. */

export interface UnreachableNode {
  readonly reachable: false;
  readonly name: string;
  /** Why it could not be read, for a person. */
  readonly reason: string;
}

export interface ReachableNode {
  readonly reachable: true;
  readonly name: string;
  readonly machineId: string;
  /** The node's clock, seconds since 1970. */
  readonly epochSeconds: number;
  readonly data: DataDirectory;
  readonly control: ControlData | undefined;
  readonly server: ServerObservation;
  readonly repmgr: RepmgrObservation;
  /** Process id where it runs; null where it does not. */
  readonly repmgrdPid: number | null;
  readonly kbhaPid: number | null;
  readonly automation: Automation;
  /** IPv4 and IPv6 addresses bound on the node, with their prefix length. */
  readonly addresses: readonly string[];
  /** Of the device that carries the virtual IP, lower case; undefined where it could not be read. */
  readonly hardwareAddress?: string | undefined;
  /** Hardware addresses that answer for the virtual IP on the network, as a node sees it that does not hold it. */
  readonly virtualIpAnswers?: readonly string[];
  /** Text of es_rep.conf as it lies there; undefined where there is none. */
  readonly managedSettingsText: string | undefined;
  readonly ledger: LedgerTexts;
}

export type NodeObservation = ReachableNode | UnreachableNode;

/** The cron line that keeps kbha alive: paused = commented out (an operator's hand), which we never undo. */
export type Automation = 'active' | 'paused' | 'missing';

export interface DataDirectory {
  readonly state: 'absent' | 'empty' | 'present' | 'unreadable';
  readonly standbySignal: boolean;
  readonly mountPoint: boolean;
  /** `<data>.bootstrap`, the place where an unfinished bootstrap builds. */
  readonly unfinishedBootstrap: boolean;
  /** A server was started in it once: its kingbase.opts or kingbase.pid is there, which no base backup copies. */
  readonly started: boolean;
  /** What a base backup leaves that nothing was started from: its label, or no more than the WAL directory it makes first. */
  readonly baseBackup: boolean;
}

export interface ControlData {
  readonly systemIdentifier: string;
  /** "in production", "shut down", "in archive recovery", … */
  readonly state: string;
  readonly timeline: number;
  readonly checkpointLsn: string;
  readonly minRecoveryLsn: string | undefined;
}

export interface ServerObservation {
  /** A server process owns the data directory. */
  readonly running: boolean;
  /** Answers of the server; undefined where it does not answer. */
  readonly answers: ServerAnswers | undefined;
  /** Why it does not answer. */
  readonly reason: string | undefined;
}

export interface ServerAnswers {
  readonly inRecovery: boolean;
  readonly timeline: number | undefined;
  /** Primary: current write position. Standby: last received. */
  readonly writeLsn: string | undefined;
  /** Standby only. */
  readonly replayLsn: string | undefined;
  readonly receiver: WalReceiver | undefined;
  readonly replicas: readonly ReplicaRow[];
  readonly slots: readonly SlotRow[];
  readonly synchronousStandbyNames: string;
  readonly clusterRole: ClusterRole | undefined;
  readonly settings: readonly SettingRow[];
  readonly fileSettings: readonly FileSettingRow[];
  /** What get_license_validdays() says (facts 6.4, D); undefined where there is no such function. */
  readonly licenseDays?: number | undefined;
}

export interface WalReceiver {
  readonly status: string;
  readonly senderHost: string;
  readonly slotName: string;
  readonly timeline: number | undefined;
}

export interface ReplicaRow {
  readonly name: string;
  readonly address: string;
  readonly state: string;
  readonly syncState: string;
  readonly replayLsn: string;
  /** Bytes between the primary's write position and what this replica replayed. */
  readonly lagBytes: number | undefined;
}

export interface SlotRow {
  readonly name: string;
  readonly type: string;
  readonly active: boolean;
  readonly restartLsn: string;
}

/** Rights of the role that repmgr logs in with. */
export interface ClusterRole {
  readonly superuser: boolean;
  readonly replication: boolean;
  readonly login: boolean;
  readonly inKcluster: boolean;
}

export interface SettingRow {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  /** bool | integer | real | string | enum */
  readonly type: string;
  readonly context: string;
  readonly source: string;
  readonly file: string;
  readonly line: number | undefined;
  readonly pendingRestart: boolean;
}

export interface FileSettingRow {
  readonly name: string;
  readonly value: string;
  readonly file: string;
  readonly line: number | undefined;
  readonly applied: boolean;
  readonly error: string;
}

export interface RepmgrObservation {
  /** Rows of repmgr.nodes as this node sees them; undefined where they could not be read. */
  readonly records: readonly RepmgrRecord[] | undefined;
  /** What the shared memory of the server says of repmgrd. */
  readonly paused: boolean | undefined;
  /** Rows of `repmgr cluster show`; undefined where it gave none. */
  readonly clusterShow: readonly ClusterShowRow[] | undefined;
}

export interface RepmgrRecord {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly active: boolean;
  readonly upstreamId: number | undefined;
  readonly location: string;
  readonly priority: number;
  readonly slotName: string;
  readonly conninfo: string;
}

export interface ClusterShowRow {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly status: string;
  readonly upstream: string;
  readonly location: string;
  readonly priority: number | undefined;
  readonly timeline: number | undefined;
  readonly lagBytes: number | undefined;
}

/** Our own notes on the node, outside the data directory. */
export interface LedgerTexts {
  readonly bootstrap: string | undefined;
  readonly member: string | undefined;
  readonly rollout: string | undefined;
  readonly teardown: string | undefined;
}
