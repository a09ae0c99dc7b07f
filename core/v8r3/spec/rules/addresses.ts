// IPv4 throughout, and two virtual IPs that are free, in the subnet of whoever may carry them, and not the same one.
import type { Finding } from '../../../finding';
import { checkVirtualIp } from '../../../spec/rules/virtualIp';
import { isHostName, parseIp } from '../../../text/address';
import type { V8r3Rule } from './rule';

export const addresses: V8r3Rule = ({ nodes, virtualIps, trustedServers }) => [
  ...nodes.flatMap(({ host }, index) => onlyIpv4(host, `nodes[${index}].host`)),
  ...trustedServers.flatMap((server, index) => onlyIpv4(server, `trustedServers[${index}]`)),
  ...trustedServers.flatMap((server, index) => noName(server, `trustedServers[${index}]`)),
  // Also the cluster's: who carries it must reach every other node from its own subnet.
  ...checkVirtualIp(virtualIps.database, 'virtualIps.database', nodes),
  ...checkVirtualIp(virtualIps.cluster, 'virtualIps.cluster', nodes),
  ...sameTwice(virtualIps.database, virtualIps.cluster),
];

/** Heartbeat and watchdog of pgpool-II 3.6 open IPv4 sockets only (source). */
function onlyIpv4(host: string, path: string): Finding[] {
  if (parseIp(host)?.kind() !== 'ipv6') return [];
  return [
    {
      code: 'v8r3/ipv4-only',
      path,
      message: `${host} is an IPv6 address`,
      hint: 'give the IPv4 address of the host: the watchdog and its heartbeat know no other.',
    },
  ];
}

function noName(server: string, path: string): Finding[] {
  if (parseIp(server) !== undefined || !isHostName(server)) return [];
  return [
    {
      code: 'v8r3/trusted-server-name',
      path,
      message: `${JSON.stringify(server)} is a name, not an IP address`,
      hint: 'give the address: while the name server is silent, the gateway would seem lost, and both databases would be stopped.',
    },
  ];
}

function sameTwice(database: string, cluster: string): Finding[] {
  const [first, second] = [database, cluster].map((address) => address.split('/')[0]);
  if (first === '' || first !== second) return [];
  return [
    {
      code: 'v8r3/one-virtual-ip',
      path: 'virtualIps.cluster',
      message: `${second} is also virtualIps.database`,
      hint: 'choose two addresses: one follows the primary database, the other the MASTER of the pools, and they can be on different hosts.',
    },
  ];
}
