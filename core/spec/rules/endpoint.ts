// The endpoint of a cloud: what each kind needs to be reached, moved and fenced.
import type { Finding } from '../../finding';
import { canonicalHost, isHostName, parseIp, parseNetwork } from '../../text/address';
import type { ClusterSpec, EndpointSpec } from '../types';
import type { Rule } from './rule';

export const endpoint: Rule = (spec) => {
  const given = spec.endpoint;
  if (given === undefined) return [];
  return [
    ...besideVirtualIp(spec),
    ...addresses(given, spec),
    ...(given.kind === 'loadBalancer' ? checkSources(given) : needs(given)),
    ...ports(given, spec),
  ];
};

function finding(code: string, path: string, message: string, hint: string): Finding {
  return { code: `spec/${code}`, path: `endpoint${path}`, message, hint };
}

function besideVirtualIp(spec: ClusterSpec): Finding[] {
  if (spec.virtualIp === undefined) return [];
  const message = `is declared beside virtualIp (${spec.virtualIp.address})`;
  return [finding('two-endpoints', '', message, 'keep one of the two: a virtual IP where arping reaches the clients.')];
}

function addresses(given: EndpointSpec, spec: ClusterSpec): Finding[] {
  const hint = {
    loadBalancer: 'give the addresses of the load balancer, one per zone, or its name.',
    secondaryAddress: 'give the one free address of the subnet that moves with the primary.',
    dnsRecord: 'give the full name of the record, for example orders.db.example.internal.',
  }[given.kind];
  const wrong = given.addresses.flatMap((address, index): Finding[] => {
    const path = `.addresses[${index}]`;
    const fits =
      parseIp(address) === undefined ? isHostName(address) && given.kind !== 'secondaryAddress' : isAddress(given);
    if (!fits) return [finding('bad-endpoint-address', path, `${JSON.stringify(address)} is no ${noun(given)}`, hint)];
    const taken = spec.nodes.find((node) => canonicalHost(node.host) === canonicalHost(address));
    return taken === undefined
      ? []
      : [finding('endpoint-taken', path, `${address} is the address of ${taken.name}`, hint)];
  });
  if (given.kind === 'loadBalancer' || given.addresses.length <= 1) return wrong;
  const message = `has ${given.addresses.length} entries; a ${given.kind} is one`;
  return [...wrong, finding('several-endpoints', '.addresses', message, hint)];
}

const isAddress = ({ kind }: EndpointSpec): boolean => kind !== 'dnsRecord';

function noun({ kind }: EndpointSpec): string {
  return kind === 'dnsRecord' ? 'host name' : kind === 'secondaryAddress' ? 'IP address' : 'IP address or host name';
}

function checkSources({ checkSources: sources }: EndpointSpec): Finding[] {
  const hint = 'name the subnets that hold the load balancer: its health checks come from its own addresses there.';
  if (sources.length === 0) return [finding('missing', '.checkSources', 'is empty: nobody may ask the check', hint)];
  return sources.flatMap((source, index): Finding[] => {
    const network = parseNetwork(source);
    const path = `.checkSources[${index}]`;
    if (network === undefined) {
      return [finding('bad-network', path, `${JSON.stringify(source)} is not a network`, hint)];
    }
    return network.length < 8
      ? [finding('clients-everybody', path, `${source} is wider than any network of one owner`, hint)]
      : [];
  });
}

function needs(given: EndpointSpec): Finding[] {
  const wanted = given.kind === 'dnsRecord' ? (['region', 'zoneId'] as const) : (['region'] as const);
  return wanted.flatMap((key) =>
    given[key] === undefined
      ? [finding('missing', `.${key}`, 'is missing', `the promoted node needs it to move the ${given.kind}.`)]
      : [],
  );
}

function ports(given: EndpointSpec, spec: ClusterSpec): Finding[] {
  if (given.kind !== 'loadBalancer') return [];
  const taken: readonly (readonly [number, string])[] = [
    [spec.database.port, 'the database'],
    [spec.connection.port, 'ssh'],
    [spec.remoteChannel.port, 'the remote channel'],
  ];
  const by = taken.find(([port]) => port === given.checkPort);
  return by === undefined
    ? []
    : [finding('port-taken', '.checkPort', `${given.checkPort} is the port of ${by[1]}`, 'choose another one.')];
}
