// What AWS sends a bill for, by kind: names, no prices.
import { planNodeAlarms } from './metrics';
import { interfaceServices } from './network';
import type { AwsNodesPlan } from './types';

export type Billable = Readonly<Record<string, readonly string[]>>;

/** Names as the resources are called below the component `name`. Kinds of which there are none are left out. */
export function billableResources(name: string, plan: AwsNodesPlan): Billable {
  const { nodes, spec, subnets, endpoint } = plan;
  const balanced = endpoint?.kind === 'loadBalancer';
  const kinds: Billable = {
    'EC2 instance': nodes.map((node) => `${name}-${node.name} (${node.instanceType})`),
    'EBS gp3 volume': nodes.flatMap((node) => [
      `${name}-${node.name}-root (${spec.volumes.rootGiB} GiB)`,
      ...node.volumes.map(
        ({ use, sizeGiB, iops, throughputMiBps }) =>
          `${name}-${node.name}-${use} (${sizeGiB} GiB, ${iops} IOPS, ${throughputMiBps} MiB/s; kept after destroy)`,
      ),
    ]),
    'network load balancer': balanced ? [`${name}-lb (cross-zone)`] : [],
    'interface VPC endpoint': interfaceServices(spec).map(
      (service) => `${name}-${service} (${subnets.length} subnets)`,
    ),
    'transit gateway attachment': [...new Set(spec.network.routes.map(({ transitGatewayId }) => transitGatewayId))].map(
      (gateway) => `${name}-${gateway}`,
    ),
    'S3 bucket': spec.repository === undefined ? [] : [`${spec.repository.bucket} (versions kept; kept after destroy)`],
    'public IPv4 address': spec.network.publicAddresses ? nodes.map((node) => `${name}-${node.name}`) : [],
    'CloudWatch alarm': alarmNames(name, plan),
    'CloudWatch metric of our own': planNodeAlarms(plan).map(({ metricName, dimensions: { Node, Volume } }) =>
      [metricName, Node, Volume].filter((part) => part !== undefined).join(' '),
    ),
    'traffic between zones': subnets.length > 1 ? ['replication and backups'] : [],
    'KMS requests': spec.kmsKeyId === undefined ? [] : [spec.kmsKeyId],
  };
  return Object.fromEntries(Object.entries(kinds).filter(([, names]) => names.length > 0));
}

function alarmNames(name: string, plan: AwsNodesPlan): readonly string[] {
  const { spec, nodes, endpoint } = plan;
  if (spec.alarms === undefined) return [];
  const primary = endpoint?.kind === 'loadBalancer' ? [`${name}-no-primary`, `${name}-two-primaries`] : [];
  const reported = planNodeAlarms(plan).map(({ suffix }) => `${name}-${suffix}`);
  return [...nodes.map((node) => `${name}-${node.name}-status`), ...reported, ...primary];
}
