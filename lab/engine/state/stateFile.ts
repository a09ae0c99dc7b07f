// Loads and saves one state file. Saves are atomic and come one after the other; those that wait are written together.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Crypter } from '../secrets';
import { writeFileAtomically } from './atomicFile';
import { deserializeDeployment, joinDeployment, parseDeploymentText, saltOf, serializeResource } from './serialize';
import { type DeploymentState, emptyDeployment, type OperationType, type ResourceState } from './types';

export class StateFile {
  private readonly texts = new WeakMap<ResourceState, string>();

  constructor(
    readonly path: string,
    private readonly sdkVersion: string,
  ) {}

  /** The salt is needed before anything can be decrypted. */
  readSalt(): string | undefined {
    return existsSync(this.path) ? saltOf(parseDeploymentText(readFileSync(this.path, 'utf8'), this.path)) : undefined;
  }

  load(crypter: Crypter): DeploymentState {
    if (!existsSync(this.path)) return emptyDeployment;
    return deserializeDeployment(parseDeploymentText(readFileSync(this.path, 'utf8'), this.path), crypter);
  }

  /** Tells that a resource saved before has changed since. */
  forget(resource: ResourceState): void {
    this.texts.delete(resource);
  }

  async save(deployment: DeploymentState, crypter: Crypter): Promise<void> {
    const text = joinDeployment({
      resources: deployment.resources.map((resource) => this.textOf(resource, crypter)),
      operations: deployment.pendingOperations.map((operation) => ({
        resource: serializeResource(operation.resource, crypter),
        type: operation.type satisfies OperationType,
      })),
      salt: crypter.salt,
      version: this.sdkVersion,
      time: new Date(),
    });
    mkdirSync(dirname(this.path), { recursive: true });
    await writeFileAtomically(this.path, text, 0o600);
  }

  private textOf(resource: ResourceState, crypter: Crypter): string {
    const known = this.texts.get(resource);
    if (known !== undefined) return known;
    const text = serializeResource(resource, crypter);
    this.texts.set(resource, text);
    return text;
  }
}
