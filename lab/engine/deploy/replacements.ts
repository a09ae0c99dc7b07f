// Deleting a resource before its replacement exists also takes down what would be replaced with it: those are found by asking
// each dependent what it would do if the values it takes from there were not known.
import type { ResourceState } from '../state/types';
import type { Deployment } from './deployment';
import { diffResource } from './diffResource';
import type { OldState } from './oldState';
import { mapValues, type PropertyMap, unknownValue } from '../values';

export async function dependentReplacements(
  root: ResourceState,
  olds: OldState,
  /** Seen in this run already: they cannot depend on the root any more. */
  registered: ReadonlySet<string>,
  deployment: Deployment,
): Promise<readonly ResourceState[]> {
  const replaced = new Set([root.urn]);
  const found: ResourceState[] = [];
  for (const resource of olds.dependentsOf(root)) {
    if (registered.has(resource.urn) || !(await mustReplace(resource, replaced, deployment))) continue;
    replaced.add(resource.urn);
    found.push(resource);
  }
  return found;
}

async function mustReplace(
  resource: ResourceState,
  replaced: ReadonlySet<string>,
  deployment: Deployment,
): Promise<boolean> {
  if (!resource.custom) return false;
  if (resource.deletedWith !== undefined && replaced.has(resource.deletedWith)) return true;
  const inputs = inputsWithUnknowns(resource, replaced);
  if (inputs === undefined) return false;
  const decision = await diffResource(deployment.providers.of(resource.type), resource, inputs, {
    ignoreChanges: resource.ignoreChanges ?? [],
    replaceOnChanges: resource.replaceOnChanges ?? [],
  });
  return decision.replaceKeys.length > 0;
}

/** Undefined where no input comes from a replaced resource. */
function inputsWithUnknowns(resource: ResourceState, replaced: ReadonlySet<string>): PropertyMap | undefined {
  const comesFromReplaced = (key: string): boolean =>
    (resource.propertyDependencies?.[key] ?? []).some((urn) => replaced.has(urn));
  const inputs = resource.inputs ?? {};
  if (!Object.keys(inputs).some(comesFromReplaced)) return undefined;
  return mapValues(inputs, (value, key) => (comesFromReplaced(key) ? unknownValue : value));
}
