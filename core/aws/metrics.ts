// What nodes report to CloudWatch, because EC2 sees neither a full disk nor an old backup, and the alarms that rest on it.
import type { Finding } from '../finding';
import type { ClusterSpec, MetricsSpec, NodeRole } from '../spec/types';
import type { AwsNodesPlan, AwsNodesSpec, VolumeUse } from './types';
import { MOUNT_POINTS, planVolumes } from './volumes';

const ROLES: readonly NodeRole[] = ['database', 'witness', 'repository'];
const USES: readonly VolumeUse[] = ['data', 'wal', 'backup'];
const HOUR_SECONDS = 3600;
/** On top of the longest time between two backups: for the backup itself. */
const GRACE_HOURS = 2;
/** So many minutes in a row must be bad, or without a report: one that is late or lost wakes nobody. */
const MINUTES = 5;

export interface NodeAlarm {
  /** Of the resource, below the component. */
  readonly suffix: string;
  readonly description: string;
  readonly metricName: 'DiskUsedPercent' | 'BackupAgeSeconds';
  readonly dimensions: Readonly<Record<string, string>>;
  /** Above it rings; a missing report rings as well. */
  readonly threshold: number;
  readonly minutes: number;
}

export function reportsNodes({ alarms }: AwsNodesSpec): boolean {
  return alarms?.nodeMetrics === true;
}

/** A namespace for each cluster: its nodes can write no other's. */
export function metricsNamespace(cluster: string): string {
  return `pulumi-kingbase/${cluster}`;
}

/** `metrics` of the cluster's own specification. */
export function clusterMetrics(spec: AwsNodesSpec, cluster: string): MetricsSpec {
  const volumes = USES.map((name) => {
    const roles = ROLES.filter((role) => planVolumes(spec, role).some(({ use }) => use === name));
    return { name, mountPoint: MOUNT_POINTS[name], roles };
  });
  return {
    kind: 'cloudWatch',
    region: spec.region,
    namespace: metricsNamespace(cluster),
    volumes: volumes.filter(({ roles }) => roles.length > 0),
  };
}

/** One for each volume of each node, and for each node on which backups run. */
export function planNodeAlarms({ spec, clusterSpec, cluster, nodes }: AwsNodesPlan): readonly NodeAlarm[] {
  const { alarms } = spec;
  if (alarms === undefined || !alarms.nodeMetrics) return [];
  return nodes.flatMap(({ name, volumes }, index) => [
    ...volumes.map(({ use, mountPoint }): NodeAlarm => ({
      suffix: `${name}-${use}-used`,
      description: `${name}: ${mountPoint} is full to more than ${alarms.diskUsedPercent[use]} %, or not reported`,
      metricName: 'DiskUsedPercent',
      dimensions: { Node: name, Volume: use },
      threshold: alarms.diskUsedPercent[use],
      minutes: MINUTES,
    })),
    ...(cluster.nodes[index]?.backup?.holdsRepository === true
      ? [backupAlarm(name, alarms.backupMaxAgeHours ?? gapHours(clusterSpec) + GRACE_HOURS)]
      : []),
  ]);
}

function backupAlarm(name: string, hours: number): NodeAlarm {
  return {
    suffix: `${name}-backup-age`,
    description: `${name}: the last good backup is older than ${hours} h, or there is none, or it is not reported`,
    metricName: 'BackupAgeSeconds',
    dimensions: { Node: name },
    threshold: hours * HOUR_SECONDS,
    minutes: MINUTES,
  };
}

/** Of the job that runs most often. */
function gapHours({ backup }: ClusterSpec): number {
  const gaps = (backup?.jobs ?? []).map(({ longestGapSeconds }) => longestGapSeconds);
  return Math.ceil(Math.min(...gaps) / HOUR_SECONDS);
}

/** An alarm that rings between any two backups is one that nobody reads. */
export function backupAge({ alarms }: AwsNodesSpec, cluster: ClusterSpec): readonly Finding[] {
  const hours = alarms?.backupMaxAgeHours;
  if (hours === undefined || cluster.backup === undefined) return [];
  const gap = gapHours(cluster);
  if (hours > gap) return [];
  return [
    {
      code: 'aws/backup-age',
      path: 'alarms.backupMaxAgeHours',
      message: `${hours} h are not more than the ${gap} h between two backups of the schedule`,
      hint: `Give at least ${gap + 1}, or back up more often (backup.schedule).`,
    },
  ];
}
