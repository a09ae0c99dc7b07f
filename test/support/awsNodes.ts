/** Nodes on AWS for tests: a whole input that holds every rule, and short ways to break it in one place. */
import { formatFinding } from '../../core/finding';
import { parseAwsNodes } from '../../core/aws/parseAwsNodes';
import type { ClusterPart } from '../../core/aws/planAwsNodes';
import type { AwsNodesPlan } from '../../core/aws/types';
import { hostKey } from '../core/spec/exampleCluster';

export const KEY_ARN = 'arn:aws-cn:kms:cn-north-1:111122223333:key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab';
export const TOPIC_ARN = 'arn:aws-cn:sns:cn-north-1:111122223333:oncall';

export const SUBNETS = [
  { id: 'subnet-0a1', zone: 'cn-north-1a', cidr: '10.30.1.0/24' },
  { id: 'subnet-0b2', zone: 'cn-north-1b', cidr: '10.30.2.0/24' },
  { id: 'subnet-0d3', zone: 'cn-north-1d', cidr: '10.30.3.0/24' },
];

export const CLUSTER: ClusterPart = {
  name: 'orders',
  clients: ['10.50.0.0/16'],
  failover: { trustedServers: ['10.50.0.53', '10.50.0.54'] },
};

/** Three zones in a VPC of its own. */
export function aws(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    region: 'cn-north-1',
    image: { id: 'ami-0123456789abcdef0' },
    network: { cidr: '10.20.0.0/16', zones: ['cn-north-1a', 'cn-north-1b', 'cn-north-1d'] },
    nodes: [{ name: 'node1' }, { name: 'node2' }, { name: 'node3' }, { name: 'repo', role: 'repository' }],
    administrators: ['10.99.0.0/24'],
    kmsKeyId: KEY_ARN,
    alarms: { topicArn: TOPIC_ARN, nodeMetrics: false },
    ...more,
  };
}

/** As by default: nodes report disks and backups. */
export const REPORTED = { alarms: { topicArn: TOPIC_ARN } };
export const GIVEN_VPC = { network: { vpcId: 'vpc-0aa', subnets: SUBNETS } };
export const ONE_ZONE = {
  production: false,
  network: { cidr: '10.20.0.0/16', zones: ['cn-north-1a'] },
};

function parse(input: unknown, cluster: Partial<ClusterPart>): ReturnType<typeof parseAwsNodes> {
  const hostKeyOf = (node: string): string => hostKey(node.length + (node.codePointAt(node.length - 1) ?? 0));
  return parseAwsNodes({ name: 'orders', aws: input, cluster: { ...CLUSTER, ...cluster }, hostKeyOf });
}

export function awsPlan(more: Record<string, unknown> = {}, cluster: Partial<ClusterPart> = {}): AwsNodesPlan {
  const parsed = parse(aws(more), cluster);
  if (!parsed.ok) throw new Error(parsed.findings.map(formatFinding).join('\n'));
  return parsed.plan;
}

/** `path: message` of each finding. */
export function awsMessages(more: Record<string, unknown> = {}, cluster: Partial<ClusterPart> = {}): string[] {
  const parsed = parse(aws(more), cluster);
  return parsed.ok ? [] : parsed.findings.map(({ path, message }) => `${path}: ${message}`);
}

/** Whole, with hints. */
export function awsTexts(more: Record<string, unknown> = {}): string[] {
  const parsed = parse(aws(more), {});
  return parsed.ok ? [] : parsed.findings.map(formatFinding);
}
