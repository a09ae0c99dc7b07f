// What a policy is: one rule per file, which says what must not be, what it protects from, and where that is known from.
import type { BackupTarget } from '../backup/types';
import type { Finding } from '../finding';
import type { ClusterStatusReport } from '../observe/clusterReport';
import type { RmanSections } from '../render/parse/sysRman';
import type { HbaRule } from '../render/parse/hba';
import type { AuthorizedKey } from '../render/parse/keys';
import type { Setting } from '../render/parse/settings';
import type { ClusterSpec, NodeRole } from '../spec/types';
import type { NodeTarget } from '../topology/nodeTarget';
import type { KwdbBackupReport } from '../kwdb/backupReport';
import type { NodeLevel } from '../kwdb/levelDrift';
import type { Waiver as LevelWaiver, WalLevel } from '../kwdb/levels';
import type { KwdbBackup, KwdbSpec } from '../kwdb/spec/types';
import type { V8r3Spec } from '../v8r3/spec/types';

export type PolicyGroup = 'backup' | 'recovery' | 'topology' | 'security' | 'capacity' | 'status';
export type PolicyLevel = 'mandatory' | 'advisory' | 'disabled';
export type PolicySeverity = 'low' | 'medium' | 'high' | 'critical';
/**
 * declared: the specification, known at preview. rendered: the text that will be written, parsed; known at preview except for the keys
 * that nodes make themselves. observed: what the nodes said at the last update or refresh; before that it is "not proved", a warning.
 */
export type PolicyBasis = 'declared' | 'rendered' | 'observed';

export interface FileText {
  readonly text: string;
  readonly mode: string;
  readonly owner: string;
}

/** On which node a text lands. */
export interface Place {
  readonly node: string;
  readonly role: NodeRole;
}

/** What a rule looks at, by the kind that it names. */
export interface Subjects {
  /** A record of a recovery action. */
  readonly action: {
    readonly name: string;
    readonly kind: string;
    readonly destructive: boolean;
    readonly confirm: string | undefined;
  };
  readonly cluster: ClusterSpec;
  /** A cluster of V8R3. */
  readonly v8r3: V8r3Spec;
  /** es_rep.conf of a node. */
  readonly server: Place & { readonly path: string; readonly settings: readonly Setting[] };
  /** sys_hba.conf of a node. */
  readonly hba: Place & { readonly path: string; readonly rules: readonly HbaRule[] };
  /** Files outside the data directory: system settings, firewall, repmgr.conf, ssh. By path. */
  readonly host: Place & { readonly files: Readonly<Record<string, FileText>> };
  /** Every text of a resource, wherever it lands. */
  readonly texts: Place & { readonly files: Readonly<Record<string, FileText>> };
  readonly trust: Place & { readonly path: string; readonly keys: readonly AuthorizedKey[] };
  readonly secrets: Place & { readonly secrets: Readonly<Record<string, string>> };
  readonly connection: { readonly host: string; readonly hostKey: string | undefined };
  /** Everything that carries the backups of one cluster out. */
  readonly backup: {
    readonly target: BackupTarget;
    readonly nodes: readonly Pick<NodeTarget, 'name' | 'host' | 'role' | 'data'>[];
    /** sys_rman.conf of each node, as it will be written. */
    readonly confs: readonly { readonly node: string; readonly path: string; readonly sections: RmanSections }[];
  };
  /** A record that restores to a point. */
  readonly restore: {
    readonly requestId: string;
    readonly inPlace: boolean;
    readonly oldData: string | undefined;
    readonly confirm: string | undefined;
  };
  /** Hosts on AWS, as declared. */
  readonly awsNodes: {
    readonly production: boolean;
    readonly bucket: string | undefined;
    readonly placed: readonly { readonly name: string; readonly role: NodeRole; readonly zone: string }[];
  };
  /** A resource of AWS that belongs to a cluster of ours, by its tag. */
  readonly awsResource: {
    readonly kind: string;
    readonly name: string;
    readonly props: Readonly<Record<string, unknown>>;
  };
  /** The log of a KWDB cluster, as declared. */
  readonly kwdb: {
    readonly level: WalLevel;
    readonly checkpointSeconds: number;
    readonly secureMode: KwdbSpec['secureMode'];
    readonly waiver: LevelWaiver | undefined;
  };
  /** What is exported of a KWDB cluster, and where to; hosts: its nodes. */
  readonly kwdbBackup: Pick<KwdbBackup, 'schedule' | 'verify' | 'offMachine' | 'objectStore'> & {
    readonly hosts: readonly string[];
  };
  /** What its nodes said about backups; observed: undefined before the first look. */
  readonly kwdbBackups: {
    readonly cluster: string;
    readonly longestGapSeconds: number;
    /** 0: runs are never read again. */
    readonly verifyGapSeconds: number;
    readonly observed:
      | { readonly reachable: true; readonly report: KwdbBackupReport }
      | { readonly reachable: false; readonly reason: string }
      | undefined;
  };
  /** What its engines said about the level. */
  readonly kwdbLevels: {
    readonly cluster: string;
    readonly observed:
      | {
          readonly nodes: Readonly<Record<string, NodeLevel>>;
          readonly drift: readonly string[];
          readonly findings: readonly string[];
          /** Absent in a state of an older version, which told them among findings. */
          readonly certificates?: readonly string[];
        }
      | undefined;
  };
  /** Texts in which somebody may send statements: commands, and files on hosts of KWDB. By place. */
  readonly statements: { readonly texts: Readonly<Record<string, string>> };
  readonly stack: StackFacts;
  readonly status: {
    readonly cluster: string;
    /** What is declared about backups; undefined where nothing is. */
    readonly backup: BackupTarget | undefined;
    readonly report: ClusterStatusReport | undefined;
  };
}

export interface StackFacts {
  readonly nodes: readonly { readonly cluster: string; readonly name: string; readonly host: string }[];
  readonly endpoints: readonly { readonly cluster: string; readonly address: string }[];
  /** Of our clusters; closed: an access block beside it shuts all four ways. */
  readonly buckets: readonly { readonly cluster: string; readonly name: string; readonly closed: boolean }[];
  /** Clusters of KWDB; saved: a backup is declared. */
  readonly kwdb: readonly { readonly cluster: string; readonly saved: boolean }[];
}

export type SubjectKind = keyof Subjects;

/** What is wrong; the hint is the rule's unless another one fits better. */
export interface Objection extends Omit<Finding, 'code'> {
  /** The evidence is not there yet: told as a warning, never as a violation. */
  readonly unproved?: boolean;
}

export interface ConfigProperty {
  readonly type: 'integer' | 'number' | 'boolean' | 'string' | 'array';
  readonly default: number | boolean | string | readonly string[];
  readonly description: string;
  readonly minimum?: number;
}

export type ConfigSchema = Readonly<Record<string, ConfigProperty>>;

type ConfigValue<P extends ConfigProperty> = P['type'] extends 'integer' | 'number'
  ? number
  : P['type'] extends 'boolean'
    ? boolean
    : P['type'] extends 'array'
      ? readonly string[]
      : string;

export type ConfigOf<C extends ConfigSchema> = { readonly [Name in keyof C]: ConfigValue<C[Name]> };

export interface RuleText {
  /** `kingbase-<subject>-<verb>-…`; what a pack configuration names. */
  readonly id: string;
  /** What holds when the rule is satisfied. */
  readonly title: string;
  readonly group: PolicyGroup;
  readonly level: PolicyLevel;
  readonly severity: PolicySeverity;
  readonly restsOn: PolicyBasis;
  /** What happens to those who break it. */
  readonly protectsFrom: string;
  /** Where this is known from. */
  readonly evidence: string;
  /** What to do, as sentences. */
  readonly hint: string;
}

export interface Definition<K extends SubjectKind, C extends ConfigSchema> extends RuleText {
  readonly subject: K;
  readonly config?: C;
  /** `now`: when ages are judged, milliseconds since 1970. */
  readonly judge: (subject: Subjects[K], config: ConfigOf<C>, now: number) => readonly Objection[];
}

/** A rule as the pack and the command line handle it: of any subject, with a config read elsewhere. */
export interface PolicyRule extends RuleText {
  readonly subject: SubjectKind;
  readonly config: ConfigSchema;
  readonly judge: (subject: never, config: never, now: number) => readonly Objection[];
}

export function defineRule<K extends SubjectKind, const C extends ConfigSchema = Readonly<Record<never, never>>>(
  definition: Definition<K, C>,
): PolicyRule {
  return { ...definition, config: definition.config ?? {} };
}

/** A resource as policies are shown it: its inputs for most rules, its outputs for those of the whole stack. */
export interface PolicyResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Name of the resource that it belongs to. */
  readonly parent?: string;
}
