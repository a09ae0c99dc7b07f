// Security groups say what the hosts' firewall says: both come from the same NodePlan. Only networks that somebody named.
import { widestCidrs } from '../topology/addresses';
import type { NodePlan } from '../topology/types';
import type { SecurityRule } from './types';

interface Reached {
  readonly administrators: readonly string[];
  readonly plan: NodePlan;
  readonly apiNetworks: readonly string[];
  readonly trustedServers: readonly string[];
}

/** Rules of one node; the group of a node is its own, because who may reach a database may not reach a repository. */
export function securityRules({
  administrators: from,
  plan,
  apiNetworks,
  trustedServers,
}: Reached): readonly SecurityRule[] {
  const inward = plan.firewall.flatMap(({ port, sources, why }) => sources.map((cidr) => rule('in', port, cidr, why)));
  const administrators = widestCidrs(from).map((cidr) => rule('in', plan.ports.ssh, cidr, 'administrators: ssh'));
  return unique([...inward, ...administrators, ...outward(plan), ...trusted(trustedServers), ...apis(apiNetworks)]);
}

/** A group answers what came in by itself; these are the connections that a node begins. The Amazon resolver, time and metadata pass without a rule. */
function outward(plan: NodePlan): SecurityRule[] {
  return plan.peers.flatMap((peer): SecurityRule[] => {
    const [cidr = ''] = widestCidrs([peer.host]);
    return [
      ...(peer.role === 'repository' ? [] : [rule('out', plan.ports.database, cidr, `database of ${peer.name}`)]),
      rule('out', peer.sshPort, cidr, `ssh of ${peer.name}`),
      rule('out', plan.ports.remoteChannel, cidr, `remote channel of ${peer.name}`),
      rule('out', 'icmp', cidr, `ping of ${peer.name}`),
    ];
  });
}

/** Hosts outside of the cluster that repmgr and kbha ping. */
function trusted(servers: readonly string[]): readonly SecurityRule[] {
  return widestCidrs(servers).map((cidr) => rule('out', 'icmp', cidr, 'ping of trusted servers'));
}

const apis = (networks: readonly string[]): readonly SecurityRule[] =>
  widestCidrs(networks).map((cidr) => rule('out', 443, cidr, 'AWS APIs'));

function rule(direction: 'in' | 'out', port: number | 'icmp', cidr: string, why: string): SecurityRule {
  return port === 'icmp'
    ? { direction, protocol: 'icmp', port: -1, cidr, why }
    : { direction, protocol: 'tcp', port, cidr, why };
}

export const ruleKey = ({ direction, protocol, port, cidr }: SecurityRule): string =>
  `${direction}-${protocol === 'icmp' ? 'icmp' : port}-${cidr.replace(/[/.:]+/g, '-')}`;

/** AWS refuses a rule that is there already; ssh and the remote channel are often one. */
function unique(rules: readonly SecurityRule[]): readonly SecurityRule[] {
  return [...new Map([...rules].reverse().map((one) => [ruleKey(one), one])).values()].reverse();
}
