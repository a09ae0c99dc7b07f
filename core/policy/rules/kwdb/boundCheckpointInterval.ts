// The interval is what a recovery has to read, and at level off what a crash takes.
import { formatInterval } from '../../../kwdb/interval';
import { defineRule, type Objection } from '../../types';

export const boundCheckpointInterval = defineRule({
  subject: 'kwdb',
  id: 'kingbase-kwdb-bound-checkpoint-interval',
  title: 'Checkpoints are neither rare nor without a pause',
  group: 'recovery',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'Too long: the log grows until the disk is full, a recovery reads all of it, and at level off all of it is lost. Too short: checkpoints keep a core busy; at 0s the server writes thousands a second (measured).',
  evidence:
    'U KWDB V3.2.1 run: 0s and negative intervals are accepted; a lowered interval counts only after the old one has passed',
  hint: 'Set wal.checkpointInterval within these bounds; the default is 1m.',
  config: {
    minimumSeconds: { type: 'number', default: 10, minimum: 1, description: 'Shortest interval.' },
    maximumSeconds: { type: 'number', default: 1800, minimum: 1, description: 'Longest interval.' },
    maximumSecondsAtOff: {
      type: 'number',
      default: 60,
      minimum: 1,
      description: 'Longest interval at level off, where it is the loss.',
    },
  },
  judge: ({ level, checkpointSeconds }, { minimumSeconds, maximumSeconds, maximumSecondsAtOff }): Objection[] => {
    const longest = level === 'off' ? Math.min(maximumSeconds, maximumSecondsAtOff) : maximumSeconds;
    const path = 'wal.checkpointInterval';
    const is = `is ${formatInterval(checkpointSeconds)}`;
    if (checkpointSeconds < minimumSeconds)
      return [{ path, message: `${is}; at least ${formatInterval(minimumSeconds)} is wanted` }];
    const at = level === 'off' ? ' at level off' : '';
    return checkpointSeconds > longest
      ? [{ path, message: `${is}; at most ${formatInterval(longest)} is wanted${at}` }]
      : [];
  },
});
