// The declared numbers must be able to keep the promised time.
import { computeRto, FAILURES } from '../../../budget/computeRto';
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

const NAMES: Readonly<Record<string, string>> = {
  databaseKilled: 'database killed',
  hostPoweredOff: 'host powered off',
  primaryPartitioned: 'primary cut off',
};

export const meetRecoveryTime = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-meet-recovery-time',
  title: 'The computed recovery time keeps the objective',
  group: 'topology',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'The promise is broken at the first failure, by numbers that were known beforehand.',
  evidence: 'computed budget: computed from the declared failover values; bench measures against it',
  hint: 'Choose a faster failover.preset, or lower reconnectAttempts, reconnectIntervalSeconds and connectTimeoutSeconds; see docs/reference/presets.md.',
  config: {
    objectiveSeconds: {
      type: 'number',
      default: 180,
      minimum: 1,
      description: 'Recovery time objective: expected seconds until writes go on.',
    },
  },
  judge: (spec, { objectiveSeconds }) =>
    databaseNodes(spec).length < 2
      ? []
      : FAILURES.filter((failure) => failure !== 'hostHung').flatMap((failure) => {
          const { total, automatic } = computeRto(spec, failure);
          return automatic && total.expected > objectiveSeconds
            ? [
                {
                  path: 'failover',
                  message: `${NAMES[failure]}: writes go on after ${total.expected} s; the objective is ${objectiveSeconds} s`,
                },
              ]
            : [];
        }),
});
