/** kingbase:backup:Archiving: what the servers must archive with, and for how long a segment may wait; kingbase:Backup proves that it is in effect. */
import * as pulumi from '@pulumi/pulumi';
import type { BackupTarget } from '../../core/backup/types';

export class Archiving extends pulumi.ComponentResource {
  constructor(
    name: string,
    { archive, conf, archiveTimeoutSeconds }: BackupTarget,
    opts: pulumi.ComponentResourceOptions,
  ) {
    const facts = { mode: archive.mode, command: archive.command, conf, archiveTimeoutSeconds };
    super('kingbase:backup:Archiving', name, facts, opts);
    this.registerOutputs(facts);
  }
}
