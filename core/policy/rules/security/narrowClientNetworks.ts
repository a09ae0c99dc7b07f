// A network of thousands of hosts is nobody’s list of applications.
import { parseNetwork } from '../../../text/address';
import { defineRule } from '../../types';

export const narrowClientNetworks = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-narrow-client-networks',
  title: 'Client networks are no wider than needed',
  group: 'security',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'A desktop or test machine in the same wide network can reach production.',
  evidence: 'F field guide',
  hint: 'Name the networks of the applications, for example 10.0.8.0/24.',
  config: {
    shortestIpv4: { type: 'integer', default: 16, minimum: 0, description: 'Shortest prefix of an IPv4 network.' },
    shortestIpv6: { type: 'integer', default: 48, minimum: 0, description: 'Shortest prefix of an IPv6 network.' },
  },
  judge: (spec, { shortestIpv4, shortestIpv6 }) =>
    spec.clients.flatMap((client, index) => {
      const network = parseNetwork(client);
      const shortest = network?.ip.kind() === 'ipv6' ? shortestIpv6 : shortestIpv4;
      return network !== undefined && network.length < shortest
        ? [{ path: `clients[${index}]`, message: `${client} is wider than /${shortest}` }]
        : [];
    }),
});
