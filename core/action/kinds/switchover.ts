/** switchover: another standby becomes primary by plan, the old primary follows it; nothing acknowledged is lost, and a failure is rolled back. */

import { databaseNode } from '../databaseNode';
import { wrongNumbers } from '../wrongNumbers';
import type { ActionField, ActionInputs, ActionKind } from './types';

/** Held against what stands in templates/os/actions/switchover.sh by a test: who runs it by hand gets the same. */
export const SWITCHOVER_DEFAULTS = {
  maxLagBytes: 10_485_760,
  maxTransactionSeconds: 15,
  maxArchiveBacklog: 10,
  minFreeBytes: 536_870_912,
  timeoutSeconds: 120,
  drainSeconds: 0,
} as const;

const RANGES: Readonly<Record<keyof typeof SWITCHOVER_DEFAULTS, readonly [number, number]>> = {
  maxLagBytes: [0, 1e12],
  maxTransactionSeconds: [0, 86_400],
  maxArchiveBacklog: [0, 100_000],
  minFreeBytes: [0, 1e15],
  timeoutSeconds: [20, 3600],
  drainSeconds: [0, 3600],
};

const limit = (name: keyof typeof SWITCHOVER_DEFAULTS, help: string): ActionField => ({
  type: 'number',
  help: `${help}; default: ${SWITCHOVER_DEFAULTS[name]}`,
});

export const switchover: ActionKind = {
  kind: 'switchover',
  summary: 'Hands the role of primary to a standby, and back where that does not come about',
  fields: {
    to: { type: 'string', help: 'the standby that becomes primary; default: the best one' },
    maxLagBytes: limit('maxLagBytes', 'how far that standby may be behind'),
    maxTransactionSeconds: limit('maxTransactionSeconds', 'age of the oldest transaction that may be cut off'),
    maxArchiveBacklog: limit('maxArchiveBacklog', 'WAL segments that may wait to be archived'),
    minFreeBytes: limit('minFreeBytes', 'room that the new primary must have for data and WAL'),
    timeoutSeconds: limit('timeoutSeconds', 'after this the old primary serves again'),
    drainSeconds: limit('drainSeconds', 'how long older transactions are waited for'),
    terminateTransactions: { type: 'boolean', help: 'cuts older transactions off instead of refusing; default: false' },
    allowPausedDaemons: {
      type: 'boolean',
      help: 'also where repmgrd is paused or missing, or kbha; they stay as they are; default: false',
    },
  },
  check: (inputs, path) => wrongNumbers(inputs, RANGES, path),
  node: (spec, { to }) => databaseNode(spec, to, `kingbase:actions: switchover.to`),
  describe,
  destructive: ({ terminateTransactions }) => terminateTransactions === true,
  maxSeconds: 7200,
};

function describe(node: string, inputs: ActionInputs): string {
  const { to, timeoutSeconds = SWITCHOVER_DEFAULTS.timeoutSeconds, terminateTransactions } = inputs;
  return [
    `from ${node}: after every guard held, the primary is stopped (every session on it ends) and ${to === undefined ? 'the best standby' : String(to)} becomes primary`,
    `the old primary and the other standbys follow it; where it is not primary within ${String(timeoutSeconds)} s, the old one serves again`,
    ...(terminateTransactions === true ? ['transactions that do not end by themselves are TERMINATED'] : []),
    'nothing that was acknowledged is lost',
  ].join('; ');
}
