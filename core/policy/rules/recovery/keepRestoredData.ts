// The old data is the only way back from a restore to the wrong point.
import { defineRule } from '../../types';

export const keepRestoredData = defineRule({
  subject: 'restore',
  id: 'kingbase-cluster-keep-restored-data',
  title: 'A restore in place keeps the old data directories',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'With oldData: remove the data directories go before the restore begins: a repository that fails half-way, or a target that was wrong, leaves nothing to put back.',
  evidence: 'templates/os/actions/restoreToPoint.sh: setAside; seed: back up the data directory before any repair',
  hint: 'Leave oldData out, or waive this where there is no room and the data was copied elsewhere.',
  judge: ({ requestId, inPlace, oldData }) =>
    inPlace && oldData === 'remove'
      ? [{ path: `actions.${requestId}.inputs.oldData`, message: 'is remove: there would be no way back' }]
      : [],
});
