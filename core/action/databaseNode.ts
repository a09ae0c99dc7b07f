/** The database node that an action names, or the first one declared where it names none. */
import type { Finding } from '../finding';
import type { ClusterSpec, NodeSpec } from '../spec/types';
import { wrongRecord } from './checkInputs';

export function databaseNode(spec: ClusterSpec, wanted: unknown, path: string): NodeSpec | Finding {
  const nodes = spec.nodes.filter(({ role }) => role === 'database');
  const found = wanted === undefined ? nodes[0] : nodes.find(({ name }) => name === wanted);
  return (
    found ??
    wrongRecord(
      path,
      `${JSON.stringify(wanted) ?? 'nothing'} is no database node`,
      `One of ${nodes.map(({ name }) => name).join(', ')}.`,
    )
  );
}
