/** kingbase:backup:Schedule: when backups, verify and drills run, as one cron entry per job on each host that runs them. */
import * as pulumi from '@pulumi/pulumi';
import type { BackupSpec, BackupTarget } from '../../core/backup/types';
import { BackupSchedule } from '../dynamic';
import type { HostArgs } from '../hostArgs';

export interface ScheduleArgs {
  readonly spec: BackupSpec;
  readonly target: BackupTarget;
  /** Those that run backups. */
  readonly hosts: readonly HostArgs[];
  readonly after: readonly pulumi.Resource[];
}

export class Schedule extends pulumi.ComponentResource {
  declare readonly entries: readonly BackupSchedule[];

  constructor(name: string, { spec, target, hosts, after }: ScheduleArgs, opts: pulumi.ComponentResourceOptions) {
    const { jobs, verifySchedule, verifyMaxAgeHours, drill, vendorCronLines } = spec;
    const facts = { jobs, verifySchedule, verifyMaxAgeHours, drill, vendorCronLines, cron: target.cron };
    super('kingbase:backup:Schedule', name, facts, opts);
    this.entries = hosts.map(
      (host) =>
        new BackupSchedule(
          `${target.cluster}-${host.target.name}-schedule`,
          { ...host, backup: target },
          { parent: this, dependsOn: [...after] },
        ),
    );
    this.registerOutputs({ jobs: jobs.map(({ kind, intent }) => `${kind}: ${intent}`) });
  }
}
