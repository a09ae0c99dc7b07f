// Somebody must be able to tell a dead primary from a cut line: trusted servers, or a witness.
import type { Rule } from './rule';

export const arbitration: Rule = (spec) => {
  const database = spec.nodes.filter((node) => node.role === 'database');
  const witness = spec.nodes.some((node) => node.role === 'witness');
  if (spec.failover.trustedServers.length > 0 || witness || database.length < 2) return [];
  if (database.length === 2) {
    return [
      {
        code: 'spec/no-arbiter',
        path: 'failover.trustedServers',
        message: 'two database nodes without a witness or a trusted server cannot tell a dead peer from a cut line',
        hint: 'name an address outside the cluster that answers ping, normally the gateway (failover.trustedServers: [10.0.0.1]), or add a node with the role witness.',
      },
    ];
  }
  if (spec.failover.failover === 'manual') return [];
  return [
    {
      code: 'spec/no-arbiter',
      path: 'failover.trustedServers',
      message: `automatic failover of ${database.length} database nodes without a witness or a trusted server`,
      hint: 'name an address outside the cluster that answers ping, normally the gateway; a node that reaches none of them knows that it is the isolated one.',
    },
  ];
};
