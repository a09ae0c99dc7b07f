// An idle primary keeps its last segment to itself.
import { effectiveNumber } from '../../settings';
import { defineRule } from '../../types';

export const boundArchiveDelay = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-bound-archive-delay',
  title: 'archive_timeout bounds how old the newest archived WAL is',
  group: 'backup',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'A quiet database may not fill a segment for hours: what it holds is in no archive.',
  evidence: 'U PostgreSQL 12: archive_timeout; the usual bound elsewhere is 5 minutes',
  hint: 'Set database.parameters.archive_timeout, for example 5min.',
  config: {
    maximumSeconds: { type: 'integer', default: 300, minimum: 1, description: 'Longest archive_timeout.' },
  },
  judge: (spec, { maximumSeconds }) => {
    const seconds = effectiveNumber(spec, 'archive_timeout');
    if (seconds > 0 && seconds <= maximumSeconds) return [];
    const found = seconds === 0 ? '0: a segment is archived only when it is full' : `${seconds} s`;
    return [
      { path: 'database.parameters.archive_timeout', message: `is ${found}; at most ${maximumSeconds} s are wanted` },
    ];
  },
});
