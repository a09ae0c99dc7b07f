/** rejoin: a node that left comes back as a standby, by the least that suffices. */
import { checkMember, databaseNode, GIVEN_UP, givenUpWords, IGNORE, MAX_RATE, NODE } from './memberNode';
import type { ActionInputs, ActionKind } from './types';

const RUNGS: Readonly<Record<string, string>> = {
  start: 'starts its database as it is',
  follow: 'starts its database as it is, or makes it follow the primary',
  rewind:
    'starts it, makes it follow, or rewinds it: what it wrote after it left the primary is discarded, and its WAL is kept',
  reclone:
    'starts it, makes it follow, rewinds it, or replaces its database by a new copy, with the old data kept beside it',
};

const rungOf = ({ maxRung = 'rewind' }: ActionInputs): string => String(maxRung);

export const rejoin: ActionKind = {
  kind: 'rejoin',
  summary: 'Brings a node back as a standby of the primary: start, follow, rewind or reclone, the least that suffices',
  fields: {
    node: NODE,
    maxRung: { type: 'string', values: Object.keys(RUNGS), help: 'the worst step it may take; default: rewind' },
    maxRate: MAX_RATE,
    ignore: IGNORE,
    givenUp: GIVEN_UP,
  },
  check: checkMember,
  node: databaseNode,
  describe: (node, inputs) =>
    `on ${node}: looks who leads and what ${node} holds, keeps evidence, then ${RUNGS[rungOf(inputs)] ?? ''}; the other nodes go on${givenUpWords(node, inputs)}`,
  // A branch that is given up left the cluster with its export: this node has a copy of it.
  destructive: (inputs) => rungOf(inputs) === 'reclone',
  maxSeconds: 14_400,
};
