// How many nodes of each role make sense, and that someone may be promoted.
import type { Finding } from '../../finding';
import type { NodeRole } from '../types';
import type { Rule } from './rule';

export const nodeRoles: Rule = (spec, given) => {
  if (given.nodes === undefined) return [];
  const of = (role: NodeRole) => spec.nodes.filter((node) => node.role === role);
  const database = of('database');
  const findings: Finding[] = [];
  const add = (code: string, path: string, message: string, hint: string) =>
    findings.push({ code, path, message, hint });

  if (database.length === 0) {
    add('spec/no-database-node', 'nodes', 'no node has the role database', 'give at least one node the role database.');
  } else if (spec.failover.failover === 'automatic' && database.every((node) => node.priority === 0)) {
    add(
      'spec/nobody-promotable',
      'nodes',
      'every database node has priority 0, so none is ever promoted',
      'give at least two of them a priority above 0.',
    );
  } else if (
    spec.failover.failover === 'automatic' &&
    database.length > 1 &&
    database.filter((node) => node.priority > 0).length === 1
  ) {
    const only = database.find((node) => node.priority > 0);
    add(
      'spec/nobody-promotable',
      'nodes',
      `only "${only?.name}" has a priority above 0: when it is the primary and fails, none is promoted`,
      'give a second database node a priority above 0, or set failover.failover to manual.',
    );
  }
  if (of('witness').length > 1) {
    add(
      'spec/too-many-witnesses',
      'nodes',
      `${of('witness').length} nodes have the role witness`,
      'keep one: witnesses do not vote among themselves.',
    );
  } else if (of('witness').length === 1 && database.length === 1) {
    add(
      'spec/useless-witness',
      'nodes',
      'a witness beside a single database node decides nothing',
      'add a second database node, or leave the witness out.',
    );
  }
  if (of('repository').length > 1) {
    add(
      'spec/too-many-repositories',
      'nodes',
      `${of('repository').length} nodes have the role repository`,
      'keep one.',
    );
  }
  return findings;
};
