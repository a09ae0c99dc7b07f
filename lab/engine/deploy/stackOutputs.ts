// The outputs of the stack: kept from the last run where this one failed, and compared for people.
import { showChanges, showValue } from '../shownValues';
import type { ResourceState } from '../state/types';
import { stackType } from '../urn';
import { deepEqual, type PropertyMap } from '../values';
import type { Deployment } from './deployment';
import type { Registrar } from './registrar';

export function stackOutputsOf(resources: readonly ResourceState[]): PropertyMap {
  return resources.find((resource) => resource.type === stackType)?.outputs ?? {};
}

/** After a failure an output that is missing is not known to be gone: the old value stays. */
export async function finishStackOutputs(
  deployment: Deployment,
  registrar: Registrar,
  old: PropertyMap,
): Promise<void> {
  const stack = [...registrar.states.values()].find((state) => state.type === stackType);
  if (stack === undefined) return;
  const news = registrar.stackOutputs ?? {};
  stack.outputs = deployment.reporter.failed ? { ...old, ...news } : news;
  if (!deepEqual(old, stack.outputs)) await deployment.snapshot.changed(stack);
}

export function tellOutputs(deployment: Deployment, old: PropertyMap, fresh: PropertyMap): void {
  const outputs = Object.fromEntries(Object.entries(fresh).map(([key, value]) => [key, showValue(value)]));
  deployment.reporter.event({ type: 'outputs', changes: showChanges(old, fresh), outputs });
}
