/**
 * kingbase:nodes:AwsNodes under the SDK's mocks: exact children, inputs and dependencies. Proves what is declared; that EC2 takes it is its
 * provider's word, and what cloud-init makes of the user data is shown by the lab.
 */
import { utils } from 'ssh2';
import * as pulumi from '@pulumi/pulumi';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AwsNodes as AwsNodesClass, AwsNodesArgs } from '../../components/nodes/aws';
import { deriveKey } from '../../components/nodes/aws/keys';
import { aws, CLUSTER, GIVEN_VPC, KEY_ARN, ONE_ZONE, REPORTED, TOPIC_ARN } from '../support/awsNodes';
import { recordResources, SECRET, valueOf, type Recorder } from '../support/pulumiMocks';

const SEED = 'c2VlZCBvZiB0ZXN0cyBmb3Iga2V5cyBvZiBob3N0cw==';
let recorder: Recorder;
let AwsNodes: typeof AwsNodesClass;

const ARNS: Readonly<Record<string, string>> = {
  'aws:s3/bucket:Bucket': 'arn:aws-cn:s3:::orders-backups',
  'aws:iam/user:User': 'arn:aws-cn:iam::111122223333:user/orders-backups',
  'aws:lb/loadBalancer:LoadBalancer': 'arn:lb',
  'aws:lb/targetGroup:TargetGroup': 'arn:targets',
};

beforeAll(async () => {
  recorder = await recordResources((type, name) => ({
    ...(type in ARNS ? { arn: ARNS[type], arnSuffix: `${name}-suffix` } : {}),
    ...(type === 'aws:ec2/instance:Instance' ? { privateIp: '' } : {}),
    ...(type === 'aws:iam/accessKey:AccessKey' ? { secret: 'secret-key' } : {}),
    ...(type === 'aws:ec2/keyPair:KeyPair' || type === 'aws:iam/role:Role' ? { keyName: name, name } : {}),
    ...(type === 'aws:ec2/placementGroup:PlacementGroup' || type === 'aws:iam/user:User' ? { name } : {}),
    ...(type === 'aws:iam/instanceProfile:InstanceProfile' ? { name } : {}),
    ...(type === 'aws:ec2/vpcEndpoint:VpcEndpoint' ? { prefixListId: 'pl-s3' } : {}),
  }));
  ({ AwsNodes } = await import('../../components/nodes/aws'));
});
beforeEach(() => recorder.clear());

async function declare(more: Record<string, unknown> = {}): Promise<AwsNodesClass> {
  const { cluster, ...rest } = more;
  const args = { ...aws(rest), cluster: { ...CLUSTER, ...(cluster as object) }, keySeed: SEED } as AwsNodesArgs;
  const made = new AwsNodes('orders', args);
  await valueOf(made.incarnations);
  await valueOf(made.billable);
  // What waits for one output more than the last one asked for.
  for (let round = 0; round < 40; round += 1) await new Promise((resolve) => setImmediate(resolve));
  return made;
}

/** `type name`, sorted; rules of security groups counted apart. */
function declared(): string[] {
  return recorder.resources
    .filter(({ type }) => !type.startsWith('aws:vpc/') && type !== 'kingbase:nodes:AwsNodes')
    .map(({ type, name }) => `${type.split(':').at(-1)} ${name}`)
    .sort();
}

const inputs = (name: string, type: string): Readonly<Record<string, unknown>> => {
  const found = recorder.resources.find((one) => one.name === name && one.type.endsWith(`:${type}`));
  if (found === undefined) throw new Error(`no ${type} ${name}; there are ${declared().join(', ')}`);
  return found.inputs;
};
const dependencies = (name: string, type: string): readonly string[] =>
  recorder.resources.find((one) => one.name === name && one.type.endsWith(`:${type}`))?.dependsOn ?? [];

const perNode = (node: string, uses: readonly string[]): string[] => [
  `Command orders-${node}-ready`,
  `Instance orders-${node}`,
  `NetworkInterface orders-${node}`,
  `SecurityGroup orders-${node}`,
  ...uses.flatMap((use) => [`Volume orders-${node}-${use}`, `VolumeAttachment orders-${node}-${use}`]),
];
const ALWAYS = ['KeyPair orders-login', 'PlacementGroup orders-spread'];
const NODES = [
  ...['node1', 'node2', 'node3'].flatMap((node) => [
    ...perNode(node, ['data', 'wal']),
    `MetricAlarm orders-${node}-status`,
  ]),
  ...perNode('repo', ['backup']),
  'MetricAlarm orders-repo-status',
];
const vpcOf = (...zones: readonly string[]): string[] => [
  'RouteTable orders-routes',
  'Vpc orders-vpc',
  ...zones.flatMap((zone) => [`RouteTableAssociation orders-cn-north-1${zone}`, `Subnet orders-cn-north-1${zone}`]),
];
const TAGS = { 'pulumi-kingbase:cluster': 'orders' };

describe('AwsNodes', () => {
  it('declares three zones in a VPC of its own', async () => {
    const made = await declare();
    expect(declared()).toEqual([...ALWAYS, ...vpcOf('a', 'b', 'd'), ...NODES].sort());
    expect(inputs('orders-vpc', 'Vpc')).toEqual({
      cidrBlock: '10.20.0.0/16',
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { ...TAGS, Name: 'orders' },
    });
    expect(inputs('orders-routes', 'RouteTable')).toMatchObject({ routes: [] });
    expect(await valueOf(made.network)).toEqual({
      vpcId: 'orders-vpc-id',
      subnetIds: {
        '10.20.0.0/24': 'orders-cn-north-1a-id',
        '10.20.1.0/24': 'orders-cn-north-1b-id',
        '10.20.2.0/24': 'orders-cn-north-1d-id',
      },
      routeTableId: 'orders-routes-id',
    });
    expect(inputs('orders-cn-north-1b', 'Subnet')).toEqual({
      vpcId: 'orders-vpc-id',
      availabilityZone: 'cn-north-1b',
      cidrBlock: '10.20.1.0/24',
      mapPublicIpOnLaunch: false,
      tags: { ...TAGS, Name: 'orders-cn-north-1b' },
    });
    expect(
      recorder.resources.every(({ parent, type }) => type === 'kingbase:nodes:AwsNodes' || parent === 'orders'),
    ).toBe(true);
  });

  it('attaches its VPC to the gateways of its routes before anything uses them', async () => {
    const routes = ['10.50.0.0/16', '10.99.0.0/24'].map((cidr) => ({ cidr, transitGatewayId: 'tgw-0123' }));
    await declare({ network: { cidr: '10.20.0.0/16', zones: ['cn-north-1a', 'cn-north-1b'], routes } });
    expect(inputs('orders-tgw-0123', 'VpcAttachment')).toEqual({
      transitGatewayId: 'tgw-0123',
      vpcId: 'orders-vpc-id',
      subnetIds: ['orders-cn-north-1a-id', 'orders-cn-north-1b-id'],
      tags: { ...TAGS, Name: 'orders-tgw-0123' },
    });
    expect(dependencies('orders-routes', 'RouteTable')).toContain('orders-tgw-0123');
    expect(inputs('orders-routes', 'RouteTable')).toMatchObject({
      routes: routes.map(({ cidr, transitGatewayId }) => ({ cidrBlock: cidr, transitGatewayId })),
    });
    expect(dependencies('orders-node1', 'NetworkInterface')).toContain('orders-tgw-0123');
  });

  it('declares one zone outside of production, each node on hardware of its own', async () => {
    await declare({ ...ONE_ZONE, alarms: undefined, kmsKeyId: undefined });
    expect(declared()).toEqual(
      [...ALWAYS, ...vpcOf('a'), ...NODES.filter((one) => !one.startsWith('MetricAlarm'))].sort(),
    );
    expect(inputs('orders-spread', 'PlacementGroup')).toMatchObject({ strategy: 'spread' });
    expect(inputs('orders-node2', 'Instance')).toMatchObject({ placementGroup: 'orders-spread' });
    expect(inputs('orders-node1-data', 'Volume')).not.toHaveProperty('kmsKeyId');
  });

  it('declares nothing of the network where a VPC is given', async () => {
    await declare(GIVEN_VPC);
    expect(declared()).toEqual([...ALWAYS, ...NODES].sort());
    expect(inputs('orders-node2', 'NetworkInterface')).toMatchObject({
      subnetId: 'subnet-0b2',
      privateIps: ['10.30.2.11'],
    });
    expect(inputs('orders-node2', 'SecurityGroup')).toMatchObject({ vpcId: 'vpc-0aa' });
  });

  it('gives a host its address, its volumes and an instance in between', async () => {
    await declare();
    expect(inputs('orders-node1', 'NetworkInterface')).toEqual({
      subnetId: 'orders-cn-north-1a-id',
      privateIps: ['10.20.0.10'],
      securityGroups: ['orders-node1-id'],
      sourceDestCheck: true,
      description: 'orders-node1',
      tags: { ...TAGS, Name: 'orders-node1' },
    });
    expect(inputs('orders-node1-wal', 'Volume')).toEqual({
      availabilityZone: 'cn-north-1a',
      type: 'gp3',
      size: 50,
      iops: 3000,
      throughput: 125,
      encrypted: true,
      kmsKeyId: KEY_ARN,
      tags: { ...TAGS, Name: 'orders-node1-wal' },
    });
    const { userData: _userData, ...instance } = inputs('orders-node1', 'Instance');
    expect(instance).toEqual({
      ami: 'ami-0123456789abcdef0',
      instanceType: 'm7i.xlarge',
      keyName: 'orders-login',
      placementGroup: 'orders-spread',
      primaryNetworkInterface: { networkInterfaceId: 'orders-node1-id' },
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      disableApiTermination: true,
      forceDestroy: true,
      ebsOptimized: true,
      rootBlockDevice: {
        volumeType: 'gp3',
        volumeSize: 30,
        encrypted: true,
        deleteOnTermination: true,
        kmsKeyId: KEY_ARN,
        tags: { ...TAGS, Name: 'orders-node1-root' },
      },
      userDataReplaceOnChange: false,
      tags: { ...TAGS, Name: 'orders-node1' },
    });
    expect(inputs('orders-node1-wal', 'VolumeAttachment')).toEqual({
      deviceName: '/dev/sdg',
      instanceId: 'orders-node1-id',
      volumeId: 'orders-node1-wal-id',
      stopInstanceBeforeDetaching: true,
    });
    expect(inputs('orders-node1-ready', 'Command')).toMatchObject({
      create:
        'sudo cloud-init status --wait >/dev/null; sudo bash /usr/local/lib/pulumi-kingbase/volumes.sh grow orders-node1-data-id=100 orders-node1-wal-id=50',
      triggers: ['orders-node1-id', 'orders-node1-data-id=100 orders-node1-wal-id=50'],
    });
    expect(dependencies('orders-node1-ready', 'Command')).toEqual(
      expect.arrayContaining([
        'orders-node1',
        'orders-node1-data',
        'orders-node1-wal',
        'orders-node1-in-22-10-99-0-0-24',
      ]),
    );
  });

  it('pins the host key that it gives the host, and tells neither half of a secret in clear', async () => {
    const made = await declare();
    const key = deriveKey(SEED, 'orders/host/node1');
    const raw = recorder.resources.find(
      ({ name, type }) => name === 'orders-node1' && type.endsWith(':Instance'),
    )?.sent;
    const sent = raw?.['userData'] as Record<string, unknown>;
    expect(sent[SECRET]).toBeDefined();
    expect(JSON.stringify(sent)).toContain(key.publicKey);
    expect(JSON.stringify(sent)).toContain('orders-node1-data-id kb-data ext4 /kbdata noatime');
    expect(made.cluster.nodes[0]).toMatchObject({ name: 'node1', host: '10.20.0.10', hostKey: key.publicKey });
    expect(inputs('orders-login', 'KeyPair')).toMatchObject({ publicKey: deriveKey(SEED, 'orders/login').publicKey });
    const parsed = utils.parseKey(await valueOf(made.privateKey));
    expect(parsed instanceof Error ? parsed : parsed.getPublicSSH().toString('base64')).toBe(
      deriveKey(SEED, 'orders/login').publicKey.split(' ')[1],
    );
    expect(await pulumi.isSecret(made.privateKey)).toBe(true);
    const clear = recorder.resources
      .map(({ sent: one }) => JSON.stringify(one, (_, value: unknown) => (isSecretValue(value) ? null : value)))
      .join('\n');
    expect(clear).not.toContain('OPENSSH PRIVATE KEY');
    expect(clear).not.toContain(SEED);
  });

  it('takes a key pair of the user’s own', async () => {
    const made = await declare({ login: { publicKey: 'ssh-ed25519 AAAAown', privateKey: 'own' } });
    expect(inputs('orders-login', 'KeyPair')).toMatchObject({ publicKey: 'ssh-ed25519 AAAAown' });
    expect(await valueOf(made.privateKey)).toBe('own');
  });

  it('gives each node the rules of its own firewall', async () => {
    await declare();
    expect(inputs('orders-node1-in-54321-10-50-0-0-16', 'SecurityGroupIngressRule')).toEqual({
      securityGroupId: 'orders-node1-id',
      ipProtocol: 'tcp',
      fromPort: 54321,
      toPort: 54321,
      cidrIpv4: '10.50.0.0/16',
      description: 'database: nodes and clients',
      tags: { ...TAGS, Name: 'orders-node1-in-54321-10-50-0-0-16' },
    });
    const names = recorder.resources.filter(({ type }) => type.startsWith('aws:vpc/')).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('orders-repo-in'))).toEqual([
      'orders-repo-in-22-10-20-0-10-32',
      'orders-repo-in-22-10-20-1-11-32',
      'orders-repo-in-22-10-20-2-12-32',
      'orders-repo-in-icmp-10-20-0-10-32',
      'orders-repo-in-icmp-10-20-1-11-32',
      'orders-repo-in-icmp-10-20-2-12-32',
      'orders-repo-in-icmp-10-50-0-0-16',
      'orders-repo-in-22-10-99-0-0-24',
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('makes one node anew where it is named, and lets no other change', async () => {
    await declare({ replace: ['node2'], image: { id: 'ami-0fedcba9876543210' } });
    expect(inputs('orders-node2', 'Instance')).toMatchObject({
      disableApiTermination: false,
      userDataReplaceOnChange: true,
    });
    expect(inputs('orders-node1', 'Instance')).toMatchObject({
      disableApiTermination: true,
      userDataReplaceOnChange: false,
    });
  });

  it('looks who is primary before the protection of a node is lifted, and of no other', async () => {
    await declare({ replace: ['node2'] });
    expect(dependencies('orders-node2', 'Instance')).toContain('orders-node2-replace');
    expect(dependencies('orders-node1', 'Instance')).not.toContain('orders-node2-replace');
    const guards = recorder.resources.filter(({ type }) => type.endsWith(':ReplaceGuard'));
    expect(guards.map(({ name }) => name)).toEqual(['orders-node2-replace']);
    expect(guards[0]?.inputs).toMatchObject({ node: 'node2', unchecked: false });
    expect(JSON.stringify(guards[0]?.sent)).toContain('10.20.0.10');
    recorder.clear();
    await declare({ replace: ['node2'], replaceUnchecked: ['node2'] });
    expect(inputs('orders-node2-replace', 'ReplaceGuard')).toMatchObject({ unchecked: true });
  });

  it('tells the instances that stand behind the nodes', async () => {
    const made = await declare();
    expect(await valueOf(made.incarnations)).toEqual({
      node1: 'orders-node1-id',
      node2: 'orders-node2-id',
      node3: 'orders-node3-id',
      repo: 'orders-repo-id',
    });
    expect(Object.keys(await valueOf(made.billable))).toEqual([
      'EC2 instance',
      'EBS gp3 volume',
      'CloudWatch alarm',
      'traffic between zones',
      'KMS requests',
    ]);
  });

  it('shows policies where the nodes stand, and no secret', async () => {
    await declare();
    const { inputs: shown } = recorder.find('orders');
    expect(shown).toMatchObject({
      cluster: 'orders',
      placed: [{ name: 'node1', role: 'database', zone: 'cn-north-1a', address: '10.20.0.10' }, {}, {}, {}],
    });
    expect(shown).not.toHaveProperty('keySeed');
  });
});

describe('the endpoint', () => {
  it('as a load balancer sends clients where the check answers', async () => {
    await declare({ endpoint: { kind: 'loadBalancer' } });
    const balanced = [
      'Listener orders-lb',
      'LoadBalancer orders-lb',
      'TargetGroup orders-lb',
      'MetricAlarm orders-no-primary',
      'MetricAlarm orders-two-primaries',
    ];
    const attached = ['node1', 'node2', 'node3'].map((node) => `TargetGroupAttachment orders-${node}`);
    expect(declared()).toEqual([...ALWAYS, ...vpcOf('a', 'b', 'd'), ...NODES, ...balanced, ...attached].sort());
    expect(inputs('orders-lb', 'LoadBalancer')).toMatchObject({
      loadBalancerType: 'network',
      internal: true,
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: true,
      subnetMappings: [
        { subnetId: 'orders-cn-north-1a-id', privateIpv4Address: '10.20.0.9' },
        { subnetId: 'orders-cn-north-1b-id', privateIpv4Address: '10.20.1.9' },
        { subnetId: 'orders-cn-north-1d-id', privateIpv4Address: '10.20.2.9' },
      ],
    });
    expect(inputs('orders-lb', 'TargetGroup')).toMatchObject({
      port: 54321,
      protocol: 'TCP',
      targetType: 'instance',
      targetHealthStates: [{ enableUnhealthyConnectionTermination: true }],
      healthCheck: {
        protocol: 'HTTP',
        port: '8008',
        path: '/',
        matcher: '200',
        interval: 5,
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
    expect(inputs('orders-lb', 'Listener')).toMatchObject({
      loadBalancerArn: 'arn:lb',
      port: 54321,
      defaultActions: [{ type: 'forward', targetGroupArn: 'arn:targets' }],
    });
    expect(inputs('orders-two-primaries', 'MetricAlarm')).toMatchObject({
      metricName: 'HealthyHostCount',
      dimensions: { LoadBalancer: 'orders-lb-suffix', TargetGroup: 'orders-lb-suffix' },
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 1,
      treatMissingData: 'breaching',
      alarmActions: [TOPIC_ARN],
    });
    // No node calls an API: none has a role.
    expect(recorder.resources.some(({ type }) => type.startsWith('aws:iam/'))).toBe(false);
  });

  it('as an address that moves needs a role and a way to EC2', async () => {
    await declare({ ...ONE_ZONE, endpoint: { kind: 'secondaryAddress' } });
    const more = [
      'InstanceProfile orders-node',
      'Role orders-node',
      'RolePolicy orders-node',
      'SecurityGroup orders-ec2',
      'VpcEndpoint orders-ec2',
    ];
    expect(declared()).toEqual([...ALWAYS, ...vpcOf('a'), ...NODES, ...more].sort());
    expect(inputs('orders-ec2', 'VpcEndpoint')).toMatchObject({
      serviceName: 'cn.com.amazonaws.cn-north-1.ec2',
      vpcEndpointType: 'Interface',
      privateDnsEnabled: true,
      subnetIds: ['orders-cn-north-1a-id'],
    });
    expect(inputs('orders-node1', 'Instance')).toMatchObject({ iamInstanceProfile: 'orders-node' });
    expect(inputs('orders-repo', 'Instance')).not.toHaveProperty('iamInstanceProfile');
    expect(dependencies('orders-node1', 'Instance')).toContain('orders-node');
  });

  it('as a record needs a role alone', async () => {
    const endpoint = { kind: 'dnsRecord', recordName: 'orders.db.internal', zoneId: 'Z0123456789' };
    await declare({ network: { ...GIVEN_VPC.network, apiNetworks: ['10.9.0.0/24'] }, endpoint });
    const more = ['InstanceProfile orders-node', 'Role orders-node', 'RolePolicy orders-node'];
    expect(declared()).toEqual([...ALWAYS, ...NODES, ...more].sort());
    expect(String(inputs('orders-node', 'RolePolicy')['policy'])).toContain('hostedzone/Z0123456789');
    expect(inputs('orders-node3-out-443-10-9-0-0-24', 'SecurityGroupEgressRule')).toMatchObject({
      fromPort: 443,
      cidrIpv4: '10.9.0.0/24',
    });
  });
});

describe('reports of disks and backups', () => {
  it('need a role for every node, a way to CloudWatch, and an alarm for each value', async () => {
    await declare({ ...REPORTED, cluster: { backup: { repository: 'repo' } } });
    const roles = ['node', 'other'].flatMap((role) =>
      ['InstanceProfile', 'Role', 'RolePolicy'].map((type) => `${type} orders-${role}`),
    );
    const disks = ['node1', 'node2', 'node3'].flatMap((node) => [
      `MetricAlarm orders-${node}-data-used`,
      `MetricAlarm orders-${node}-wal-used`,
    ]);
    const backups = ['MetricAlarm orders-repo-backup-age', 'MetricAlarm orders-repo-backup-used'];
    const way = ['SecurityGroup orders-monitoring', 'VpcEndpoint orders-monitoring'];
    expect(declared()).toEqual(
      [...ALWAYS, ...vpcOf('a', 'b', 'd'), ...NODES, ...roles, ...disks, ...backups, ...way].sort(),
    );
    expect(inputs('orders-repo-backup-age', 'MetricAlarm')).toEqual({
      namespace: 'pulumi-kingbase/orders',
      metricName: 'BackupAgeSeconds',
      dimensions: { Node: 'repo' },
      statistic: 'Maximum',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 93_600,
      period: 60,
      evaluationPeriods: 5,
      treatMissingData: 'breaching',
      alarmDescription: 'repo: the last good backup is older than 26 h, or there is none, or it is not reported',
      alarmActions: [TOPIC_ARN],
      okActions: [TOPIC_ARN],
      tags: { ...TAGS, Name: 'orders-repo-backup-age' },
    });
    expect(inputs('orders-node2-wal-used', 'MetricAlarm')).toMatchObject({
      metricName: 'DiskUsedPercent',
      dimensions: { Node: 'node2', Volume: 'wal' },
      threshold: 80,
      treatMissingData: 'breaching',
    });
    expect(inputs('orders-repo', 'Instance')).toMatchObject({ iamInstanceProfile: 'orders-other' });
    expect(inputs('orders-node1', 'Instance')).toMatchObject({ iamInstanceProfile: 'orders-node' });
    expect(JSON.parse(String(inputs('orders-other', 'RolePolicy')['policy']))).toMatchObject({
      Statement: [
        {
          Action: 'cloudwatch:PutMetricData',
          Condition: { StringEquals: { 'cloudwatch:namespace': 'pulumi-kingbase/orders' } },
        },
      ],
    });
    expect(inputs('orders-monitoring', 'VpcEndpoint')).toMatchObject({
      serviceName: 'com.amazonaws.cn-north-1.monitoring',
      vpcEndpointType: 'Interface',
      privateDnsEnabled: true,
      subnetIds: ['orders-cn-north-1a-id', 'orders-cn-north-1b-id', 'orders-cn-north-1d-id'],
    });
    expect(inputs('orders-repo-out-443-10-20-0-0-24', 'SecurityGroupEgressRule')).toMatchObject({ fromPort: 443 });
  });

  it('go by the name that CloudWatch has in the region, or the way that is there', async () => {
    const { network } = aws() as { network: object };
    const monitoringService = 'cn.com.amazonaws.cn-north-1.monitoring';
    await declare({ ...REPORTED, network: { ...network, monitoringService } });
    expect(inputs('orders-monitoring', 'VpcEndpoint')).toMatchObject({ serviceName: monitoringService });
    recorder.clear();
    await declare({ ...REPORTED, network: { ...network, apiNetworks: ['10.9.0.0/24'] } });
    expect(declared().filter((one) => one.startsWith('VpcEndpoint'))).toEqual([]);
  });
});

describe('the repository in a bucket', () => {
  const cluster = {
    version: 'V9',
    backup: { repository: 'repo', encryption: 'aes-256-cbc', retention: { windowDays: 14 } },
  };

  it('is versioned, encrypted, closed, cleared by retention and written by one user', async () => {
    const made = await declare({ repository: { bucket: 'orders-backups', objectLockDays: 20 }, cluster });
    const bucket = [
      'AccessKey',
      'Bucket',
      'BucketLifecycleConfiguration',
      'BucketObjectLockConfiguration',
      'BucketPolicy',
      'BucketPublicAccessBlock',
      'BucketServerSideEncryptionConfiguration',
      'BucketVersioning',
      'User',
      'UserPolicy',
    ].map((type) => `${type} orders-backups`);
    const nodes = NODES.filter((one) => !one.endsWith('orders-repo-backup'));
    expect(declared()).toEqual(
      [...ALWAYS, ...vpcOf('a', 'b', 'd'), ...nodes, ...bucket, 'VpcEndpoint orders-s3'].sort(),
    );
    expect(inputs('orders-backups', 'Bucket')).toMatchObject({
      bucket: 'orders-backups',
      forceDestroy: false,
      objectLockEnabled: true,
    });
    expect(inputs('orders-backups', 'BucketVersioning')).toMatchObject({
      versioningConfiguration: { status: 'Enabled' },
    });
    expect(inputs('orders-backups', 'BucketServerSideEncryptionConfiguration')).toMatchObject({
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: KEY_ARN },
          bucketKeyEnabled: true,
        },
      ],
    });
    expect(inputs('orders-backups', 'BucketPublicAccessBlock')).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(inputs('orders-backups', 'BucketLifecycleConfiguration')).toMatchObject({
      rules: [{ noncurrentVersionExpiration: { noncurrentDays: 21 } }],
    });
    expect(inputs('orders-backups', 'BucketObjectLockConfiguration')).toMatchObject({
      rule: { defaultRetention: { mode: 'GOVERNANCE', days: 20 } },
    });
    expect(String(inputs('orders-backups', 'BucketPolicy')['policy'])).toContain('user/orders-backups');
    expect(inputs('orders-repo-out-s3', 'SecurityGroupEgressRule')).toMatchObject({
      prefixListId: 'pl-s3',
      fromPort: 443,
    });
    const secrets = made.backupSecrets as NonNullable<typeof made.backupSecrets>;
    expect(await valueOf(secrets)).toEqual({ s3Key: 'orders-backups-id', s3KeySecret: 'secret-key' });
    expect(await pulumi.isSecret(secrets)).toBe(true);
  });
});

describe('wrong input', () => {
  it('is told at once, and nothing is declared', () => {
    const args = {
      ...aws({ kmsKeyId: undefined, replace: ['node1', 'node2'] }),
      cluster: CLUSTER,
      keySeed: 'short',
    } as AwsNodesArgs;
    expect(() => new AwsNodes('orders', args)).toThrow(
      [
        'cluster "orders": 3 findings',
        'keySeed: has 5 characters, at least 32 are needed',
        'HINT: Make one and keep it: openssl rand -base64 48 | pulumi config set --secret kingbase:keySeed.',
        'kmsKeyId: is missing',
      ].join('\n'),
    );
    expect(recorder.resources).toEqual([]);
  });

  it('names a region that is not the one the provider works in', () => {
    const args = { ...aws(), cluster: CLUSTER, keySeed: SEED } as AwsNodesArgs;
    pulumi.runtime.setConfig('aws:region', 'eu-west-1');
    try {
      expect(() => new AwsNodes('orders', args)).toThrow(
        'region: is cn-north-1, and the AWS provider of this stack works in eu-west-1\nHINT: Set one of the two: pulumi config set aws:region cn-north-1.',
      );
      expect(recorder.resources).toEqual([]);
    } finally {
      pulumi.runtime.setConfig('aws:region', 'cn-north-1');
    }
  });
});

function isSecretValue(value: unknown): boolean {
  return typeof value === 'object' && value !== null && SECRET in value;
}
