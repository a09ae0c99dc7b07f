/** The records under `kingbase:actions`, as resources. */
import type * as pulumi from '@pulumi/pulumi';
import type { Action as ActionSpec } from '../../core/action/parseActions';
import { Action } from './action';
import { Drill, type DrillArgs } from './drill';

/**
 * Each record was, or will be, executed once. Beside the cluster, never behind it: they must work while it does not. In the order of the list,
 * because each holds the whole cluster; one that fails stops those behind it. A drill holds nothing and waits for nobody. Results by request id.
 */
export function declareActions(
  name: string,
  cluster: DrillArgs['cluster'],
  privateKey: pulumi.Output<string> | undefined,
  actions: readonly ActionSpec[],
): Readonly<Record<string, pulumi.Output<unknown>>> {
  const common = { cluster: { ...cluster, name }, ...(privateKey === undefined ? {} : { privateKey }) };
  let before: readonly Action[] = [];
  return Object.fromEntries(
    actions.map((action) => {
      const { requestId, inputs } = action;
      const resource = `${name}-${action.kind}-${requestId}`;
      if (action.kind === 'drill') {
        return [requestId, new Drill(resource, { ...common, requestId, ...inputs }).result];
      }
      const declared = new Action(resource, { ...common, ...action, after: before });
      before = [declared];
      return [requestId, declared.result];
    }),
  );
}
