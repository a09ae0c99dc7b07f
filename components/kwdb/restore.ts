/** kwdb:dr:Restore: a one-shot record that brings a database or a table back from a run of the backup, once for each requestId. */
import * as pulumi from '@pulumi/pulumi';
import type { ActionRecord } from '../../core/action/record';
import { checkRestoreRequest, describeRestore, type RestoreRequest } from '../../core/kwdb/restore/request';
import { refusal } from '../clusterInput';
import { KwdbRestore } from '../dynamic';
import type { Backup } from './backup';

export interface RestoreArgs extends RestoreRequest {
  /** Whose runs are restored from; the restore runs on its node. */
  readonly backup: Backup;
}

export class Restore extends pulumi.ComponentResource {
  /** What was done: rows of each table, rows that were rejected, what was kept before it was dropped. */
  declare readonly result: pulumi.Output<ActionRecord | undefined>;

  constructor(name: string, args: RestoreArgs, opts?: pulumi.ComponentResourceOptions) {
    const { backup, ...request } = args;
    const findings = checkRestoreRequest(request, name);
    if (findings.length > 0) throw refusal(findings);
    const does = describeRestore(backup.node.name, request);
    const { externalDirectory, directory } = backup.spec.backup;
    super('kwdb:dr:Restore', name, { cluster: backup.spec.name, ...request, does }, opts);
    if (pulumi.runtime.isDryRun()) {
      void pulumi.log.info(`restore ${request.requestId}, unless it ran already: ${does}`, this);
    }
    const inputs = { ...backup.host, requestId: request.requestId, request, externalDirectory, directory, does };
    // A key or an address that changed since runs nothing again; what a record asks for never changes under its id.
    const run = new KwdbRestore(`${name}-run`, inputs, {
      parent: this,
      dependsOn: [...backup.ground],
      ignoreChanges: ['connection', 'target'],
    });
    const result = run.record as unknown as Restore['result'];
    Object.assign(this, { result });
    this.registerOutputs({ result });
  }
}
