/**
 * The resources that act on hosts. Their provider is a frozen text of a few lines that loads today's logic from the installed package when
 * it is called: state holds no logic of ours, and a new version of the package is never a change. Written out rather than serialized
 * from a closure: nothing can be captured by accident, and a program starts without loading the TypeScript compiler for it.
 */
import * as pulumi from '@pulumi/pulumi';
import { pack, type Props } from '../core/packed';
import type * as args from './hostArgs';

const MODULE = 'kingbase';

/** requireFromString(text).handler() is how Pulumi's dynamic provider host reads it; cwd there is the folder of the program's `main`. */
export function shimText(handler: string): string {
  return `exports.handler = () => {
  const call = async (method, ...args) =>
    require('module').createRequire(process.cwd() + '/anchor.js')('pulumi-kingbase/recovery').callHandler('${handler}', method, args);
  return {
    check: (olds, news) => call('check', olds, news),
    diff: (id, olds, news) => call('diff', id, olds, news),
    create: (inputs) => call('create', inputs),
    read: (id, props) => call('read', id, props),
    update: (id, olds, news) => call('update', id, olds, news),
    delete: (id, props) => call('delete', id, props),
  };
};
`;
}

/** Reachable with what drifted, or not reachable with the reason; never an input of another resource. */
export type Observed = pulumi.Output<Readonly<Record<string, unknown>> | undefined>;

abstract class HostResource extends pulumi.CustomResource {
  /** `outputs`: those that a program reads. State keeps all of them; here each costs as much as an input. */
  protected constructor(
    type: string,
    name: string,
    args: object,
    outputs: readonly string[],
    opts: pulumi.CustomResourceOptions,
  ) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    const handler = type.charAt(0).toLowerCase() + type.slice(1);
    const { stackTraceLimit } = Error;
    try {
      // The SDK keeps a printed stack trace with each promise of each property, a third of what a resource costs; all of them end here.
      Error.stackTraceLimit = Math.min(stackTraceLimit, 1);
      super(
        `pulumi-nodejs:dynamic/${MODULE}:${type}`,
        name,
        { ...unset, ...pack(args as Props, (_name, value) => isPlain(value)), __provider: shimText(handler) },
        pulumi.mergeOptions({ additionalSecretOutputs: secretOutputs(args) }, opts),
      );
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}

type Options = pulumi.CustomResourceOptions;

export class Preflight extends HostResource {
  constructor(name: string, inputs: args.PreflightArgs, opts: Options) {
    super('Preflight', name, inputs, [], opts);
  }
}

export class Install extends HostResource {
  declare readonly publicKey: pulumi.Output<string>;
  declare readonly incarnation: pulumi.Output<string>;
  constructor(name: string, inputs: args.InstallArgs, opts: Options) {
    super('Install', name, inputs, ['publicKey', 'incarnation'], opts);
  }
}

export class Files extends HostResource {
  constructor(name: string, inputs: args.NodeFilesArgs, opts: Options) {
    super('Files', name, inputs, [], opts);
  }
}

export class SecretFiles extends HostResource {
  constructor(name: string, inputs: args.SecretFilesArgs, opts: Options) {
    super('SecretFiles', name, inputs, [], opts);
  }
}

export class Bootstrap extends HostResource {
  declare readonly systemIdentifier: pulumi.Output<string>;
  constructor(name: string, inputs: args.BootstrapArgs, opts: Options) {
    super('Bootstrap', name, inputs, ['systemIdentifier'], opts);
  }
}

export class Member extends HostResource {
  constructor(name: string, inputs: args.MemberArgs, opts: Options) {
    super('Member', name, inputs, [], opts);
  }
}

export class Rollout extends HostResource {
  constructor(name: string, inputs: args.RolloutArgs, opts: Options) {
    super('Rollout', name, inputs, [], opts);
  }
}

export class Membership extends HostResource {
  constructor(name: string, inputs: args.MembershipArgs, opts: Options) {
    super('Membership', name, inputs, [], opts);
  }
}

export class Backup extends HostResource {
  constructor(name: string, inputs: args.BackupArgs, opts: Options) {
    super('Backup', name, inputs, [], opts);
  }
}

export class BackupSchedule extends HostResource {
  constructor(name: string, inputs: args.BackupScheduleArgs, opts: Options) {
    super('BackupSchedule', name, inputs, [], opts);
  }
}

export class ClusterStatus extends HostResource {
  declare readonly observed: Observed;
  constructor(name: string, inputs: args.ClusterStatusArgs, opts: Options) {
    super('ClusterStatus', name, inputs, ['observed'], opts);
  }
}

export class ClusterDiagnosis extends HostResource {
  declare readonly observed: Observed;
  constructor(name: string, inputs: args.ClusterDiagnosisArgs, opts: Options) {
    super('ClusterDiagnosis', name, inputs, ['observed'], opts);
  }
}

/** Stands before the instance of a node that is to be made anew. */
export class ReplaceGuard extends HostResource {
  constructor(name: string, inputs: args.ReplaceGuardArgs, opts: Options) {
    super('ReplaceGuard', name, inputs, [], opts);
  }
}

/** Stands before the command of a one-shot record. */
export class ActionGate extends HostResource {
  constructor(name: string, inputs: args.ActionGateArgs, opts: Options) {
    super('ActionGate', name, inputs, [], opts);
  }
}

export class V8r3Preflight extends HostResource {
  constructor(name: string, inputs: args.V8r3PreflightArgs, opts: Options) {
    super('V8r3Preflight', name, inputs, [], opts);
  }
}

/** The node's key, and who the host is; programs are the vendor's and stay so. */
export class V8r3Host extends HostResource {
  declare readonly publicKey: pulumi.Output<string>;
  constructor(name: string, inputs: args.V8r3HostArgs, opts: Options) {
    super('V8r3Host', name, inputs, ['publicKey'], opts);
  }
}

/** Our files on a node of KWDB: the handler of Files, under a name that the policies about KingbaseES nodes pass over. */
export class KwdbFiles extends HostResource {
  constructor(name: string, inputs: args.KwdbFilesArgs, opts: Options) {
    super('KwdbFiles', name, inputs, [], opts);
  }
}

/** The handler of SecretFiles, under a name of its own for the same reason. */
export class KwdbSecrets extends HostResource {
  constructor(name: string, inputs: args.KwdbSecretsArgs, opts: Options) {
    super('KwdbSecrets', name, inputs, [], opts);
  }
}

/** Certificates and keys where the server of a node looks for them; they stay there when it goes. */
export class KwdbCertificates extends HostResource {
  constructor(name: string, inputs: args.KwdbCertificatesArgs, opts: Options) {
    super('KwdbCertificates', name, inputs, [], opts);
  }
}

export class KwdbWal extends HostResource {
  declare readonly observed: Observed;
  constructor(name: string, inputs: args.KwdbWalArgs, opts: Options) {
    super('KwdbWal', name, inputs, ['observed'], opts);
  }
}

export class KwdbBackup extends HostResource {
  declare readonly observed: Observed;
  declare readonly publicKey: pulumi.Output<string | undefined>;
  constructor(name: string, inputs: args.KwdbBackupArgs, opts: Options) {
    super('KwdbBackup', name, inputs, ['observed', 'publicKey'], opts);
  }
}

export class KwdbRestore extends HostResource {
  declare readonly record: pulumi.Output<Readonly<Record<string, unknown>> | undefined>;
  constructor(name: string, inputs: args.KwdbRestoreArgs, opts: Options) {
    super('KwdbRestore', name, inputs, ['record'], opts);
  }
}

/** Top-level properties of which a part is secret: a given private key lies within `connection`, `nodes` or `peers`. */
function secretOutputs(args: object): string[] {
  return Object.entries(args)
    .filter(([name, value]) => name === 'secrets' || hasPrivateKey(value))
    .map(([name]) => name);
}

function hasPrivateKey(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(hasPrivateKey);
  }
  if (typeof value !== 'object' || value === null || pulumi.Output.isInstance(value)) {
    return false;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  return fields.privateKey !== undefined || hasPrivateKey(fields.connection);
}

/** Data alone: nothing that is known only later, and no given key, which is secret. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (value instanceof Promise || pulumi.Output.isInstance(value)) return false;
  return Object.entries(value).every(([name, part]) => name !== 'privateKey' && isPlain(part));
}
