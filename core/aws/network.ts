// Subnets, addresses in them, and who stands in which zone: from numbers alone, so that a preview knows every address.
import ipaddr from 'ipaddr.js';
import type { NodeRole } from '../spec/types';
import { networkBase, parseNetwork, type Network } from '../text/address';
import { reportsNodes } from './metrics';
import type { AwsNodesSpec, SubnetPlan } from './types';

/** AWS keeps the first four addresses of a subnet and the last one. */
export const FIRST_HOST = 4;
/** Nodes begin here: what lies before is for the endpoint and for what the user has of his own. */
export const FIRST_NODE = 10;

const asNumber = (address: string): number =>
  ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);

const asAddress = (number: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');

export function parseIpv4Network(text: string): Network | undefined {
  const network = parseNetwork(text);
  return network?.ip.kind() === 'ipv4' ? network : undefined;
}

export function sizeOf(network: Network): number {
  return 2 ** (32 - network.length);
}

/** Do two IPv4 networks have an address in common? */
export function overlap(one: Network, other: Network): boolean {
  const length = Math.min(one.length, other.length);
  return networkBase({ ...one, length }) === networkBase({ ...other, length });
}

export function hostAddress(cidr: string, host: number): string {
  return asAddress(asNumber(networkBase(parseIpv4Network(cidr) as Network)) + host);
}

/** A subnet per zone, one after the other from the start of the VPC; or those that are given. */
export function planSubnets({ network }: AwsNodesSpec): readonly SubnetPlan[] {
  if (network.subnets !== undefined) return network.subnets.map(({ id, zone, cidr }) => ({ id, zone, cidr }));
  const vpc = parseIpv4Network(network.cidr ?? '');
  if (vpc === undefined) return [];
  const bits = network.subnetBits;
  return (network.zones ?? []).map((zone, index) => ({
    zone,
    cidr: `${asAddress(asNumber(networkBase(vpc)) + index * 2 ** (32 - bits))}/${bits}`,
  }));
}

interface Placed {
  readonly name: string;
  readonly role: NodeRole;
  readonly zone: string;
  readonly subnet: SubnetPlan;
  readonly address: string;
}

/**
 * In turn over the zones, each role for itself, so that database nodes never share a zone while another is free; the repository begins at the end
 * of the list: in another zone than the first database node, where there is one. A node's own zone wins.
 */
export function placeNodes(spec: AwsNodesSpec, subnets: readonly SubnetPlan[]): readonly Placed[] {
  const counts = { database: 0, witness: 0, repository: 0 };
  const databases = spec.nodes.filter(({ role }) => role === 'database').length;
  const starts = { database: 0, witness: databases, repository: subnets.length - 1 };
  const taken = new Set(spec.nodes.flatMap(({ host }) => (host === undefined ? [] : [host])));
  let next = FIRST_NODE;
  return spec.nodes.map((node) => {
    const turn = subnets[(starts[node.role] + counts[node.role]) % subnets.length] as SubnetPlan;
    counts[node.role] += 1;
    const subnet = subnets.find(({ zone }) => zone === node.zone) ?? turn;
    while (node.host === undefined && taken.has(next)) next += 1;
    const host = node.host ?? next;
    if (node.host === undefined) next += 1;
    return { name: node.name, role: node.role, zone: subnet.zone, subnet, address: hostAddress(subnet.cidr, host) };
  });
}

export type InterfaceService = 'ec2' | 'monitoring';

/** What nodes call by way of an interface endpoint of ours: in a VPC of ours, unless the way to the APIs is given. */
export function interfaceServices(spec: AwsNodesSpec): readonly InterfaceService[] {
  const { network, endpoint } = spec;
  if (network.cidr === undefined || network.apiNetworks.length > 0) return [];
  return [
    ...(endpoint?.kind === 'secondaryAddress' ? (['ec2'] as const) : []),
    ...(reportsNodes(spec) ? (['monitoring'] as const) : []),
  ];
}
