import { resource, type PolicyCase, type Sample } from '../sample';

const TAGS = { tags: { 'pulumi-kingbase:cluster': 'orders' } };
const one = (token: string, props: Record<string, unknown>, name = 'orders-node1'): Sample => [
  resource(`aws:${token}`, { ...TAGS, ...props }, name),
];
const INSTANCE = 'ec2/instance:Instance';
const VOLUME = 'ebs/volume:Volume';
const INGRESS = 'vpc/securityGroupIngressRule:SecurityGroupIngressRule';
const EGRESS = 'vpc/securityGroupEgressRule:SecurityGroupEgressRule';
const BALANCER = 'lb/loadBalancer:LoadBalancer';
/** Somebody else's, in the same stack. */
const foreign = (token: string, props: Record<string, unknown>): Sample => [
  resource(`aws:${token}`, props, 'elsewhere'),
];

const nodes = (zones: readonly string[], more: Record<string, unknown> = {}, repository?: string): Sample => [
  resource(
    'kingbase:nodes:AwsNodes',
    {
      cluster: 'orders',
      placed: [
        ...zones.map((zone, index) => ({ name: `node${index + 1}`, role: 'database', zone })),
        ...(repository === undefined ? [] : [{ name: 'repo', role: 'repository', zone: repository }]),
      ],
      ...more,
    },
    'orders',
  ),
];

const SHUT = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const bucket = (block: Record<string, unknown> | undefined): Sample => [
  ...one('s3/bucket:Bucket', {}, 'orders-backups'),
  ...(block === undefined
    ? []
    : [resource('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', block, 'orders-backups')]),
];

export const awsCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-aws-encrypt-volumes',
    passes: [
      one(VOLUME, { encrypted: true }),
      one(INSTANCE, { rootBlockDevice: { encrypted: true } }),
      one('ec2/subnet:Subnet', {}),
      foreign(VOLUME, { encrypted: false }),
      [resource('kubernetes:core/v1:Volume', { ...TAGS }, 'elsewhere')],
    ],
    fails: [
      [one(VOLUME, { encrypted: false }), ['orders-node1: the volume is not encrypted']],
      [one(INSTANCE, {}), ['orders-node1: its root volume is not encrypted']],
    ],
  },
  {
    rule: 'kingbase-aws-refuse-public-addresses',
    passes: [
      one(INSTANCE, {}),
      one('ec2/subnet:Subnet', { mapPublicIpOnLaunch: false }),
      one(BALANCER, { internal: true }),
      foreign('ec2/eip:Eip', {}),
    ],
    fails: [
      [one('ec2/eip:Eip', {}), ['orders-node1: Eip gives a public address']],
      [one(INSTANCE, { associatePublicIpAddress: true }), ['orders-node1: Instance gives a public address']],
      [one('ec2/subnet:Subnet', { mapPublicIpOnLaunch: true }), ['orders-node1: Subnet gives a public address']],
      [one(BALANCER, { internal: false }), ['orders-node1: LoadBalancer gives a public address']],
    ],
  },
  {
    rule: 'kingbase-aws-refuse-open-security-groups',
    passes: [
      one(INGRESS, { cidrIpv4: '10.0.0.0/16' }),
      one(EGRESS, { prefixListId: 'pl-1' }),
      one(INSTANCE, { cidrIpv4: '0.0.0.0/0' }),
    ],
    fails: [
      [one(INGRESS, { cidrIpv4: '0.0.0.0/0' }), ['orders-node1: 0.0.0.0/0 is everybody']],
      [one(EGRESS, { cidrIpv6: '::/0' }), ['orders-node1: ::/0 is everybody']],
    ],
  },
  {
    rule: 'kingbase-aws-spread-zones',
    passes: [nodes(['a', 'b']), nodes(['a'], { production: false }), [nodes(['a', 'a']), { minimum: 1 }]],
    fails: [
      [nodes(['a', 'a']), ['network: database nodes stand in a; at least 2 zones are wanted']],
      [
        nodes(['a', 'b', 'a'], {}, 'c'),
        ['network: database nodes stand in a, b; at least 3 zones are wanted'],
        { minimum: 3 },
      ],
    ],
  },
  {
    rule: 'kingbase-aws-separate-repository-zone',
    passes: [
      nodes(['a', 'b'], {}, 'b'),
      nodes(['a', 'b']),
      nodes(['a'], { repository: { bucket: 'orders-backups' } }, 'a'),
    ],
    fails: [
      [nodes(['a', 'b'], {}, 'a'), ['repo: stands in a, as node1 does']],
      [nodes(['c'], { production: false }, 'c'), ['repo: stands in c, as node1 does']],
    ],
  },
  {
    rule: 'kingbase-aws-protect-instances',
    passes: [
      one(INSTANCE, { disableApiTermination: true }),
      one(BALANCER, { enableDeletionProtection: true }),
      one(VOLUME, {}),
    ],
    fails: [
      [one(INSTANCE, { disableApiTermination: false }), ['orders-node1: disableApiTermination is off']],
      [one(BALANCER, {}), ['orders-node1: enableDeletionProtection is off']],
    ],
  },
  {
    rule: 'kingbase-aws-close-bucket',
    passes: [bucket(SHUT), foreign('s3/bucket:Bucket', {})],
    fails: [
      [bucket(undefined), ['orders-backups: no public access block shuts it in all four ways']],
      [
        bucket({ ...SHUT, ignorePublicAcls: false }),
        ['orders-backups: no public access block shuts it in all four ways'],
      ],
    ],
  },
];
