// Reads every custom resource anew and puts what was found into the state. The program does not run.
import { messageOf } from '../rpc';
import { showChanges } from '../shownValues';
import type { ResourceState } from '../state/types';
import { isProviderType, parseUrn, providerUrn } from '../urn';
import { deepEqual } from '../values';
import { existing, markSecretOutputs } from './applyStep';
import { type Deployment, Halted } from './deployment';
import { parallelMap } from './parallelMap';

/** Returns whether anything differed. `count`: the refresh is the run, not the start of one. */
export async function refreshState(deployment: Deployment, count: boolean): Promise<void> {
  const resources = deployment.snapshot.resources;
  const refreshed = await parallelMap(resources, deployment.parallel, (resource) =>
    refreshResource(resource, deployment, count),
  );
  if (deployment.halt.reason !== undefined) throw new Halted();
  const present = refreshed.filter((resource) => resource !== undefined);
  const urns = new Set(present.map((resource) => resource.urn));
  await deployment.snapshot.rebase(present.map((resource) => withoutGone(resource, urns)));
}

async function refreshResource(
  old: ResourceState,
  deployment: Deployment,
  count: boolean,
): Promise<ResourceState | undefined> {
  const { reporter } = deployment;
  const outcome = (name: 'same' | 'update' | 'delete'): void => {
    if (count && !isProviderType(old.type)) reporter.count(old.urn, name);
  };
  if (!old.custom || isProviderType(old.type) || old.pendingReplacement === true || old.delete === true) {
    outcome('same');
    return old;
  }
  if (deployment.halt.reason !== undefined) return old;
  const started = performance.now();
  try {
    const fresh = await readResource(old, deployment);
    if (fresh === undefined) outcome('delete');
    else outcome(fresh === old ? 'same' : 'update');
    const changes = fresh === undefined || fresh === old ? [] : changesOf(old, fresh);
    tell(old, fresh === undefined ? 'delete' : 'refresh', deployment, (performance.now() - started) / 1000, changes);
    return fresh;
  } catch (error) {
    reporter.error(messageOf(error), old.urn);
    deployment.halt.set('failed');
    return old;
  }
}

/** The same object where nothing changed; undefined where the resource is gone. */
async function readResource(old: ResourceState, deployment: Deployment): Promise<ResourceState | undefined> {
  const read = await deployment.providers.of(old.type).read(existing(old));
  if (read.id === '') return undefined;
  const fresh: ResourceState = { ...old, id: read.id, outputs: read.outputs, inputs: read.inputs ?? old.inputs };
  delete fresh.initErrors;
  markSecretOutputs(fresh);
  const changed =
    fresh.id !== old.id ||
    !deepEqual(fresh.outputs, old.outputs) ||
    !deepEqual(fresh.inputs, old.inputs) ||
    (old.initErrors?.length ?? 0) > 0;
  return changed ? { ...fresh, modified: new Date().toISOString() } : old;
}

function changesOf(old: ResourceState, fresh: ResourceState): ReturnType<typeof showChanges> {
  return showChanges(old.outputs ?? {}, fresh.outputs ?? {});
}

function tell(
  old: ResourceState,
  operation: 'refresh' | 'delete',
  deployment: Deployment,
  seconds: number,
  changes: ReturnType<typeof showChanges>,
): void {
  deployment.reporter.event({
    type: 'step',
    phase: 'done',
    operation,
    urn: old.urn,
    resourceType: old.type,
    name: parseUrn(old.urn).name,
    parent: old.parent ?? '',
    seconds,
    changes,
    replaceKeys: [],
    internal: false,
  });
}

/** A state must not name what is not in it. */
function withoutGone(resource: ResourceState, urns: ReadonlySet<string>): ResourceState {
  const dependencies = (resource.dependencies ?? []).filter((urn) => urns.has(urn));
  const entries = Object.entries(resource.propertyDependencies ?? {});
  const isWhole =
    dependencies.length === (resource.dependencies ?? []).length &&
    entries.every(([, needs]) => needs.every((urn) => urns.has(urn))) &&
    (resource.provider === undefined || resource.provider === '' || urns.has(providerUrn(resource.provider)));
  if (isWhole) return resource;
  const propertyDependencies = Object.fromEntries(
    entries.map(([key, needs]) => [key, needs.filter((urn) => urns.has(urn))]),
  );
  return { ...resource, dependencies, propertyDependencies };
}
