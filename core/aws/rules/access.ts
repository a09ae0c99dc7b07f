// Image, replacement, alarms, endpoint: what else must be said before anything is made.
import type { Finding } from '../../finding';
import { reportsNodes } from '../metrics';
import type { AwsNodesSpec, ImageSpec } from '../types';
import { finding, type AwsRule } from './rule';

export const access: AwsRule = (spec) => [
  ...images(spec),
  ...replacement(spec),
  ...alarms(spec),
  ...endpoint(spec),
  ...reach(spec),
  ...names(spec),
];

function images(spec: AwsNodesSpec): readonly Finding[] {
  const all: readonly (readonly [string, ImageSpec | undefined])[] = [
    ['image', spec.image],
    ...spec.nodes.map(({ image }, index) => [`nodes[${index}].image`, image] as const),
  ];
  return all.flatMap(([path, image]) => {
    if (image === undefined) return [];
    const fits =
      image.id === undefined
        ? image.owner !== undefined && image.name !== undefined
        : image.owner === undefined && image.name === undefined;
    const hint = 'An id is the same machine tomorrow; a filter (owner and name) takes the newest image that fits.';
    return fits ? [] : [finding('image', path, 'needs either id, or owner and name', hint)];
  });
}

function replacement({ replace, replaceUnchecked, nodes }: AwsNodesSpec): readonly Finding[] {
  const idle = replaceUnchecked.flatMap((name, index) =>
    replace.includes(name)
      ? []
      : [
          finding(
            'nothing-to-waive',
            `replaceUnchecked[${index}]`,
            `${JSON.stringify(name)} is not in replace`,
            'Take it out: a waiver that stays would be there the next time.',
          ),
        ],
  );
  const unknown = replace.flatMap((name, index) =>
    nodes.some((node) => node.name === name)
      ? []
      : [
          finding(
            'no-such-node',
            `replace[${index}]`,
            `there is no node ${JSON.stringify(name)}`,
            `Nodes are ${nodes.map((node) => node.name).join(', ')}.`,
          ),
        ],
  );
  if (replace.length <= 1) return [...unknown, ...idle];
  const hint = 'One node at a time, standbys first: put the next one here when the cluster is healthy again.';
  return [...unknown, ...idle, finding('replace-several', 'replace', `names ${replace.length} nodes`, hint)];
}

function alarms(spec: AwsNodesSpec): readonly Finding[] {
  if (spec.alarms !== undefined || !spec.production) return [];
  const hint = 'Give the ARN of an SNS topic that somebody reads; production: false goes without.';
  return [finding('no-alarms', 'alarms', 'is missing: nobody is told of a failed host', hint)];
}

function endpoint({ endpoint: given, network, nodes }: AwsNodesSpec): readonly Finding[] {
  if (given === undefined) return [];
  const at = (key: string, message: string, hint: string) => finding('endpoint', `endpoint.${key}`, message, hint);
  const needsRecord = given.kind === 'dnsRecord';
  const record = (['recordName', 'zoneId'] as const).flatMap((key) =>
    needsRecord && given[key] === undefined
      ? [at(key, 'is missing', 'A record needs its name and its hosted zone.')]
      : [],
  );
  const zones = new Set(network.subnets?.map(({ zone }) => zone) ?? network.zones);
  const databases = new Set(nodes.filter(({ role }) => role === 'database').map(({ zone }) => zone));
  const moves =
    given.kind === 'secondaryAddress' && zones.size > 1 && (databases.size !== 1 || databases.has(undefined));
  const hint =
    'An address belongs to a subnet, and a subnet to a zone: use a loadBalancer or a dnsRecord over several zones.';
  return [...record, ...(moves ? [at('kind', `secondaryAddress cannot move between ${zones.size} zones`, hint)] : [])];
}

/** In a VPC of ours the endpoints of EC2, CloudWatch and S3 are made as well; Route 53 has none there. */
function reach(spec: AwsNodesSpec): readonly Finding[] {
  const { endpoint: given, network, repository } = spec;
  if (network.apiNetworks.length > 0) return [];
  const own = network.cidr !== undefined;
  const called = [
    ...(given?.kind === 'secondaryAddress' && !own ? ['EC2, to move the address'] : []),
    ...(given?.kind === 'dnsRecord' ? ['Route 53, to rewrite the record'] : []),
    ...(repository !== undefined && !own ? ['S3, for the backups'] : []),
    ...(reportsNodes(spec) && !own ? ['CloudWatch, to report disks and backups (alarms.nodeMetrics)'] : []),
  ];
  if (called.length === 0) return [];
  const message = `is empty, and nodes must reach ${called.join(' and ')}`;
  return [
    finding(
      'no-way-to-api',
      'network.apiNetworks',
      message,
      `Name the networks of the interface endpoints there (port 443; no proxy)${reportsNodes(spec) && !own ? ', or leave the metrics out (alarms.nodeMetrics: false)' : ''}.`,
    ),
  ];
}

function names({ nodes }: AwsNodesSpec): readonly Finding[] {
  const seen = new Map<string, number>();
  return nodes.flatMap(({ name }, index) => {
    const before = seen.get(name);
    seen.set(name, index);
    return before === undefined
      ? []
      : [
          finding(
            'duplicate-node',
            `nodes[${index}].name`,
            `same name as nodes[${before}]`,
            'Each node has a name of its own.',
          ),
        ];
  });
}
