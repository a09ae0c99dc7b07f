/** What follows from nodes on AWS: zones, addresses, security groups, user data, rights, what a bucket throws away. */
import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { billableResources } from '../../../core/aws/billable';
import { planLifecycle } from '../../../core/aws/lifecycle';
import { hostAddress, overlap, parseIpv4Network, placeNodes, planSubnets } from '../../../core/aws/network';
import { assumeRole, bucketPolicy, nodePolicy, repositoryPolicy } from '../../../core/aws/policies';
import { ruleKey } from '../../../core/aws/securityRules';
import type { AwsNodePlan, AwsNodesPlan } from '../../../core/aws/types';
import { renderUserData, USER_DATA_LIMIT } from '../../../core/aws/userData';
import { computeBudget } from '../../../core/budget/computeBudget';
import { escapes } from '../../../core/render/escape';
import { awsPlan, GIVEN_VPC, KEY_ARN, ONE_ZONE } from '../../support/awsNodes';

const templates = loadTemplates();
const IDENTITY = {
  hostPrivateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r\n-----END OPENSSH PRIVATE KEY-----\n',
  hostPublicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE1',
  loginPublicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE2',
};
const VOLUME_IDS = { data: 'vol-0aaa', wal: 'vol-0bbb', backup: 'vol-0ccc' };
const placed = (plan: AwsNodesPlan) => plan.nodes.map(({ name, zone, address }) => [name, zone.slice(-1), address]);
const nodeOf = (plan: AwsNodesPlan, name: string): AwsNodePlan =>
  plan.nodes.find((one) => one.name === name) as AwsNodePlan;
const rulesOf = (node: AwsNodePlan) =>
  node.rules.map(({ direction, protocol, port, cidr }) => `${direction} ${protocol} ${port} ${cidr}`);

describe('zones and addresses', () => {
  it('spreads each role over the zones, the repository away from the first database node', () => {
    expect(placed(awsPlan())).toEqual([
      ['node1', 'a', '10.20.0.10'],
      ['node2', 'b', '10.20.1.11'],
      ['node3', 'd', '10.20.2.12'],
      ['repo', 'd', '10.20.2.13'],
    ]);
  });

  it('takes the subnets that are given, and what a node says itself', () => {
    const nodes = [
      { name: 'node1', host: 40 },
      { name: 'node2', zone: 'cn-north-1d' },
      { name: 'vote', role: 'witness' },
    ];
    expect(placed(awsPlan({ ...GIVEN_VPC, nodes }))).toEqual([
      ['node1', 'a', '10.30.1.40'],
      ['node2', 'd', '10.30.3.10'],
      ['vote', 'd', '10.30.3.11'],
    ]);
  });

  it('moves no other address when a node is added at the end', () => {
    const names = ['node1', 'node2', 'node3'];
    const before = awsPlan({ nodes: names.map((name) => ({ name })) });
    const after = awsPlan({ nodes: [...names, 'node4'].map((name) => ({ name })) });
    expect(placed(after).slice(0, 3)).toEqual(placed(before));
  });

  it('makes subnets that lie in the VPC and never overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 20, max: 27 }), (count, subnetBits) => {
        const zones = [...'abcdef'].slice(0, count).map((letter) => `cn-north-1${letter}`);
        const plan = awsPlan({ production: false, network: { cidr: '10.20.0.0/16', zones, subnetBits } });
        const subnets = planSubnets(plan.spec).map(
          ({ cidr }) => parseIpv4Network(cidr) as NonNullable<ReturnType<typeof parseIpv4Network>>,
        );
        const vpc = parseIpv4Network('10.20.0.0/16') as (typeof subnets)[number];
        for (const [index, one] of subnets.entries()) {
          expect(overlap(one, vpc)).toBe(true);
          for (const other of subnets.slice(0, index)) expect(overlap(one, other)).toBe(false);
        }
        const addresses = placeNodes(plan.spec, plan.subnets).map(({ address }) => address);
        expect(new Set(addresses).size).toBe(addresses.length);
      }),
      { numRuns: 30 },
    );
  });

  it('counts on over a byte', () => {
    expect(hostAddress('10.20.4.0/22', 300)).toBe('10.20.5.44');
    expect(parseIpv4Network('fd00::/64')).toBeUndefined();
  });
});

describe('security groups', () => {
  it('say what the firewall of the host says, and let administrators in', () => {
    const plan = awsPlan({ endpoint: { kind: 'loadBalancer' } });
    for (const [index, node] of plan.nodes.entries()) {
      const firewall = plan.cluster.nodes[index]?.firewall.flatMap(({ port, protocol, sources }) =>
        sources.map((cidr) => `in ${protocol} ${port === 'icmp' ? -1 : port} ${cidr}`),
      );
      expect(rulesOf(node).filter((rule) => rule.startsWith('in'))).toEqual([
        ...(firewall ?? []),
        'in tcp 22 10.99.0.0/24',
      ]);
      expect(new Set(node.rules.map(ruleKey)).size).toBe(node.rules.length);
    }
    expect(rulesOf(nodeOf(plan, 'node1'))).toEqual([
      'in tcp 54321 10.20.1.11/32',
      'in tcp 54321 10.20.2.12/32',
      'in tcp 54321 10.50.0.0/16',
      'in tcp 22 10.20.1.11/32',
      'in tcp 22 10.20.2.12/32',
      'in tcp 22 10.20.2.13/32',
      'in icmp -1 10.20.1.11/32',
      'in icmp -1 10.20.2.12/32',
      'in icmp -1 10.20.2.13/32',
      'in icmp -1 10.50.0.0/16',
      'in tcp 8008 10.20.0.0/24',
      'in tcp 8008 10.20.1.0/24',
      'in tcp 8008 10.20.2.0/24',
      'in tcp 22 10.99.0.0/24',
      'out tcp 54321 10.20.1.11/32',
      'out tcp 22 10.20.1.11/32',
      'out icmp -1 10.20.1.11/32',
      'out tcp 54321 10.20.2.12/32',
      'out tcp 22 10.20.2.12/32',
      'out icmp -1 10.20.2.12/32',
      'out tcp 22 10.20.2.13/32',
      'out icmp -1 10.20.2.13/32',
      'out icmp -1 10.50.0.53/32',
      'out icmp -1 10.50.0.54/32',
    ]);
  });

  it('open nothing to everybody, whatever is declared', () => {
    const plans = [awsPlan(), awsPlan(GIVEN_VPC), awsPlan({ ...ONE_ZONE, endpoint: { kind: 'secondaryAddress' } })];
    for (const { nodes } of plans)
      for (const { rules } of nodes) for (const { cidr } of rules) expect(cidr).not.toMatch(/\/0$/);
  });

  it('lead to the API of EC2 where the promoted node moves an address', () => {
    const plan = awsPlan({ ...ONE_ZONE, endpoint: { kind: 'secondaryAddress' } });
    expect(rulesOf(nodeOf(plan, 'node2')).filter((rule) => rule.includes(' 443 '))).toEqual([
      'out tcp 443 10.20.0.0/24',
    ]);
    const given = { vpcId: 'vpc-0aa', subnets: GIVEN_VPC.network.subnets.slice(0, 1), apiNetworks: ['10.9.0.0/24'] };
    const there = awsPlan({ production: false, network: given, endpoint: { kind: 'secondaryAddress' } });
    expect(there.apiNetworks).toEqual(['10.9.0.0/24']);
  });
});

describe('the cluster on them', () => {
  it('gets hosts, zones as locations, directories on the volumes and the repository on its own', () => {
    const { clusterInput } = awsPlan({}, { backup: { repository: 'repo' } });
    expect(clusterInput.nodes.map(({ name, host, location, netDevice }) => [name, host, location, netDevice])).toEqual([
      ['node1', '10.20.0.10', 'cn-north-1a', 'ens5'],
      ['node2', '10.20.1.11', 'cn-north-1b', 'ens5'],
      ['node3', '10.20.2.12', 'cn-north-1d', 'ens5'],
      ['repo', '10.20.2.13', 'cn-north-1d', 'ens5'],
    ]);
    expect(clusterInput).toMatchObject({
      connection: { user: 'ops' },
      directories: { data: '/kbdata/data', wal: '/kbwal/wal', walVolumeMiB: 51_200 },
      backup: { repository: 'repo', path: '/kbrepo/kbbr_repo' },
    });
    expect(clusterInput.endpoint).toBeUndefined();
  });

  it.each([
    [{ kind: 'loadBalancer' }, {}, '10.20.0.9:54321,10.20.1.9:54321,10.20.2.9:54321'],
    [{ kind: 'secondaryAddress', host: 8 }, ONE_ZONE, '10.20.0.8:54321'],
    [
      // Route 53 keeps names in lower case, and finds them so.
      { kind: 'dnsRecord', recordName: 'Orders.DB.internal', zoneId: 'Z0123456789' },
      { network: { ...GIVEN_VPC.network, apiNetworks: ['10.9.0.0/24'] } },
      'orders.db.internal:54321',
    ],
  ])('is reached at its endpoint %j', (endpoint, more, readWrite) => {
    const plan = awsPlan({ ...more, endpoint });
    expect(plan.cluster.endpoints.readWrite).toBe(readWrite);
    const role = endpoint.kind === 'loadBalancer' ? '?targetServerType=master' : '';
    expect(plan.cluster.endpoints.jdbc).toBe(`jdbc:kingbase8://${readWrite}/test${role}`);
    const { why } = computeBudget(plan.clusterSpec).exposure;
    const isBalanced = endpoint.kind === 'loadBalancer';
    expect(why.includes('sees no healthy target')).toBe(isBalanced);
    // Fenced by being stopped; whoever says otherwise is taken at his word.
    expect(plan.clusterSpec.failover.runningUnderFailureTrustedServers).toBe(!isBalanced);
    const { trustedServers } = plan.clusterSpec.failover;
    const goesOn = awsPlan(
      { ...more, endpoint },
      { failover: { trustedServers: [...trustedServers], runningUnderFailureTrustedServers: true } },
    );
    expect(goesOn.clusterSpec.failover.runningUnderFailureTrustedServers).toBe(true);
  });

  it('has one address of the load balancer in each zone, also where two subnets of one are given', () => {
    const more = { id: 'subnet-0a9', zone: 'cn-north-1a', cidr: '10.30.9.0/24' };
    const { subnets } = GIVEN_VPC.network;
    const plan = awsPlan({
      network: { vpcId: 'vpc-0aa', subnets: [subnets[0], more, ...subnets.slice(1)] },
      endpoint: { kind: 'loadBalancer' },
    });
    expect(plan.endpoint?.addresses).toEqual(['10.30.1.9', '10.30.2.9', '10.30.3.9']);
    expect(plan.subnets.map(({ cidr }) => cidr)).toEqual(['10.30.1.0/24', '10.30.2.0/24', '10.30.3.0/24']);
  });

  it('backs up into the bucket, by way of the repository node', () => {
    const v9 = { version: 'V9', backup: { repository: 'repo', encryption: 'aes-256-cbc' } } as const;
    const plan = awsPlan({ repository: { bucket: 'orders-backups' } }, v9);
    expect(plan.clusterSpec.backup?.repositories[0]).toMatchObject({
      kind: 's3',
      node: 'repo',
      bucket: 'orders-backups',
      endpoint: 'https://s3.cn-north-1.amazonaws.com.cn',
      region: 'cn-north-1',
    });
    expect(nodeOf(plan, 'repo').volumes).toEqual([]);
  });
});

describe('user data', () => {
  const plan = awsPlan();
  const text = (name: string) =>
    renderUserData(plan, nodeOf(plan, name), { identity: IDENTITY, volumeIds: VOLUME_IDS, templates });

  it.each(['node1', 'repo'])('of %s is as it was', async (name) => {
    await expect(text(name)).toMatchFileSnapshot(`../../golden/aws/user-data-${name}.yaml`);
  });

  it('is read by YAML as it was meant', () => {
    const read = load(text('node1')) as Record<string, unknown>;
    const files = Object.fromEntries(
      (read['write_files'] as { path: string; content: string }[]).map(({ path, content }) => [path, content]),
    );
    expect(text('node1').startsWith('#cloud-config\n')).toBe(true);
    expect(read['ssh_keys']).toEqual({
      ed25519_private: IDENTITY.hostPrivateKey,
      ed25519_public: IDENTITY.hostPublicKey,
    });
    expect(files['/usr/local/lib/pulumi-kingbase/volumes.sh']).toBe(templates['program:os/volumes.sh']);
    expect(files['/etc/pulumi-kingbase/volumes.conf']).toContain(
      "printf '%s\\n' 'vol-0aaa kb-data ext4 /kbdata noatime'",
    );
    expect(files['/etc/ssh/sshd_config.d/10-pulumi-kingbase.conf']).toContain('AllowUsers ops kingbase\n');
    expect(read['users']).toEqual([
      {
        name: 'ops',
        shell: '/bin/bash',
        lock_passwd: true,
        sudo: 'ALL=(ALL:ALL) NOPASSWD: ALL',
        ssh_authorized_keys: [IDENTITY.loginPublicKey],
      },
    ]);
  });

  it('lets the one user in who logs in and owns the database', () => {
    const same = awsPlan({ loginUser: 'kingbase' });
    const said = renderUserData(same, nodeOf(same, 'repo'), { identity: IDENTITY, volumeIds: {}, templates });
    expect(said).toContain('AllowUsers kingbase\\n');
  });

  it('fits into what EC2 takes', () => {
    expect(Buffer.byteLength(text('node1'))).toBeLessThan(USER_DATA_LIMIT * 0.75);
  });

  it('carries any text through YAML', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect((load(`x: "${escapes.yaml(value)}"`) as { x: string }).x).toBe(value);
      }),
    );
    expect((load(`x: "${escapes.yaml('"\n\u007f\u0085\u2028$; 数据 %')}"`) as { x: string }).x).toBe(
      '"\n\u007f\u0085\u2028$; 数据 %',
    );
  });
});

describe('rights', () => {
  it('are none where a node calls no API', () => {
    expect(nodePolicy(awsPlan(), 'database')).toBeUndefined();
    expect(nodePolicy(awsPlan({ endpoint: { kind: 'loadBalancer' } }), 'database')).toBeUndefined();
  });

  it('move the address of this cluster and write one tag', () => {
    const policy = nodePolicy(awsPlan({ ...ONE_ZONE, endpoint: { kind: 'secondaryAddress' } }), 'database');
    const ours = { 'aws:ResourceTag/pulumi-kingbase:cluster': 'orders' };
    const interfaces = 'arn:aws-cn:ec2:cn-north-1:*:network-interface/*';
    expect(policy?.Statement).toEqual([
      {
        Sid: 'Look',
        Effect: 'Allow',
        Action: 'ec2:DescribeNetworkInterfaces',
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestedRegion': 'cn-north-1' } },
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
        Condition: { StringEquals: ours, 'ForAllValues:StringEquals': { 'aws:TagKeys': ['pulumi-kingbase:timeline'] } },
      },
    ]);
  });

  it('rewrite one record and its witness', () => {
    const endpoint = { kind: 'dnsRecord', recordName: 'Orders.DB.internal', zoneId: 'Z0123456789' };
    const policy = nodePolicy(
      awsPlan({ network: { ...GIVEN_VPC.network, apiNetworks: ['10.9.0.0/24'] }, endpoint }),
      'database',
    );
    expect(policy?.Statement[1]).toMatchObject({
      Action: 'route53:ChangeResourceRecordSets',
      Resource: 'arn:aws-cn:route53:::hostedzone/Z0123456789',
      Condition: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
            'orders.db.internal',
            '_primary.orders.db.internal',
          ],
        },
      },
    });
  });

  it('are taken by instances alone, in China under their own name', () => {
    expect(assumeRole('aws-cn').Statement[0]?.Principal).toEqual({ Service: 'ec2.amazonaws.com.cn' });
    expect(assumeRole('aws').Statement[0]?.Principal).toEqual({ Service: 'ec2.amazonaws.com' });
  });

  it('of the bucket: one writer, who deletes no version for good, and nobody in the clear', () => {
    const policy = bucketPolicy('arn:aws:s3:::b', 'arn:aws:iam::1:user/w');
    expect(policy.Statement.map(({ Sid, Effect, Condition }) => [Sid, Effect, Condition])).toEqual([
      ['OnlyTheRepositoryWrites', 'Deny', { StringNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::1:user/w' } }],
      ['NeverDeletedForGood', 'Deny', { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::1:user/w' } }],
      ['OnlyEncrypted', 'Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
    ]);
    const actions = repositoryPolicy('arn:aws:s3:::b', KEY_ARN).Statement.flatMap(({ Action }) => Action);
    expect(actions).toEqual([
      's3:ListBucket',
      's3:GetBucketLocation',
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      'kms:GenerateDataKey',
      'kms:Decrypt',
    ]);
    expect(repositoryPolicy('arn:aws:s3:::b', undefined).Statement).toHaveLength(2);
  });
});

describe('what the bucket throws away', () => {
  const backup = (windowDays: number) =>
    awsPlan({}, { backup: { repository: 'repo', retention: { windowDays } } }).clusterSpec.backup;

  it('is never younger than the window, the lock or a week', () => {
    expect(planLifecycle(backup(30))).toEqual({ id: 'cleared-by-sys-rman', noncurrentDays: 30, abortMultipartDays: 7 });
    expect(planLifecycle(backup(30), 60).noncurrentDays).toBe(61);
    expect(planLifecycle(undefined).noncurrentDays).toBe(7);
  });
});

describe('what is billed', () => {
  it('is listed by kind, without prices', () => {
    const plan = awsPlan({
      endpoint: { kind: 'loadBalancer' },
      nodes: [{ name: 'node1' }, { name: 'node2', instanceType: 'r7i.large' }],
    });
    expect(billableResources('orders', plan)).toEqual({
      'EC2 instance': ['orders-node1 (m7i.xlarge)', 'orders-node2 (r7i.large)'],
      'EBS gp3 volume': [
        'orders-node1-root (30 GiB)',
        'orders-node1-data (100 GiB, 3000 IOPS, 125 MiB/s; kept after destroy)',
        'orders-node1-wal (50 GiB, 3000 IOPS, 125 MiB/s; kept after destroy)',
        'orders-node2-root (30 GiB)',
        'orders-node2-data (100 GiB, 3000 IOPS, 125 MiB/s; kept after destroy)',
        'orders-node2-wal (50 GiB, 3000 IOPS, 125 MiB/s; kept after destroy)',
      ],
      'network load balancer': ['orders-lb (cross-zone)'],
      'CloudWatch alarm': ['orders-node1-status', 'orders-node2-status', 'orders-no-primary', 'orders-two-primaries'],
      'traffic between zones': ['replication and backups'],
      'KMS requests': [KEY_ARN],
    });
  });

  it('names the rest where there is one', () => {
    const plan = awsPlan({
      ...ONE_ZONE,
      kmsKeyId: undefined,
      alarms: undefined,
      network: { ...ONE_ZONE.network, routes: [{ cidr: '10.50.0.0/16', transitGatewayId: 'tgw-0123' }] },
      endpoint: { kind: 'secondaryAddress' },
      repository: { bucket: 'orders-backups' },
    });
    expect(Object.keys(billableResources('orders', plan))).toEqual([
      'EC2 instance',
      'EBS gp3 volume',
      'interface VPC endpoint',
      'transit gateway attachment',
      'S3 bucket',
    ]);
    const open = { ...GIVEN_VPC.network, publicAddresses: true };
    expect(billableResources('orders', awsPlan({ network: open }))['public IPv4 address']).toHaveLength(4);
  });
});
