// Carries one step out at its provider and fills in the new state.
import { randomUUID } from 'node:crypto';
import { InitializationError, type Provider } from '../providers/provider';
import type { ResourceState } from '../state/types';
import { isProviderType } from '../urn';
import { isSecret, makeSecret, mapValues, unknownValue } from '../values';
import { providerOutputs } from './defaultProviders';
import type { Deployment } from './deployment';
import type { CreateStep, DeleteStep, SameStep, Step, UpdateStep } from './step';

/** Resources deleted in this run: what is deleted with one of them needs no delete of its own. */
export type Deletions = ReadonlySet<string>;

/** Throws where the provider fails. An InitializationError means: done, state filled in, but not up. */
export async function applyStep(step: Step, deployment: Deployment, deletions: Deletions): Promise<void> {
  switch (step.operation) {
    case 'same':
      applySame(step);
      break;
    case 'create':
    case 'create-replacement':
      await withInitialization(step.new, () => applyCreate(step, deployment));
      break;
    case 'update':
      await withInitialization(step.new, () => applyUpdate(step, deployment));
      break;
    case 'delete':
    case 'delete-replaced':
      await applyDelete(step, deployment, deletions);
      break;
    case 'replace':
    case 'remove-pending-replace':
      break;
  }
  if ('new' in step && step.operation !== 'replace') markSecretOutputs(step.new);
}

export const existing = (resource: ResourceState): Parameters<Provider['read']>[0] => ({
  urn: resource.urn,
  id: resource.id ?? '',
  inputs: resource.inputs ?? {},
  outputs: resource.outputs ?? {},
});

function applySame(step: SameStep): void {
  step.new.id = step.old.id;
  step.new.outputs = step.old.outputs;
}

async function withInitialization(resource: ResourceState, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    delete resource.initErrors;
  } catch (error) {
    if (error instanceof InitializationError) {
      resource.id = resource.id === undefined || resource.id === '' ? error.id : resource.id;
      resource.outputs = error.outputs;
      resource.initErrors = error.reasons;
      stamp(resource);
      markSecretOutputs(resource);
    }
    throw error;
  }
}

async function applyCreate(step: CreateStep, deployment: Deployment): Promise<void> {
  const resource = step.new;
  if (isProviderType(resource.type)) {
    resource.id = deployment.preview ? unknownValue : randomUUID();
    resource.outputs = providerOutputs(resource.inputs ?? {});
  } else if (resource.custom) {
    const provider = deployment.providers.of(resource.type);
    const { urn, inputs = {} } = resource;
    const created = await provider.create({ urn, inputs, preview: deployment.preview });
    resource.id = created.id;
    resource.outputs = created.outputs;
  }
  stamp(resource);
  if (step.old !== undefined && step.pendingDelete) step.old.delete = true;
}

async function applyUpdate(step: UpdateStep, deployment: Deployment): Promise<void> {
  const { old, new: fresh } = step;
  fresh.id = old.id;
  fresh.created = old.created;
  fresh.modified = old.modified;
  if (isProviderType(fresh.type)) fresh.outputs = providerOutputs(fresh.inputs ?? {});
  if (!fresh.custom || isProviderType(fresh.type)) return;
  const provider = deployment.providers.of(fresh.type);
  const news = fresh.inputs ?? {};
  const updated = await provider.update({ ...existing(old), urn: fresh.urn, news, preview: deployment.preview });
  fresh.outputs = updated.outputs;
  fresh.modified = new Date().toISOString();
}

async function applyDelete(step: DeleteStep, deployment: Deployment, deletions: Deletions): Promise<void> {
  const { old } = step;
  if (old.protect === true && step.operation === 'delete') {
    throw new Error(
      'this resource is protected and cannot be deleted\n' +
        'HINT: take `protect` out of the program and run up, then try again.',
    );
  }
  const isDeletedWithAnother = old.deletedWith !== undefined && deletions.has(old.deletedWith);
  const nothingToDo = old.retainOnDelete === true || isDeletedWithAnother || !old.custom || isProviderType(old.type);
  if (!deployment.preview && !nothingToDo) await deployment.providers.of(old.type).delete(existing(old));
  // Only once it is gone: marked before, a failed delete would not be tried again.
  if (step.pendingReplacement) old.pendingReplacement = true;
}

function stamp(resource: ResourceState): void {
  const now = new Date().toISOString();
  resource.created ??= now;
  resource.modified = now;
}

/** What the program calls secret, and what came in as a secret, is secret in the outputs. */
export function markSecretOutputs(resource: ResourceState): void {
  const { outputs, inputs = {}, additionalSecretOutputs = [] } = resource;
  if (outputs === undefined) return;
  resource.outputs = mapValues(outputs, (value, key) =>
    additionalSecretOutputs.includes(key) || isSecret(inputs[key]) ? makeSecret(value) : value,
  );
}
