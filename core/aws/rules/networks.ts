// Networks: own or given, not both; none inside another; none open to everybody; room for every address.
import type { Finding } from '../../finding';
import { networkBase, type Network } from '../../text/address';
import { FIRST_HOST, hostAddress, overlap, parseIpv4Network, placeNodes, planSubnets, sizeOf } from '../network';
import type { AwsNodesSpec } from '../types';
import { finding, type AwsRule } from './rule';

interface Named {
  readonly path: string;
  readonly text: string;
  readonly network: Network | undefined;
}

export const networks: AwsRule = (spec) => {
  const shape = ownOrGiven(spec);
  if (shape.length > 0) return shape;
  const named = namedNetworks(spec);
  const wrong = named.flatMap(unusable);
  // What follows from a network that is none would only distract.
  return wrong.length > 0
    ? wrong
    : [...overlapping(spec), ...room(spec), ...places(spec), ...routes(spec), ...publicly(spec)];
};

function ownOrGiven({ network }: AwsNodesSpec): readonly Finding[] {
  const own = network.cidr !== undefined || network.zones !== undefined;
  const given = network.vpcId !== undefined || network.subnets !== undefined;
  const hint =
    'Give cidr and zones for a VPC that is made, or vpcId and subnets (id, zone, cidr) for one that is there.';
  if (own && given) return [finding('two-networks', 'network', 'names a VPC to make and one that is there', hint)];
  const missing = given
    ? (['vpcId', 'subnets'] as const).filter((key) => network[key] === undefined)
    : (['cidr', 'zones'] as const).filter((key) => network[key] === undefined);
  return missing.map((key) => finding('missing', `network.${key}`, 'is missing', hint));
}

function namedNetworks(spec: AwsNodesSpec): readonly Named[] {
  const one = (path: string, text: string): Named => ({ path, text, network: parseIpv4Network(text) });
  const { cidr, subnets, routes: ways } = spec.network;
  return [
    ...(cidr === undefined ? [] : [one('network.cidr', cidr)]),
    ...(subnets ?? []).map((subnet, index) => one(`network.subnets[${index}].cidr`, subnet.cidr)),
    ...spec.administrators.map((text, index) => one(`administrators[${index}]`, text)),
    ...spec.network.apiNetworks.map((text, index) => one(`network.apiNetworks[${index}]`, text)),
    ...ways.flatMap((way, index) => (way.cidr === '0.0.0.0/0' ? [] : [one(`network.routes[${index}].cidr`, way.cidr)])),
  ];
}

function unusable({ path, text, network }: Named): readonly Finding[] {
  if (network === undefined) {
    return [
      finding('bad-network', path, `${JSON.stringify(text)} is not an IPv4 network`, 'Write it as 10.20.0.0/16.'),
    ];
  }
  const base = networkBase(network);
  if (base !== network.ip.toString()) {
    return [
      finding('host-bits', path, `${text} has bits set behind its prefix length`, `Write ${base}/${network.length}.`),
    ];
  }
  return network.length < 8
    ? [finding('everybody', path, `${text} is wider than any network of one owner`, 'Name the networks that need it.')]
    : [];
}

function overlapping(spec: AwsNodesSpec): readonly Finding[] {
  const { network } = spec;
  const parsed = (text: string): Network => parseIpv4Network(text) as Network;
  const subnets = network.subnets ?? [];
  const twice = subnets.flatMap(({ cidr }, index) =>
    subnets
      .slice(0, index)
      .flatMap((other, before) =>
        overlap(parsed(cidr), parsed(other.cidr))
          ? [
              finding(
                'overlap',
                `network.subnets[${index}].cidr`,
                `${cidr} overlaps subnets[${before}] (${other.cidr})`,
                'Subnets of one VPC never overlap: one of the two is copied wrongly.',
              ),
            ]
          : [],
      ),
  );
  const own = network.cidr;
  if (own === undefined) return twice;
  const hint = 'Choose a network that nobody who reaches the nodes has: answers to them would stay inside the VPC.';
  const others = [
    ...spec.administrators.map((text, index) => ({ path: `administrators[${index}]`, text })),
    ...network.routes.flatMap(({ cidr }, index) =>
      cidr === '0.0.0.0/0' ? [] : [{ path: `network.routes[${index}].cidr`, text: cidr }],
    ),
  ];
  return others.flatMap(({ path, text }) =>
    overlap(parsed(text), parsed(own)) && parsed(text).length < parsed(own).length
      ? [finding('overlap', path, `${text} overlaps network.cidr (${own})`, hint)]
      : path.startsWith('network.routes') && overlap(parsed(text), parsed(own))
        ? [finding('overlap', path, `${text} lies inside network.cidr (${own}), which needs no route`, hint)]
        : [],
  );
}

function room(spec: AwsNodesSpec): readonly Finding[] {
  const { cidr, zones: names = [], subnetBits } = spec.network;
  if (cidr === undefined) return [];
  const vpc = parseIpv4Network(cidr) as Network;
  const needed = names.length * 2 ** (32 - subnetBits);
  if (vpc.length < 16 || vpc.length > 28) {
    return [
      finding(
        'vpc-size',
        'network.cidr',
        `${cidr} is a network of length ${vpc.length}`,
        'A VPC has a length of 16 to 28.',
      ),
    ];
  }
  return needed <= sizeOf(vpc)
    ? []
    : [
        finding(
          'no-room',
          'network.subnetBits',
          `${names.length} subnets of length ${subnetBits} need ${needed} addresses, ${cidr} has ${sizeOf(vpc)}`,
          'Give a wider network.cidr, or a longer subnetBits.',
        ),
      ];
}

/** Every address is ours to give: outside of what AWS keeps, and given once. */
function places(spec: AwsNodesSpec): readonly Finding[] {
  const subnets = planSubnets(spec);
  const endpoint = spec.endpoint === undefined || spec.endpoint.kind === 'dnsRecord' ? [] : [spec.endpoint.host];
  const used = new Map(
    endpoint.flatMap((host) => subnets.map(({ cidr }) => [hostAddress(cidr, host), 'the endpoint'])),
  );
  return placeNodes(spec, subnets).flatMap(({ name, address, subnet }, index) => {
    const path = `nodes[${index}]${spec.nodes[index]?.host === undefined ? '' : '.host'}`;
    const last = sizeOf(parseIpv4Network(subnet.cidr) as Network) - 2;
    const inside = [...Array(Math.max(0, last - FIRST_HOST + 1)).keys()].some(
      (at) => hostAddress(subnet.cidr, at + FIRST_HOST) === address,
    );
    if (!inside) {
      const hint = `Choose host from ${FIRST_HOST} to ${last}: AWS keeps the first four addresses and the last one.`;
      return [
        finding('address-outside', path, `${name} would get ${address}, which ${subnet.cidr} does not have`, hint),
      ];
    }
    const by = used.get(address);
    used.set(address, name);
    return by === undefined
      ? []
      : [
          finding(
            'address-taken',
            path,
            `${name} and ${by} would both get ${address}`,
            'Give one of them another host.',
          ),
        ];
  });
}

function routes({ network }: AwsNodesSpec): readonly Finding[] {
  if (network.cidr !== undefined) return [];
  return network.routes.map((_way, index) =>
    finding(
      'route-given-vpc',
      `network.routes[${index}]`,
      'is a route in a VPC that is not ours',
      'Routes of a given VPC are its owner’s; leave network.routes out.',
    ),
  );
}

/** No internet gateway is made: an address that nobody reaches would only cost. */
function publicly({ network }: AwsNodesSpec): readonly Finding[] {
  if (network.cidr === undefined || !network.publicAddresses) return [];
  return [
    finding(
      'public-own-vpc',
      'network.publicAddresses',
      'is true, and a VPC that is made here has no internet gateway',
      'Leave it out, or give a VPC that has one (vpcId, subnets).',
    ),
  ];
}
