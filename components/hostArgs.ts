/** Inputs of the resources that act on hosts, as components give them: plain data, secrets apart. They mirror the handlers' inputs (test/components/seams.test.ts). */
import type * as pulumi from '@pulumi/pulumi';
import type { BackupTarget } from '../core/backup/types';
import type { PreflightRequest } from '../core/preflight/types';
import type { Waiver, WalLevel } from '../core/kwdb/levels';
import type { RestoreRequest } from '../core/kwdb/restore/request';
import type { KwdbTarget } from '../core/kwdb/target';
import type { OnChange } from '../core/render/types';
import type { BastionSpec, DatabaseSpec } from '../core/spec/types';
import type { FileTarget, NodeTarget } from '../core/topology/nodeTarget';
import type { V8r3PreflightRequest } from '../core/v8r3/preflight/request';

export interface ConnectionArgs {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  /** Secret. */
  readonly privateKey?: pulumi.Input<string>;
  readonly privateKeyFile?: string;
  readonly agent?: boolean;
  readonly connectTimeoutSeconds?: number;
  readonly bastion?: BastionSpec;
}

export interface HostArgs {
  readonly connection: ConnectionArgs;
  readonly target: NodeTarget;
}

export interface FileArgs {
  /** Empty where `program` names a text of this package: some hundred kilobytes of them for each node would stand in the state. */
  readonly text: string;
  readonly program?: string;
  /** Of the program's text. */
  readonly sha256?: string;
  readonly mode: string;
  readonly owner: string;
  readonly onChange?: OnChange;
  readonly block?: string;
}

export type FilesArgs = Readonly<Record<string, FileArgs>>;

/** Secret. By the name that rendered text gives them. */
export type SecretArgs = Readonly<Record<string, pulumi.Input<string>>>;
export type SecretSource = (name: string) => pulumi.Output<string>;

export interface PreflightArgs {
  readonly nodes: readonly (HostArgs & { readonly request: PreflightRequest })[];
}

export interface InstallArgs extends HostArgs {
  readonly install: {
    readonly source: 'existing' | 'media';
    readonly zip?: string;
    readonly zipSha256?: string;
    readonly license?: string;
  };
  /** Path of the node's own private key, made there. */
  readonly identity: string;
  /** Copies of ip and arping for the virtual IP. */
  readonly setuidCopies: boolean;
  /** Id of the machine, where somebody else knows it (an instance of a cloud): another one is another machine. */
  readonly instance?: pulumi.Input<string>;
}

/** A host of any system. */
export interface FileHostArgs {
  readonly connection: ConnectionArgs;
  readonly target: FileTarget;
}

export interface NodeFilesArgs extends FileHostArgs {
  readonly files: pulumi.Input<FilesArgs>;
}

export interface SecretFilesArgs extends FileHostArgs {
  readonly files: Readonly<
    Record<string, { readonly template: string; readonly mode: string; readonly owner: string }>
  >;
  readonly secrets: SecretArgs;
}

/** What initdb is told. */
export type InstanceArgs = Pick<DatabaseSpec, 'mode' | 'encoding' | 'locale' | 'caseSensitive' | 'checksums' | 'auth'>;

export interface BootstrapArgs {
  readonly nodes: readonly HostArgs[];
  /** Name of the node whose data directory is created; a standby of it afterwards is nobody's concern here. */
  readonly first: string;
  readonly database: InstanceArgs;
  readonly files: FilesArgs;
}

export interface MemberArgs extends HostArgs {
  readonly peers: readonly HostArgs[];
  readonly files: FilesArgs;
  readonly systemIdentifier: pulumi.Input<string>;
  readonly incarnation: pulumi.Input<string>;
  /** Only for a witness, which has an instance of its own. */
  readonly database?: InstanceArgs;
}

export interface RolloutNodeArgs extends HostArgs {
  readonly reload: Readonly<Record<string, string>>;
  readonly restart: Readonly<Record<string, string>>;
}

export interface RolloutArgs {
  readonly nodes: readonly RolloutNodeArgs[];
  readonly primaryMode: 'inPlace' | 'switchover';
  readonly streamingTimeoutSeconds: number;
}

export interface MembershipArgs {
  readonly nodes: readonly HostArgs[];
}

export interface ClusterStatusArgs {
  readonly cluster: string;
  readonly nodes: readonly HostArgs[];
  /** Absent: no backups are declared. */
  readonly backup?: BackupTarget;
  /** Days that a licence must still be valid for the cluster to be armed. */
  readonly licenseMinDays: number;
}

export interface ReplaceGuardArgs {
  /** Whose host is to be made anew. */
  readonly node: string;
  readonly nodes: readonly HostArgs[];
  /** Also where the cluster cannot be looked at. */
  readonly unchecked: boolean;
}

export interface ClusterDiagnosisArgs {
  readonly cluster: string;
  readonly nodes: readonly HostArgs[];
}

export interface BackupArgs {
  readonly nodes: readonly HostArgs[];
  readonly backup: BackupTarget;
  /** node: text of its sys_rman.conf, secrets as placeholders. */
  readonly conf: Readonly<Record<string, string>>;
}

export interface ActionGateArgs {
  readonly requestId: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly does?: string;
}

export interface BackupScheduleArgs extends HostArgs {
  readonly backup: BackupTarget;
}

export interface V8r3PreflightArgs {
  readonly nodes: readonly { readonly connection: ConnectionArgs; readonly request: V8r3PreflightRequest }[];
}

export interface V8r3HostArgs extends FileHostArgs {
  readonly osUser: string;
  readonly osGroup: string;
  readonly home: string;
  /** Path of the node's own private key, made there. */
  readonly identity: string;
  /** Paths that must be executable. */
  readonly programs: readonly string[];
}

export interface KwdbHostArgs {
  readonly connection: ConnectionArgs;
  readonly target: KwdbTarget;
}

export interface KwdbFilesArgs extends KwdbHostArgs {
  readonly files: pulumi.Input<FilesArgs>;
}

export interface KwdbSecretsArgs extends KwdbHostArgs {
  readonly files: SecretFilesArgs['files'];
  readonly secrets: SecretArgs;
}

export interface KwdbCertificatesArgs extends KwdbHostArgs {
  readonly host: string;
  readonly replace: boolean;
  readonly reload: 'signal' | 'restart' | 'none';
  readonly problems: pulumi.Input<readonly string[]>;
  readonly secrets: SecretArgs;
}

export interface KwdbWalArgs {
  readonly cluster: string;
  readonly nodes: readonly KwdbHostArgs[];
  readonly level: WalLevel;
  readonly checkpointSeconds: number;
  readonly waiver?: Waiver;
}

export interface KwdbBackupArgs extends KwdbHostArgs {
  readonly backup: {
    readonly root: string;
    readonly timer: string;
    readonly verifyTimer?: string;
    readonly identity?: string;
    readonly wantsCopy: boolean;
    readonly longestGapSeconds: number;
    readonly verifyGapSeconds: number;
    readonly keepDays: number;
    readonly databases: readonly string[];
  };
}

export interface KwdbRestoreArgs extends KwdbHostArgs {
  readonly requestId: string;
  readonly request: RestoreRequest;
  readonly externalDirectory: string;
  readonly directory: string;
  readonly does: string;
}
