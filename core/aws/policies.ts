// Least rights as policy documents: what each node may do, and who may touch the bucket. Plain data; ARNs are arguments.
import type { NodeRole } from '../spec/types';
import { metricsNamespace, reportsNodes } from './metrics';
import type { AwsEndpointPlan, AwsNodesPlan } from './types';

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | { readonly AWS?: string; readonly Service?: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export const CLUSTER_TAG = 'pulumi-kingbase:cluster';
export const TIMELINE_TAG = 'pulumi-kingbase:timeline';

const document = (...Statement: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

export function assumeRole(partition: string): PolicyDocument {
  const service = partition === 'aws-cn' ? 'ec2.amazonaws.com.cn' : 'ec2.amazonaws.com';
  return document({ Sid: 'Instances', Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
}

/** Of a node of this role; undefined: it calls no API, and has no role. Only a database node can be primary and move what follows the primary. */
export function nodePolicy(plan: AwsNodesPlan, role: NodeRole): PolicyDocument | undefined {
  const statements = [...(role === 'database' ? moverStatements(plan) : []), ...reportStatements(plan)];
  return statements.length === 0 ? undefined : document(...statements);
}

function moverStatements(plan: AwsNodesPlan): readonly Statement[] {
  const { endpoint } = plan;
  if (endpoint === undefined || endpoint.kind === 'loadBalancer') return [];
  return endpoint.kind === 'secondaryAddress' ? addressStatements(plan) : recordStatements(plan.partition, endpoint);
}

/** CloudWatch knows no resource for a metric: the namespace is the limit. */
function reportStatements({ spec, clusterSpec }: AwsNodesPlan): readonly Statement[] {
  if (!reportsNodes(spec)) return [];
  return [
    {
      Sid: 'Report',
      Effect: 'Allow',
      Action: 'cloudwatch:PutMetricData',
      Resource: '*',
      Condition: { StringEquals: { 'cloudwatch:namespace': metricsNamespace(clusterSpec.name) } },
    },
  ];
}

function addressStatements({ partition, spec, clusterSpec }: AwsNodesPlan): readonly Statement[] {
  const ours = { [`aws:ResourceTag/${CLUSTER_TAG}`]: clusterSpec.name };
  const interfaces = `arn:${partition}:ec2:${spec.region}:*:network-interface/*`;
  return [
    // EC2 knows no narrower resource for looking.
    {
      Sid: 'Look',
      Effect: 'Allow',
      Action: 'ec2:DescribeNetworkInterfaces',
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': spec.region } },
    },
    {
      Sid: 'MoveTheAddress',
      Effect: 'Allow',
      Action: ['ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
      Resource: interfaces,
      Condition: { StringEquals: ours },
    },
    {
      Sid: 'ClaimATimeline',
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: interfaces,
      Condition: { StringEquals: ours, 'ForAllValues:StringEquals': { 'aws:TagKeys': [TIMELINE_TAG] } },
    },
  ];
}

function recordStatements(partition: string, { zoneId, recordName }: AwsEndpointPlan): readonly Statement[] {
  const zone = `arn:${partition}:route53:::hostedzone/${zoneId ?? ''}`;
  const name = (recordName ?? '').toLowerCase();
  return [
    { Sid: 'Look', Effect: 'Allow', Action: 'route53:ListResourceRecordSets', Resource: zone },
    {
      Sid: 'RewriteTheRecord',
      Effect: 'Allow',
      Action: 'route53:ChangeResourceRecordSets',
      Resource: zone,
      Condition: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [name, `_primary.${name}`],
          'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'TXT'],
        },
      },
    },
  ];
}

/** Of the user whose keys sys_rman has: objects of the one bucket, never its settings, never versions. */
export function repositoryPolicy(bucketArn: string, kmsKeyId: string | undefined): PolicyDocument {
  return document(
    { Sid: 'List', Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: bucketArn },
    {
      Sid: 'Objects',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: `${bucketArn}/*`,
    },
    ...(kmsKeyId === undefined
      ? []
      : [{ Sid: 'Key', Effect: 'Allow' as const, Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: kmsKeyId }]),
  );
}

/** Of the bucket: nobody writes but that user, nobody speaks to it in the clear. */
export function bucketPolicy(bucketArn: string, writerArn: string): PolicyDocument {
  const everything = [bucketArn, `${bucketArn}/*`];
  return document(
    {
      Sid: 'OnlyTheRepositoryWrites',
      Effect: 'Deny',
      Principal: '*',
      Action: [
        's3:PutObject',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:PutObjectRetention',
        's3:BypassGovernanceRetention',
      ],
      Resource: `${bucketArn}/*`,
      Condition: { StringNotEquals: { 'aws:PrincipalArn': writerArn } },
    },
    {
      Sid: 'NeverDeletedForGood',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:DeleteObjectVersion', 's3:PutObjectRetention', 's3:BypassGovernanceRetention'],
      Resource: `${bucketArn}/*`,
      Condition: { StringEquals: { 'aws:PrincipalArn': writerArn } },
    },
    {
      Sid: 'OnlyEncrypted',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: everything,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  );
}
