/** Every mistake in nodes on AWS, with its exact words; and that all of them come at once. */
import { describe, expect, it } from 'vitest';
import { aws, awsMessages, awsPlan, awsTexts, GIVEN_VPC, KEY_ARN, ONE_ZONE, SUBNETS } from '../../support/awsNodes';

const own = (more: Record<string, unknown>) => ({
  network: { ...(aws()['network'] as Record<string, unknown>), ...more },
});
const nodes = (...more: readonly Record<string, unknown>[]) => ({
  nodes: [
    { name: 'node1', ...more[0] },
    { name: 'node2', ...more[1] },
    { name: 'node3', ...more[2] },
  ],
});

type Case = readonly [what: string, input: Record<string, unknown>, messages: readonly string[]];

const cases: readonly Case[] = [
  [
    'one zone for production',
    { ...ONE_ZONE, production: true },
    ['network: all database nodes of a production cluster stand in cn-north-1a'],
  ],
  [
    'one zone by hand for production',
    nodes({ zone: 'cn-north-1b' }, { zone: 'cn-north-1b' }, { zone: 'cn-north-1b' }),
    ['network: all database nodes of a production cluster stand in cn-north-1b'],
  ],
  ['a zone without a subnet', nodes({ zone: 'cn-north-1c' }), ['nodes[0].zone: there is no subnet in "cn-north-1c"']],
  [
    'a zone of another region',
    own({ zones: ['cn-north-1a', 'us-east-1b'] }),
    ['network: us-east-1b is no zone of cn-north-1'],
  ],
  [
    'instance store as data',
    { volumes: { data: { instanceStore: true } } },
    ['volumes.data.instanceStore: would hold the data on disks that are lost with a stop'],
  ],
  [
    'more operations than gp3 gives',
    { volumes: { wal: { sizeGiB: 20, iops: 12_000 } } },
    [
      'volumes.wal.iops: 12000 is above the 10000 of 20 GiB',
      'volumes.wal.sizeGiB: 20 GiB are too small: wal_keep_segments keeps 8192 MiB, max_wal_size 1024 MiB, slots of 2 standbys up to 8192 MiB, in 80 % of the volume',
    ],
  ],
  [
    'more throughput than the operations carry',
    { volumes: { backup: { throughputMiBps: 800 } } },
    ['volumes.backup.throughputMiBps: 800 MiB/s is above the 750 of 3000 operations'],
  ],
  ['no key of one’s own', { kmsKeyId: undefined }, ['kmsKeyId: is missing']],
  [
    'a key elsewhere',
    { kmsKeyId: KEY_ARN.replace('cn-north-1', 'cn-northwest-1') },
    ['kmsKeyId: lies in cn-northwest-1, the nodes in cn-north-1'],
  ],
  ['a waiver of nothing', { replaceUnchecked: ['node2'] }, ['replaceUnchecked[0]: "node2" is not in replace']],
  ['no alarms', { alarms: undefined }, ['alarms: is missing: nobody is told of a failed host']],
  [
    'own and given VPC',
    { network: { cidr: '10.20.0.0/16', zones: ['cn-north-1a'], vpcId: 'vpc-0a', subnets: SUBNETS } },
    ['network: names a VPC to make and one that is there'],
  ],
  ['half a network of its own', { network: { cidr: '10.20.0.0/16' } }, ['network.zones: is missing']],
  ['half a given network', { network: { subnets: SUBNETS } }, ['network.vpcId: is missing']],
  ['no network', { network: {} }, ['network.cidr: is missing', 'network.zones: is missing']],
  [
    'subnets that overlap',
    { network: { vpcId: 'vpc-0a', subnets: [SUBNETS[0], { ...SUBNETS[1], cidr: '10.30.1.128/25' }] } },
    ['network.subnets[1].cidr: 10.30.1.128/25 overlaps subnets[0] (10.30.1.0/24)'],
  ],
  [
    'administrators around the VPC',
    { administrators: ['10.0.0.0/8'] },
    ['administrators[0]: 10.0.0.0/8 overlaps network.cidr (10.20.0.0/16)'],
  ],
  [
    'a route into the VPC itself',
    own({ routes: [{ cidr: '10.20.5.0/24', transitGatewayId: 'tgw-01' }] }),
    ['network.routes[0].cidr: 10.20.5.0/24 lies inside network.cidr (10.20.0.0/16), which needs no route'],
  ],
  [
    'a public address in a VPC without a way to the world',
    own({ publicAddresses: true }),
    ['network.publicAddresses: is true, and a VPC that is made here has no internet gateway'],
  ],
  [
    'a route in a given VPC',
    { network: { ...GIVEN_VPC.network, routes: [{ cidr: '10.9.0.0/16', transitGatewayId: 'tgw-01' }] } },
    ['network.routes[0]: is a route in a VPC that is not ours'],
  ],
  [
    'everybody',
    { administrators: ['0.0.0.0/0'] },
    ['administrators[0]: 0.0.0.0/0 is wider than any network of one owner'],
  ],
  [
    'host bits',
    { administrators: ['10.99.0.5/24'] },
    ['administrators[0]: 10.99.0.5/24 has bits set behind its prefix length'],
  ],
  ['no network at all', { administrators: ['office'] }, ['administrators[0]: "office" is not an IPv4 network']],
  [
    'a VPC that AWS does not make',
    own({ cidr: '10.0.0.0/12' }),
    ['network.cidr: 10.0.0.0/12 is a network of length 12'],
  ],
  [
    'no room for the subnets',
    own({ cidr: '10.20.0.0/23' }),
    ['network.subnetBits: 3 subnets of length 24 need 768 addresses, 10.20.0.0/23 has 512'],
  ],
  [
    'an address that the subnet does not have',
    { ...own({ subnetBits: 27 }), ...nodes({ host: 31 }) },
    ['nodes[0].host: node1 would get 10.20.0.31, which 10.20.0.0/27 does not have'],
  ],
  [
    'an address twice',
    nodes({ host: 20, zone: 'cn-north-1a' }, { host: 20, zone: 'cn-north-1a' }),
    ['nodes[1].host: node2 and node1 would both get 10.20.0.20'],
  ],
  [
    'the address of the endpoint',
    { ...nodes({ host: 9 }), endpoint: { kind: 'loadBalancer' } },
    ['nodes[0].host: node1 and the endpoint would both get 10.20.0.9'],
  ],
  ['an image without an id or a filter', { image: { owner: 'amazon' } }, ['image: needs either id, or owner and name']],
  [
    'two ways to an image',
    nodes({ image: { id: 'ami-0123456789abcdef0', name: 'debian-12-*' } }),
    ['nodes[0].image: needs either id, or owner and name'],
  ],
  ['a node that is not there', { replace: ['node9'] }, ['replace[0]: there is no node "node9"']],
  ['several at once', { replace: ['node1', 'node2'] }, ['replace: names 2 nodes']],
  ['a name twice', { nodes: [{ name: 'node1' }, { name: 'node1' }] }, ['nodes[1].name: same name as nodes[0]']],
  [
    'a record without name and zone',
    { endpoint: { kind: 'dnsRecord' } },
    [
      'endpoint.recordName: is missing',
      'endpoint.zoneId: is missing',
      'network.apiNetworks: is empty, and nodes must reach Route 53, to rewrite the record',
    ],
  ],
  [
    'an address over several zones',
    { endpoint: { kind: 'secondaryAddress' } },
    ['endpoint.kind: secondaryAddress cannot move between 3 zones'],
  ],
  [
    'no way to the API from a given VPC',
    {
      production: false,
      network: { vpcId: 'vpc-0a', subnets: [SUBNETS[0]] },
      endpoint: { kind: 'secondaryAddress' },
      repository: { bucket: 'orders-backups' },
    },
    ['network.apiNetworks: is empty, and nodes must reach EC2, to move the address and S3, for the backups'],
  ],
  [
    'a bucket that no node writes to',
    { ...nodes(), repository: { bucket: 'orders-backups' } },
    ['repository: has no node that writes to it'],
  ],
  [
    'a WAL volume that slots would fill',
    { volumes: { wal: { sizeGiB: 16 } } },
    [
      'volumes.wal.sizeGiB: 16 GiB are too small: wal_keep_segments keeps 8192 MiB, max_wal_size 1024 MiB, slots of 2 standbys up to 8192 MiB, in 80 % of the volume',
    ],
  ],
  ['a shape that is none', { region: 'Peking', nodes: [] }, []],
];

describe('parseAwsNodes', () => {
  it('takes what is whole', () => {
    expect(awsMessages()).toEqual([]);
    expect(awsMessages(GIVEN_VPC)).toEqual([]);
    expect(awsMessages(ONE_ZONE)).toEqual([]);
  });

  it.each(cases.slice(0, -1))('names %s', (_, input, messages) => {
    expect(awsMessages(input)).toEqual(messages);
  });

  it('names a shape that is none, with the bounds', () => {
    expect(awsMessages({ region: 'Peking', nodes: [], volumes: { wal: { sizeGiB: 0 } }, extra: 1 })).toEqual([
      'extra: unknown key "extra"',
      'region: expected text, found the text "Peking"',
      'nodes: has 0 entries, at least 1 needed',
      'volumes.wal.sizeGiB: 0 GiB is below the minimum 1 GiB',
    ]);
  });

  it('says everything at once, about AWS and about the cluster', () => {
    const found = awsMessages(
      { ...ONE_ZONE, production: true, kmsKeyId: undefined, volumes: { data: { instanceStore: true } } },
      { database: { port: 22 } },
    );
    expect(found).toEqual([
      'network: all database nodes of a production cluster stand in cn-north-1a',
      'volumes.data.instanceStore: would hold the data on disks that are lost with a stop',
      'kmsKeyId: is missing',
      'cluster.database.port: 22 is below the minimum 1024',
    ]);
  });

  it('gives a hint with each', () => {
    expect(awsTexts({ kmsKeyId: undefined })).toEqual([
      'kmsKeyId: is missing\nHINT: Give the ARN of a key of your own: with the account’s default key nobody else’s account can ever read a snapshot. production: false takes it.',
    ]);
    for (const [, input] of cases) for (const text of awsTexts(input)) expect(text).toMatch(/\nHINT: .*[.)]/);
  });

  it('leaves the WAL of a single node its own room only', () => {
    expect(awsMessages({ production: false, nodes: [{ name: 'node1' }], volumes: { wal: { sizeGiB: 14 } } })).toEqual(
      [],
    );
  });

  it('knows the plan of an input that is whole', () => {
    expect(awsPlan().partition).toBe('aws-cn');
  });
});
