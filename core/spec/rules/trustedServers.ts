// A trusted server is an address outside the cluster: a node that pings itself or a peer proves nothing.
import type { Finding } from '../../finding';
import { canonicalHost } from '../../text/address';
import { checkHost } from './hostAddresses';
import type { HostSpec, Rule } from './rule';

export const trustedServers: Rule = (spec) =>
  checkTrustedServers(spec.failover.trustedServers, 'failover.trustedServers', {
    nodes: spec.nodes,
    virtualIps: spec.virtualIp === undefined ? [] : [spec.virtualIp.address],
  });

interface Inside {
  readonly nodes: readonly HostSpec[];
  /** a.b.c.d/len */
  readonly virtualIps: readonly string[];
}

export function checkTrustedServers(
  servers: readonly string[],
  field: string,
  { nodes, virtualIps }: Inside,
): Finding[] {
  const seen = new Map<string, number>();
  return servers.flatMap((server, index): Finding[] => {
    const path = `${field}[${index}]`;
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
    const node = nodes.findIndex((entry) => canonicalHost(entry.host) === host);
    if (node >= 0) {
      return [
        {
          code: 'spec/trusted-server-inside',
          path,
          message: `${server} is nodes[${node}] ("${nodes[node]?.name}") itself`,
          hint: 'name an address outside the cluster, normally the gateway: it must still answer when a node is lost.',
        },
      ];
    }
    if (virtualIps.some((address) => address.split('/')[0] === host)) {
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
          message: `same address as ${field}[${before}]`,
          hint: 'leave it out, or name a second, independent address.',
        },
      ];
    }
    return [];
  });
}
