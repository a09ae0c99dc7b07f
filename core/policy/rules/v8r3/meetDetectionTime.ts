// Retries times delay is only the lower bound: every attempt costs time of its own.
import { detectionBudget, type PrimaryFault } from '../../../v8r3/detectionBudget';
import { detectionSettings } from '../../../v8r3/formatDetection';
import { defineRule, type Objection } from '../../types';

const NAMES: readonly (readonly [PrimaryFault, string])[] = [
  ['refused', 'database killed'],
  ['noRoute', 'host off'],
  ['blackholed', 'nobody answers'],
];

export const meetDetectionTime = defineRule({
  subject: 'v8r3',
  id: 'kingbase-v8r3-meet-detection-time',
  title: 'The loss of a primary is noticed within the objective',
  group: 'topology',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'The promise is broken at the first failure, by numbers that were known beforehand: 10 × 3 s took 73 s where the host was off.',
  evidence: 'U pgpool-II 3.6 source and measurements: 0..period + 2t + retries × (delay + t)',
  hint: 'Lower pool.healthCheck.maxRetries, retryDelaySeconds or pool.connectTimeoutMs.',
  config: {
    objectiveSeconds: {
      type: 'number',
      default: 180,
      minimum: 1,
      description: 'Longest time until the loss is noticed, of a server that does not hang.',
    },
  },
  judge: (spec, { objectiveSeconds }) =>
    NAMES.flatMap(([fault, what]): Objection[] => {
      const worst = detectionBudget(fault, detectionSettings(spec))?.total.worst ?? Infinity;
      return worst > objectiveSeconds
        ? [
            {
              path: 'pool.healthCheck',
              message: `${what}: noticed after up to ${worst} s; the objective is ${objectiveSeconds} s`,
            },
          ]
        : [];
    }),
});
