/** kingbase:Rollout: brings changed settings into effect, node by node in the order that live roles ask for. It alone reloads and restarts for settings. */
import { systemClock, type Clock } from '../clock';
import type { OpenRemote } from '../remote';
import { rollOut } from '../rollout/rollOut';
import { observeRollout, warnOfOverrides, type RolloutObserved } from '../rollout/observeRollout';
import type { RolloutInputs } from '../rollout/types';
import { inputsDiffer } from './support';
import type { Handler } from './types';

export type { RolloutInputs };

export interface RolloutOutputs extends RolloutInputs {
  readonly observed?: RolloutObserved;
}

export function rolloutHandler(open: OpenRemote, clock: Clock = systemClock): Handler<RolloutInputs, RolloutOutputs> {
  const context = { open, clock };
  return {
    diff: async (_id, olds, news) => ({
      changes:
        inputsDiffer<RolloutInputs>(olds, news, ['nodes', 'primaryMode', 'streamingTimeoutSeconds']) ||
        Object.keys(olds.observed?.pending ?? {}).length > 0,
    }),
    create: async (inputs) => ({
      id: inputs.nodes[0]?.target.cluster ?? 'cluster',
      outs: { ...inputs, observed: await rollOut(context, inputs, { reloadAlways: false }) },
    }),
    read: async (id, props) => {
      const observed = await observeRollout(open, props);
      warnOfOverrides(props, observed);
      return { id, props: { ...props, observed } };
    },
    // A setting whose line was taken out differs from nothing we ask for: only the reload shows it.
    update: async (_id, olds, news) => ({
      outs: { ...news, observed: await rollOut(context, news, { reloadAlways: true, olds }) },
    }),
    delete: async () => undefined,
  };
}
