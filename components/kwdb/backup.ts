/** kwdb:dr:Backup: exports on a systemd timer, each run proved by its manifest, copied off the machine, and kept as long as declared. */
import * as pulumi from '@pulumi/pulumi';
import { backupFiles } from '../../core/kwdb/render/kwdbFiles';
import { BACKUP_UNIT, backupRoot, OFF_IDENTITY } from '../../core/kwdb/render/paths';
import type { KwdbInput } from '../../core/kwdb/spec/schema';
import type { KwdbBackup as KwdbBackupSpec, KwdbNode, KwdbSpec } from '../../core/kwdb/spec/types';
import { KwdbBackup, KwdbFiles } from '../dynamic';
import { toFilesArgs } from '../host/fileArgs';
import type { KwdbBackupArgs, KwdbHostArgs } from '../hostArgs';
import { loadTemplates } from '../templates';
import { kwdbHost, parseKwdbInput } from './input';
import type { WalSettings } from './settings';

export type BackupArgs = NonNullable<KwdbInput['backup']> & {
  readonly settings: WalSettings;
};

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
    const { settings, ...backup } = args;
    const spec = parseKwdbInput(name, { ...settings.input, backup }) as Backup['spec'];
    const hosts = spec.nodes.map((one) => one.host);
    super('kwdb:dr:Backup', name, { cluster: spec.name, hosts, ...spec.backup }, opts);
    const node = spec.nodes.find((one) => one.name === spec.backup.node) as KwdbNode;
    const host = kwdbHost(spec, node, settings.privateKey);
    const rendered = backupFiles({ spec, templates: loadTemplates() }, spec.backup);
    const opts_ = { parent: this, dependsOn: [...settings.ground] };
    const files = new KwdbFiles(`${name}-${node.name}-files`, { ...host, files: toFilesArgs(rendered) }, opts_);
    const look = new KwdbBackup(
      `${name}-look`,
      { ...host, backup: planOf(spec) },
      { parent: this, dependsOn: [files] },
    );
    const { publicKey, observed } = look;
    Object.assign(this, { publicKey, observed, spec, host, node, ground: [files, look] });
    this.registerOutputs({ cluster: spec.name, publicKey, observed });
  }
}

function planOf(spec: Backup['spec']): KwdbBackupArgs['backup'] {
  const { schedule, keepDays, databases, offMachine } = spec.backup;
  return {
    root: backupRoot(spec),
    timer: `${BACKUP_UNIT}.timer`,
    ...(offMachine === undefined ? {} : { identity: OFF_IDENTITY }),
    longestGapSeconds: schedule.longestGapSeconds,
    keepDays,
    databases: databases.map(({ name }) => name),
  };
}
