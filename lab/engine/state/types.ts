// Resources as the engine holds them (secrets in clear, wrapped) and the deployment format v3 they are saved in.
import type { PropertyMap } from '../values';

/** One resource. Mutable: the steps fill it in, the snapshot saves it. Names are those of the deployment format. */
export interface ResourceState {
  urn: string;
  custom: boolean;
  delete?: boolean;
  id?: string;
  type: string;
  inputs?: PropertyMap;
  outputs?: PropertyMap;
  parent?: string;
  protect?: boolean;
  dependencies?: readonly string[];
  initErrors?: readonly string[];
  provider?: string;
  propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  pendingReplacement?: boolean;
  additionalSecretOutputs?: readonly string[];
  aliases?: readonly string[];
  customTimeouts?: Readonly<Record<string, number>>;
  retainOnDelete?: boolean;
  deletedWith?: string;
  created?: string;
  modified?: string;
  ignoreChanges?: readonly string[];
  replaceOnChanges?: readonly string[];
}

export type OperationType = 'creating' | 'updating' | 'deleting' | 'reading' | 'importing';

export interface PendingOperation {
  readonly resource: ResourceState;
  readonly type: OperationType;
}

/** What a state file holds, decrypted. */
export interface DeploymentState {
  readonly resources: readonly ResourceState[];
  readonly pendingOperations: readonly PendingOperation[];
  readonly salt?: string;
}

export const emptyDeployment: DeploymentState = { resources: [], pendingOperations: [] };
