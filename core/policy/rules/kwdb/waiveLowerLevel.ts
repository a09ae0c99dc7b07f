// A level that keeps less than the server has by itself is somebody's decision, and it ends.
import { whyVoid } from '../../judge';
import { defineRule } from '../../types';

export const waiveLowerLevel = defineRule({
  subject: 'kwdb',
  id: 'kingbase-kwdb-waive-lower-level',
  title: 'Level off or byrl has an owner, a reason and an end',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'A level lowered for one bulk load and forgotten: with off, kill -9 or a power cut takes every acknowledged row since the last checkpoint (measured). byrl does in V3.x what flush does, and promises more.',
  evidence:
    'U KWDB V3.2.1 run: 5 of 5 rows lost at level 0 after kill -9; source: the engine compares with OFF and SYNC only',
  hint: 'Set wal.level to flush or sync, or give wal.waiver a last day within a year on which somebody looks again (docs/kwdb.md).',
  judge: ({ level, waiver }, _, now) => {
    if (level !== 'off' && level !== 'byrl') return [];
    if (waiver === undefined) return [{ path: 'wal.level', message: `is ${level}, and there is no waiver` }];
    const reason = whyVoid(waiver, new Date(now).toISOString().slice(0, 10));
    return reason === undefined ? [] : [{ path: 'wal.waiver', message: `level ${level}: ${reason}` }];
  },
});
