/** Does every condition for failover and recovery hold? One answer, with every reason why not. */
import type { NodeStatus } from '../observe/clusterReport';
import type { Armed, BackupReport } from './observation';

export interface ArmedFacts {
  /** Why the cluster is not healthy. */
  readonly reasons: readonly string[];
  readonly nodes: readonly Pick<NodeStatus, 'name' | 'role' | 'automation' | 'repmgrdPaused' | 'licenseDays'>[];
  /** Days that a licence must still be valid. */
  readonly licenseMinDays: number;
  /** undefined: no backups are declared. */
  readonly backup: BackupReport | undefined;
}

export function judgeArmed({ reasons, nodes, licenseMinDays, backup }: ArmedFacts): Armed {
  const why = [
    ...new Set([
      ...reasons,
      ...nodes.flatMap(disarmed),
      ...nodes.flatMap((node) => endingLicense(node, licenseMinDays)),
      ...(backup?.findings ?? ['no backups are declared']),
    ]),
  ];
  return { armed: why.length === 0, reasons: why };
}

/** An operator's pause is no fault, and no failover happens while it lasts. */
function disarmed({ name, automation, repmgrdPaused }: ArmedFacts['nodes'][number]): string[] {
  return [
    ...(automation === 'paused' ? [`${name}: its automation is paused: the cron line of kbha is commented out`] : []),
    ...(automation === 'missing' ? [`${name}: the cron line of kbha is missing`] : []),
    ...(repmgrdPaused === true ? [`${name}: repmgrd is paused`] : []),
  ];
}

/** As the vendor's own alarm has it (0 < n < 30): what 0 means is not established, and a build without the function says nothing. */
function endingLicense({ name, licenseDays }: ArmedFacts['nodes'][number], minimum: number): string[] {
  return licenseDays !== null && licenseDays > 0 && licenseDays < minimum
    ? [
        `${name}: its licence ends in ${licenseDays} days (install.licenseMinDays is ${minimum}): no database starts after that`,
      ]
    : [];
}
