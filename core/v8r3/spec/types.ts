/** The normalised description of a V8R3 cluster: every default filled in, every rule held. Made by parseV8r3Spec only. */
import type { ClusterSpec, ConnectionSpec } from '../../spec/types';
import type { HostSpec } from '../../spec/rules/rule';

export interface V8r3NodeSpec extends HostSpec {
  /** Position in `nodes`, from 0: the node_id of every log. */
  readonly id: number;
  readonly netDevice: string;
  readonly weight: number;
}

export interface V8r3PoolSpec {
  readonly port: number;
  readonly pcpPort: number;
  readonly pcpUser: string;
  readonly watchdogPort: number;
  readonly heartbeatPort: number;
  readonly executeUser: string;
  readonly children: number;
  readonly healthCheck: {
    readonly periodSeconds: number;
    readonly timeoutSeconds: number;
    readonly maxRetries: number;
    readonly retryDelaySeconds: number;
  };
  readonly connectTimeoutMs: number;
  readonly searchPrimaryTimeoutSeconds: number;
  readonly watchdog: {
    readonly intervalSeconds: number;
    readonly heartbeatKeepaliveSeconds: number;
    readonly heartbeatDeadtimeSeconds: number;
    /** In the order of `pools`. */
    readonly priorities: readonly number[];
  };
  readonly parameters: Readonly<Record<string, string>>;
}

export interface V8r3RecoverySpec {
  /** undefined: nobody decided; AUTO_PRIMARY_RECOVERY is then 0, the vendor's default. */
  readonly automaticPrimary: boolean | undefined;
  readonly startWithoutPrimary: boolean;
  readonly checkDisk: boolean;
  readonly mountPoints: readonly string[];
  readonly mountCheckMaxRetries: number;
  readonly dataSizeDiffMiB: number;
  readonly pingTimes: number;
  readonly sshTimeoutSeconds: number;
  readonly ipPath: string;
  readonly arpingPath: string;
}

export interface V8r3Spec {
  readonly name: string;
  readonly nodes: readonly V8r3NodeSpec[];
  /** Names of the two nodes that run kingbasecluster. */
  readonly pools: readonly string[];
  readonly connection: ConnectionSpec;
  readonly os: Pick<ClusterSpec['os'], 'user' | 'group' | 'home' | 'firewall'>;
  readonly directories: { readonly cluster: string; readonly data: string; readonly archive: string };
  readonly database: {
    readonly port: number;
    readonly superuser: string;
    readonly maintenanceUser: string;
    readonly name: string;
    readonly healthDatabase: string;
    readonly parameters: Readonly<Record<string, string>>;
  };
  readonly replication: { readonly synchronous: boolean };
  readonly pool: V8r3PoolSpec;
  readonly recovery: V8r3RecoverySpec;
  readonly trustedServers: readonly string[];
  /** a.b.c.d/len */
  readonly virtualIps: { readonly database: string; readonly cluster: string };
  /** CIDR. */
  readonly clients: readonly string[];
}
