// A primary that is cut off goes on acknowledging writes that will be thrown away.
import { computeExposure } from '../../../budget/computeExposure';
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const boundIsolatedPrimary = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-bound-isolated-primary',
  title: 'An isolated primary is stopped within bounds',
  group: 'topology',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'About two seconds after its standbys left, an isolated primary acknowledges writes alone; when the line is back they are rewound away.',
  evidence:
    'F observed on C9: repmgrd empties synchronous_standby_names; D HA guide: running_under_failure_trusted_servers',
  hint: 'Set failover.runningUnderFailureTrustedServers to false, with two or more trusted servers, so that kbha stops it; choose a faster preset for a shorter bound.',
  config: {
    maximumSeconds: {
      type: 'number',
      default: 120,
      minimum: 0,
      description: 'Longest time in which an isolated primary may take writes.',
    },
  },
  judge: (spec, { maximumSeconds }) => {
    if (databaseNodes(spec).length < 2) return [];
    const { startsAfter, endsAfter } = computeExposure(spec);
    const path = 'failover.runningUnderFailureTrustedServers';
    if (endsAfter === null)
      return [
        { path, message: `an isolated primary takes writes from ${startsAfter.best} s on, and nothing stops it` },
      ];
    const seconds = Math.round((endsAfter.worst as number) - startsAfter.best);
    return seconds <= maximumSeconds
      ? []
      : [
          {
            path,
            message: `an isolated primary takes writes for up to ${seconds} s; at most ${maximumSeconds} s are wanted`,
          },
        ];
  },
});
