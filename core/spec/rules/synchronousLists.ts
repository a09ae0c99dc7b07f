// custom: every database node stands in exactly one of the three lists; without custom there are no lists.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

const LISTS = ['syncNodes', 'potentialNodes', 'asyncNodes'] as const;

export const synchronousLists: Rule = (spec) => {
  const { replication } = spec;
  const filled = LISTS.filter((list) => replication[list].length > 0);
  if (replication.synchronous !== 'custom') {
    return filled.map((list) => ({
      code: 'spec/list-without-custom',
      path: `replication.${list}`,
      message: `is given while replication.synchronous is ${replication.synchronous}`,
      hint: 'set replication.synchronous to custom, or leave the list out; the other modes choose by themselves.',
    }));
  }
  const names = spec.nodes.filter((node) => node.role === 'database' && node.name !== '').map((node) => node.name);
  const places = new Map<string, string>();
  const findings: Finding[] = [];
  for (const list of LISTS) {
    replication[list].forEach((name, index) => {
      const path = `replication.${list}[${index}]`;
      const before = places.get(name);
      if (name === '') return;
      if (!names.includes(name)) {
        findings.push({
          code: 'spec/unknown-node',
          path,
          message: `no database node is called ${JSON.stringify(name)}`,
          hint: `the database nodes are ${names.join(', ')}.`,
        });
      } else if (before !== undefined) {
        findings.push({
          code: 'spec/node-listed-twice',
          path,
          message: `"${name}" already stands in replication.${before}`,
          hint: 'keep it in one list.',
        });
      } else {
        places.set(name, list);
      }
    });
  }
  const left = names.filter((name) => !places.has(name));
  if (left.length > 0) {
    findings.push({
      code: 'spec/node-not-listed',
      path: 'replication',
      message: `${left.map((name) => `"${name}"`).join(', ')} ${left.length === 1 ? 'stands' : 'stand'} in none of ${LISTS.join(', ')}`,
      hint: 'custom needs every database node in exactly one of the three lists: any of them may become primary or standby.',
    });
  }
  if (names.length > 1 && replication.syncNodes.length === 0) {
    findings.push({
      code: 'spec/no-sync-node',
      path: 'replication.syncNodes',
      message: 'is empty: no standby ever confirms a commit',
      hint: 'name at least one node, or set replication.synchronous to async and say so.',
    });
  }
  return findings;
};
