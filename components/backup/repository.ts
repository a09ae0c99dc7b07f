/** kingbase:backup:Repository: where the backups of a cluster lie: its stanza, proved archiving, and a first full backup. */
import * as pulumi from '@pulumi/pulumi';
import type { BackupSpec, BackupTarget } from '../../core/backup/types';
import { Backup } from '../dynamic';
import type { HostArgs } from '../hostArgs';

export interface RepositoryArgs {
  readonly spec: BackupSpec;
  readonly target: BackupTarget;
  readonly nodes: readonly HostArgs[];
  /** node: text of its sys_rman.conf, secrets as placeholders. */
  readonly conf: Readonly<Record<string, string>>;
  /** Archiving has to be in effect before. */
  readonly after: readonly pulumi.Resource[];
}

export class Repository extends pulumi.ComponentResource {
  declare readonly backup: Backup;

  constructor(name: string, args: RepositoryArgs, opts: pulumi.ComponentResourceOptions) {
    const { spec, target, nodes, conf, after } = args;
    const { stanza, placement, repositories, encryption, retention, resources } = spec;
    const facts = { stanza, placement, hosts: target.hosts, repositories, encryption, retention, resources };
    super('kingbase:backup:Repository', name, facts, opts);
    this.backup = new Backup(
      `${target.cluster}-backup`,
      { nodes: [...nodes], backup: target, conf },
      { parent: this, dependsOn: [...after] },
    );
    this.registerOutputs({ stanza, hosts: target.hosts });
  }
}
