/** Nodes on AWS with everything filled in, and what follows from them. Made by parseAwsNodes and planAwsNodes only. */
import type { ClusterInput } from '../spec/schema';
import type { ClusterSpec, EndpointKind, NodeRole } from '../spec/types';
import type { ClusterPlan } from '../topology/types';
import type { AwsNodesFilled } from './schema';

export type VolumeUse = 'data' | 'wal' | 'backup';
export type VolumeSpec = Required<AwsNodesFilled['volumes']['data']>;

export interface SubnetPlan {
  /** Part of resource names. */
  readonly zone: string;
  readonly cidr: string;
  /** undefined: made by us. */
  readonly id?: string;
}

export interface ImageSpec {
  readonly id?: string;
  readonly owner?: string;
  readonly name?: string;
}

export interface AwsNodePlan {
  readonly name: string;
  readonly role: NodeRole;
  readonly zone: string;
  readonly subnet: SubnetPlan;
  readonly address: string;
  readonly instanceType: string;
  readonly image: ImageSpec;
  readonly volumes: readonly VolumePlan[];
  readonly rules: readonly SecurityRule[];
  /** Named in `replace`: protection lifted, new image and user data taken. */
  readonly replaceable: boolean;
}

export interface VolumePlan extends VolumeSpec {
  readonly use: VolumeUse;
  /** File system label, at most 12 characters (xfs). */
  readonly label: string;
  readonly mountPoint: string;
  /** As the attachment is called; on the node the volume is found by its id. */
  readonly deviceName: string;
}

export interface SecurityRule {
  readonly direction: 'in' | 'out';
  readonly protocol: 'tcp' | 'icmp';
  /** -1 for icmp. */
  readonly port: number;
  readonly cidr: string;
  readonly why: string;
}

export interface AwsEndpointPlan {
  readonly kind: EndpointKind;
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
  readonly zoneId?: string;
  readonly recordName?: string;
  readonly checkPort: number;
  readonly checkIntervalSeconds: number;
}

export interface AwsNodesSpec extends Omit<AwsNodesFilled, 'nodes' | 'endpoint'> {
  readonly nodes: readonly AwsNodesFilled['nodes'][number][];
  readonly endpoint?: AwsNodesFilled['endpoint'];
}

export interface AwsNodesPlan {
  readonly spec: AwsNodesSpec;
  readonly clusterSpec: ClusterSpec;
  readonly cluster: ClusterPlan;
  /** What `new Cluster` takes. */
  readonly clusterInput: ClusterInput;
  /** aws, or aws-cn where the region lies in China: of every ARN. */
  readonly partition: string;
  readonly subnets: readonly SubnetPlan[];
  readonly nodes: readonly AwsNodePlan[];
  readonly endpoint?: AwsEndpointPlan;
  /** Through which AWS APIs are reached; empty where no node calls any. */
  readonly apiNetworks: readonly string[];
}
