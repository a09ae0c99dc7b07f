/** kwdb:dr:Backup: exports on a systemd timer, each run proved by its manifest, copied off the machine, and kept as long as declared. */
import * as pulumi from '@pulumi/pulumi';
import type { Finding } from '../../core/finding';
import { backupFiles, backupSecretFiles } from '../../core/kwdb/render/backupFiles';
import { BACKUP_UNIT, backupRoot, OFF_IDENTITY, VERIFY_UNIT } from '../../core/kwdb/render/paths';
import type { KwdbInput } from '../../core/kwdb/spec/schema';
import type { KwdbBackup as KwdbBackupSpec, KwdbNode, KwdbSpec } from '../../core/kwdb/spec/types';
import { refusal } from '../clusterInput';
import { KwdbBackup, KwdbFiles, KwdbSecrets } from '../dynamic';
import { toFilesArgs, toSecretFilesArgs } from '../host/fileArgs';
import type { KwdbBackupArgs, KwdbHostArgs, SecretArgs } from '../hostArgs';
import { loadTemplates } from '../templates';
import { kwdbHost, parseKwdbInput } from './input';
import type { WalSettings } from './settings';

export type BackupArgs = NonNullable<KwdbInput['backup']> & {
  readonly settings: WalSettings;
  /** Of backup.objectStore, kept as a secret: the file on the node that holds it is for root alone. A new key only changes that file. */
  readonly objectStoreKey?: pulumi.Input<ObjectStoreKey>;
};

export interface ObjectStoreKey {
  readonly id: string;
  readonly secret: string;
}

export class Backup extends pulumi.ComponentResource {
  /** Of the key with which the node reaches the second machine: into authorized_keys there. undefined without offMachine. */
  declare readonly publicKey: pulumi.Output<string | undefined>;
  /** Last good run, what the newest lacks, table by table, whether it was copied; as seen at the last up or refresh. */
  declare readonly observed: pulumi.Output<Readonly<Record<string, unknown>> | undefined>;
  declare readonly spec: KwdbSpec & { readonly backup: KwdbBackupSpec };
  declare readonly host: KwdbHostArgs;
  declare readonly node: KwdbNode;
  declare readonly ground: readonly pulumi.Resource[];

  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings, objectStoreKey, ...backup } = args;
    const spec = parseKwdbInput(name, { ...settings.input, backup }) as Backup['spec'];
    if (spec.backup.objectStore !== undefined && objectStoreKey === undefined) throw refusal([noKey(name)]);
    const hosts = spec.nodes.map((one) => one.host);
    super('kwdb:dr:Backup', name, { cluster: spec.name, hosts, ...spec.backup }, opts);
    const node = spec.nodes.find((one) => one.name === spec.backup.node) as KwdbNode;
    const host = kwdbHost(spec, node, settings.privateKey);
    const templates = loadTemplates();
    const rendered = backupFiles({ spec, templates }, spec.backup);
    const opts_ = { parent: this, dependsOn: [...settings.ground] };
    const secretFiles = toSecretFilesArgs(backupSecretFiles(spec.backup, templates));
    const keys =
      objectStoreKey === undefined || Object.keys(secretFiles).length === 0
        ? []
        : [new KwdbSecrets(`${name}-key`, { ...host, files: secretFiles, secrets: secretsOf(objectStoreKey) }, opts_)];
    const files = new KwdbFiles(`${name}-${node.name}-files`, { ...host, files: toFilesArgs(rendered) }, opts_);
    const look = new KwdbBackup(
      `${name}-look`,
      { ...host, backup: planOf(spec) },
      { parent: this, dependsOn: [files, ...keys] },
    );
    const { publicKey, observed } = look;
    Object.assign(this, { publicKey, observed, spec, host, node, ground: [files, look] });
    this.registerOutputs({ cluster: spec.name, publicKey, observed });
  }
}

function secretsOf(given: pulumi.Input<ObjectStoreKey>): SecretArgs {
  const key = pulumi.secret(given);
  return { s3Key: key.apply(({ id }) => id), s3KeySecret: key.apply(({ secret }) => secret) };
}

function noKey(path: string): Finding {
  return {
    code: 'kwdb/no-store-key',
    path: `${path}.objectStoreKey`,
    message: 'backup.objectStore is declared, and there is no key for it',
    hint: "pulumi config set --secret --path 'kingbase:kwdbObjectStoreKey.id' …, and the same for .secret; in a program of your own: objectStoreKey.",
  };
}

function planOf(spec: Backup['spec']): KwdbBackupArgs['backup'] {
  const { schedule, verify, keepDays, databases, offMachine, objectStore } = spec.backup;
  return {
    root: backupRoot(spec),
    timer: `${BACKUP_UNIT}.timer`,
    ...(verify.calendar.length === 0 ? {} : { verifyTimer: `${VERIFY_UNIT}.timer` }),
    ...(offMachine === undefined ? {} : { identity: OFF_IDENTITY }),
    wantsCopy: offMachine !== undefined || objectStore !== undefined,
    longestGapSeconds: schedule.longestGapSeconds,
    verifyGapSeconds: verify.longestGapSeconds,
    keepDays,
    databases: databases.map(({ name }) => name),
  };
}
