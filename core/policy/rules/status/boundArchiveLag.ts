// What is not in the archive is lost with the cluster.
import { judgeBackups, unproved } from '../../observedBackups';
import { defineRule } from '../../types';

export const boundArchiveLag = defineRule({
  subject: 'status',
  id: 'kingbase-status-bound-archive-lag',
  title: 'The archive keeps up with the primary',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom:
    'Waiting segments fill the WAL volume until the database stops, and none of them can be restored from elsewhere.',
  evidence: 'D9 BK9: RMAN-00500 non archived WAL; C field reports of backup faults',
  hint: 'Read the archiver’s last error in the server’s log; npm run diagnose -- backup --stack <name>.',
  config: {
    maximumSeconds: { type: 'integer', default: 900, minimum: 1, description: 'Oldest commit that may wait.' },
    maximumSegments: { type: 'integer', default: 16, minimum: 1, description: 'Most segments that may wait.' },
  },
  judge: (subject, { maximumSeconds, maximumSegments }) =>
    judgeBackups(subject, ({ cluster, report: { archiveLagSeconds: seconds, archiveLagSegments: segments } }) => {
      if (seconds === null && segments === null) return [unproved(cluster, 'the archive lag is not known')];
      return [
        ...((seconds ?? 0) <= maximumSeconds
          ? []
          : [{ path: cluster, message: `the archive is ${seconds} s behind; at most ${maximumSeconds} s are wanted` }]),
        ...((segments ?? 0) <= maximumSegments
          ? []
          : [{ path: cluster, message: `${segments} segments wait for the archive; at most ${maximumSegments} may` }]),
      ];
    }),
});
