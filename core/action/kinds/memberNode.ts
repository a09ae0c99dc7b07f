/** What the kinds that work on one database node share: the node by its name, and the limits of a copy. */
import type { Finding } from '../../finding';
import type { ClusterSpec, NodeSpec } from '../../spec/types';
import { wrongNumbers } from '../wrongNumbers';
import type { ActionField, ActionInputs } from './types';

export const NODE: ActionField = {
  type: 'string',
  required: true,
  help: 'the node that is brought back; it runs there',
};
export const MAX_RATE: ActionField = {
  type: 'number',
  help: 'MB/s that a copy may take, 1 to 1024; default: no limit',
};
export const IGNORE: ActionField = {
  type: 'string',
  help: 'nodes that cannot be reached and are known to be switched off, separated by commas',
};

export const GIVEN_UP: ActionField = {
  type: 'number',
  help: 'timeline of a branch that was given up on purpose (resolveMultiPrimary names it), which this node is still on; without it a node on a branch that the primary never was on is refused',
};

export function databaseNode(spec: ClusterSpec, { node: name }: ActionInputs): NodeSpec | Finding {
  const found = spec.nodes.find((node) => node.name === name && node.role === 'database');
  const names = spec.nodes.filter(({ role }) => role === 'database').map((node) => node.name);
  return (
    found ?? {
      code: 'actions/no-node',
      path: 'node',
      message: `there is no database node ${JSON.stringify(name)}`,
      hint: `Database nodes: ${names.join(', ')}.`,
    }
  );
}

/** As it stands in a description; nothing where no branch was given up. */
export function givenUpWords(node: string, { givenUp }: ActionInputs): string {
  return givenUp === undefined ? '' : `; WHAT ${node} HOLDS OF TIMELINE ${String(givenUp)} LEAVES THE CLUSTER`;
}

export function checkMember(inputs: ActionInputs, path: string): readonly Finding[] {
  return [...checkRate(inputs, path), ...wrongNumbers(inputs, { givenUp: [2, 2 ** 32 - 1] }, path)];
}

export function checkRate({ maxRate }: ActionInputs, path: string): readonly Finding[] {
  return maxRate === undefined || (Number.isInteger(maxRate) && Number(maxRate) >= 1 && Number(maxRate) <= 1024)
    ? []
    : [
        {
          code: 'actions/wrong-record',
          path: `${path}.maxRate`,
          message: `${JSON.stringify(maxRate)} is no rate`,
          hint: 'Whole MB/s from 1 to 1024; leave it out for no limit.',
        },
      ];
}
