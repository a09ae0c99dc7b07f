// A trusted server is an address outside the cluster: a node that pings itself or a peer proves nothing.
import type { Finding } from '../../finding';
import { canonicalHost } from '../../text/address';
import { checkHost } from './hostAddresses';
import type { Rule } from './rule';

export const trustedServers: Rule = (spec) => {
  const servers = spec.failover.trustedServers;
  const seen = new Map<string, number>();
  return servers.flatMap((server, index): Finding[] => {
    const path = `failover.trustedServers[${index}]`;
    if (server === '') return [];
    if (server.includes(',') || server.includes(' ')) {
      return [
        {
          code: 'spec/bad-address',
          path,
          message: `${JSON.stringify(server)} is more than one address`,
          hint: 'write one address per entry of the list.',
        },
      ];
    }
    const shape = checkHost(server, path);
    if (shape.length > 0) return shape;
    const host = canonicalHost(server);
    const before = seen.get(host);
    seen.set(host, index);
    const node = spec.nodes.findIndex((entry) => canonicalHost(entry.host) === host);
    if (node >= 0) {
      return [
        {
          code: 'spec/trusted-server-inside',
          path,
          message: `${server} is nodes[${node}] ("${spec.nodes[node]?.name}") itself`,
          hint: 'name an address outside the cluster, normally the gateway: it must still answer when a node is lost.',
        },
      ];
    }
    if (spec.virtualIp !== undefined && spec.virtualIp.address.split('/')[0] === host) {
      return [
        {
          code: 'spec/trusted-server-inside',
          path,
          message: `${server} is the virtual IP`,
          hint: 'name an address outside the cluster, normally the gateway: the virtual IP is gone exactly when it is asked.',
        },
      ];
    }
    if (before !== undefined) {
      return [
        {
          code: 'spec/duplicate-trusted-server',
          path,
          message: `same address as failover.trustedServers[${before}]`,
          hint: 'leave it out, or name a second, independent address.',
        },
      ];
    }
    return [];
  });
};
