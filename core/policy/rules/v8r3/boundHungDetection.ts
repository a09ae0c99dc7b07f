// A server that accepts and then hangs is bounded by health_check_timeout alone, once for each attempt.
import { detectionBudget } from '../../../v8r3/detectionBudget';
import { detectionSettings } from '../../../v8r3/formatDetection';
import { defineRule } from '../../types';

export const boundHungDetection = defineRule({
  subject: 'v8r3',
  id: 'kingbase-v8r3-bound-hung-detection',
  title: 'A hung primary is noticed in bounded time',
  group: 'topology',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'A full or frozen disk, a stopped process: the server accepts connections and answers nothing. With the installer’s 120 s it takes 17 minutes until anything happens.',
  evidence: 'U pgpool-II 3.6 source; measured: 30 s at timeout 5, 3 × 2 s; S installer writes health_check_timeout 120',
  hint: 'Lower pool.healthCheck.timeoutSeconds: a healthy server answers its health check in less than a second.',
  config: {
    maximumSeconds: {
      type: 'number',
      default: 300,
      minimum: 1,
      description: 'Longest time until a hung primary is noticed.',
    },
  },
  judge: (spec, { maximumSeconds }) => {
    const worst = detectionBudget('hung', detectionSettings(spec))?.total.worst ?? Infinity;
    return worst > maximumSeconds
      ? [
          {
            path: 'pool.healthCheck.timeoutSeconds',
            message: `a hung primary is noticed after up to ${worst} s; at most ${maximumSeconds} s are wanted`,
          },
        ]
      : [];
  },
});
