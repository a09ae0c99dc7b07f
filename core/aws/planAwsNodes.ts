// What follows from nodes on AWS: subnets, addresses, volumes, security groups, and the cluster's own input with its hosts filled in.
import type { ClusterInput } from '../spec/schema';
import type { ClusterSpec } from '../spec/types';
import { planCluster } from '../topology/planCluster';
import type { NodePlan } from '../topology/types';
import { clusterEndpoint, planEndpoint } from './endpoint';
import { clusterMetrics, reportsNodes } from './metrics';
import { interfaceServices, placeNodes, planSubnets } from './network';
import { securityRules } from './securityRules';
import type { AwsNodePlan, AwsNodesPlan, AwsNodesSpec, SubnetPlan } from './types';
import { MOUNT_POINTS, planVolumes } from './volumes';

/** The object under `kingbase:cluster` without what is made here. */
export type ClusterPart = Omit<ClusterInput, 'nodes' | 'nodeSource' | 'endpoint' | 'metrics' | 'virtualIp'>;

interface Request {
  /** Of the cluster, where `cluster` gives none. */
  readonly name: string;
  readonly cluster: ClusterPart;
  readonly hostKeyOf: (node: string) => string;
}

/** A zone is a location: a standby does not promote itself when no node of its primary’s zone is visible, and policies see the zones. */
export function toClusterInput({ name, cluster, hostKeyOf }: Request, spec: AwsNodesSpec): ClusterInput {
  const subnets = planSubnets(spec);
  const endpoint = planEndpoint(spec, byZone(subnets));
  const placed = placeNodes(spec, subnets);
  const hasRepository = cluster.backup !== undefined;
  return {
    ...cluster,
    connection: { user: spec.loginUser, ...cluster.connection },
    directories: {
      data: `${MOUNT_POINTS.data}/data`,
      wal: `${MOUNT_POINTS.wal}/wal`,
      walVolumeMiB: spec.volumes.wal.sizeGiB * 1024,
      ...cluster.directories,
    },
    // A load balancer without a healthy target sends clients to every node: what keeps an isolated primary from taking their writes is that it is stopped.
    ...(endpoint?.kind === 'loadBalancer'
      ? { failover: { runningUnderFailureTrustedServers: false, ...cluster.failover } }
      : {}),
    ...(hasRepository ? { backup: backupOn(spec, cluster) } : {}),
    ...(endpoint === undefined
      ? {}
      : { endpoint: clusterEndpoint(spec, endpoint, byZone(subnets)) as ClusterInput['endpoint'] }),
    ...(reportsNodes(spec) ? { metrics: clusterMetrics(spec, cluster.name ?? name) as ClusterInput['metrics'] } : {}),
    nodes: spec.nodes.map(({ name: node, role, id, priority }, index) => ({
      name: node,
      role,
      host: placed[index]?.address ?? '',
      hostKey: hostKeyOf(node),
      location: placed[index]?.zone,
      netDevice: spec.netDevice,
      ...(id === undefined ? {} : { id }),
      ...(priority === undefined ? {} : { priority }),
    })),
  };
}

/** Given, or the subnets in which the interface endpoints of EC2 and CloudWatch are made. */
function planApiNetworks(spec: AwsNodesSpec, subnets: readonly SubnetPlan[]): readonly string[] {
  return interfaceServices(spec).length > 0 ? subnets.map(({ cidr }) => cidr) : spec.network.apiNetworks;
}

function backupOn(spec: AwsNodesSpec, cluster: ClusterPart): ClusterPart['backup'] {
  const { backup } = cluster;
  if (backup === undefined) return undefined;
  if (spec.repository === undefined) return { path: `${MOUNT_POINTS.backup}/kbbr_repo`, ...backup };
  const endpoint = `https://s3.${spec.region}.${spec.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
  return { path: '/kbbr_repo', ...backup, s3: { bucket: spec.repository.bucket, endpoint, region: spec.region } };
}

export function planAwsNodes(spec: AwsNodesSpec, clusterSpec: ClusterSpec, clusterInput: ClusterInput): AwsNodesPlan {
  const subnets = planSubnets(spec);
  const cluster = planCluster(clusterSpec);
  const endpoint = planEndpoint(spec, byZone(subnets));
  const placed = placeNodes(spec, subnets);
  const { administrators } = spec;
  const { trustedServers } = clusterSpec.failover;
  const apiNetworks = planApiNetworks(spec, subnets);
  const nodes = placed.map((node, index): AwsNodePlan => {
    const given = spec.nodes[index] as AwsNodesSpec['nodes'][number];
    const hostPlan = cluster.nodes[index] as NodePlan;
    return {
      ...node,
      instanceType: given.instanceType ?? spec.instanceType,
      image: given.image ?? spec.image,
      volumes: planVolumes(spec, node.role),
      rules: securityRules({ administrators, plan: hostPlan, apiNetworks, trustedServers }),
      replaceable: spec.replace.includes(node.name),
    };
  });
  const partition = spec.region.startsWith('cn-') ? 'aws-cn' : 'aws';
  return {
    spec,
    clusterSpec,
    clusterInput,
    cluster,
    partition,
    subnets: byZone(subnets),
    nodes,
    endpoint,
    apiNetworks,
  };
}

/** One subnet a zone is what a load balancer takes. */
function byZone(subnets: readonly SubnetPlan[]): readonly SubnetPlan[] {
  return [...new Map([...subnets].reverse().map((subnet) => [subnet.zone, subnet])).values()].reverse();
}
