/** Preflight: what is asked of a host, what was seen there, and what follows. All judgement is pure; the host is only looked at. */
import type { KingbaseVersion, NodeRole } from '../spec/types';

/** ERROR: the evidence is missing. It blocks like FAIL: what could not be read never passes. */
export type Verdict = 'PASS' | 'WARN' | 'FAIL' | 'ERROR';

export type CheckGroup =
  | 'connection'
  | 'system'
  | 'account'
  | 'network'
  | 'firewall'
  | 'storage'
  | 'memory'
  | 'kernel'
  | 'time'
  | 'automation'
  | 'software'
  | 'cluster';

export interface CheckResult {
  /** Stable, kebab-case: what `preflight.accept` names. */
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
  /** Node name; `cluster` for what compares nodes. */
  readonly node: string;
  readonly verdict: Verdict;
  readonly found: string;
  readonly wanted: string;
  /** What to do; empty for PASS. */
  readonly hint: string;
}

export interface PreflightPeer {
  readonly name: string;
  readonly host: string;
  readonly sshPort: number;
  readonly role: NodeRole;
}

/** What one node shall become: plain data, an input of the Preflight resource. */
export interface PreflightRequest {
  readonly cluster: string;
  readonly version: KingbaseVersion;
  readonly name: string;
  readonly role: NodeRole;
  readonly host: string;
  readonly netDevice: string;
  readonly osUser: string;
  readonly osGroup: string;
  readonly home: string;
  readonly prefix: string;
  readonly bin: string;
  readonly repmgrConf: string;
  readonly data: string;
  readonly wal?: string;
  readonly archive: string;
  /** WAL is copied into `archive`, where nothing ever removes it. */
  readonly archivesToDirectory: boolean;
  /** Options and words for sys_rman that the vendor does not document: archive-async, lz4, zst. */
  readonly rmanOptions: readonly string[];
  readonly state: string;
  readonly databasePort: number;
  readonly channel: { readonly kind: 'ssh' | 'securecmdd'; readonly port: number };
  readonly peers: readonly PreflightPeer[];
  readonly trustedServers: readonly string[];
  /** Address without length. */
  readonly virtualIp?: string;
  readonly setuidCopies: boolean;
  readonly firewall: 'auto' | 'firewalld' | 'nftables' | 'none';
  readonly applySysctl: boolean;
  readonly install: {
    readonly source: 'existing' | 'media';
    /** The media are a zip, for which the host needs a program. */
    readonly isZip: boolean;
    /** Path on the machine that runs Pulumi. */
    readonly license?: string;
    readonly licenseMinDays: number;
    readonly licenseRequired: boolean;
  };
  readonly cronForm: 'cron.d' | 'crontab';
  readonly locale: string;
  readonly timezone: string;
  readonly sharedBuffersMiB: number;
  readonly hugePages: string;
  readonly minFreeDiskMiB: number;
  readonly minFreeMemoryMiB: number;
  readonly maxClockSkewSeconds: number;
  /** Ids whose FAIL is accepted on purpose. */
  readonly accept: readonly string[];
}

/** What the machine that runs Pulumi contributes. */
export interface RunnerFacts {
  readonly nowEpochSeconds: number;
  /** Clock of the node minus ours, as little as it can be given how long the question took; undefined where it was not asked. */
  readonly clockOffsetSeconds: number | undefined;
  /** Text of install.license, where given; undefined where it could not be read. */
  readonly licenseText?: string;
}

export interface NodeEvidence {
  readonly request: PreflightRequest;
  readonly runner: RunnerFacts;
  /** What preflight.sh printed; undefined where the host could not be asked. */
  readonly output: string | undefined;
  /** Why it could not be asked: the finding of the connection. */
  readonly unreachable?: { readonly code: string; readonly message: string; readonly hint: string };
}

export interface PreflightReport {
  readonly results: readonly CheckResult[];
  /** No FAIL and no ERROR. */
  readonly passed: boolean;
}
