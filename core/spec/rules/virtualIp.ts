// The virtual IP is a free IPv4 host address in the subnet of every database node.
import type { Finding } from '../../finding';
import { canonicalHost, isInNetwork, networkBase, parseIp, parseNetwork, type Network } from '../../text/address';
import type { HostSpec, Rule } from './rule';

export const virtualIp: Rule = (spec, given) => {
  const path = typeof given.virtualIp === 'string' ? 'virtualIp' : 'virtualIp.address';
  return checkVirtualIp(spec.virtualIp?.address ?? '', path, spec.nodes);
};

/** `nodes`: those that may carry it. */
export function checkVirtualIp(text: string, path: string, nodes: readonly HostSpec[]): Finding[] {
  if (text === '') return [];
  const network = parseNetwork(text);
  if (network === undefined || network.ip.kind() !== 'ipv4') {
    const hint =
      parseIp(text) !== undefined && !text.includes(':')
        ? `add the length of the subnet, for example ${text}/24.`
        : 'write an IPv4 address and the length of its subnet, for example 10.0.0.100/24.';
    return [
      {
        code: 'spec/bad-virtual-ip',
        path,
        message: `${JSON.stringify(text)} is not an IPv4 address with a prefix length`,
        hint,
      },
    ];
  }
  const unusable = notAHostAddress(network);
  if (unusable !== undefined) {
    return [
      {
        code: 'spec/bad-virtual-ip',
        path,
        message: `${text} is ${unusable}`,
        hint: 'choose a free host address of the nodes’ subnet.',
      },
    ];
  }
  return [...taken(nodes, network, path), ...outside(nodes, network, path)];
}

function notAHostAddress(network: Network): string | undefined {
  const { ip, length } = network;
  const range = ip.range();
  if (range === 'loopback' || range === 'unspecified' || range === 'multicast' || range === 'broadcast')
    return `${range === 'unspecified' ? 'an' : 'a'} ${range} address`;
  if (length < 8) return `in a network of length ${length}, which is no subnet of hosts`;
  if (length >= 31) return undefined;
  if (networkBase(network) === ip.toString()) return 'the address of the network itself';
  const last = ip.toByteArray().every((byte, index) => {
    const host = 0xff >> Math.min(8, Math.max(0, length - index * 8));
    return (byte & host) === host;
  });
  return last ? 'the broadcast address of its network' : undefined;
}

function taken(nodes: readonly HostSpec[], network: Network, path: string): Finding[] {
  const address = network.ip.toString();
  const node = nodes.findIndex((entry) => canonicalHost(entry.host) === address);
  if (node < 0) return [];
  return [
    {
      code: 'spec/virtual-ip-taken',
      path,
      message: `${address} is the address of nodes[${node}] ("${nodes[node]?.name}")`,
      hint: 'choose an address that no host has; it moves with the primary.',
    },
  ];
}

function outside(nodes: readonly HostSpec[], network: Network, path: string): Finding[] {
  // /32 is bound beside the node's own address and routed on purpose: nothing to compare.
  if (network.length === 32) return [];
  return nodes.flatMap((node): Finding[] => {
    const ip = node.role === 'database' ? parseIp(node.host) : undefined;
    if (ip === undefined || isInNetwork(ip, network)) return [];
    return [
      {
        code: 'spec/virtual-ip-outside-subnet',
        path,
        message: `${network.ip.toString()}/${network.length} is not in the subnet of "${node.name}" (${node.host})`,
        hint: `choose a free address in a subnet that holds every database node, or correct the length; ${networkBase(network)}/${network.length} does not hold ${node.host}, so clients could not reach the address there.`,
      },
    ];
  });
}
