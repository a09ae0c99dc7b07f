// Deployment format v3, both ways: what `pulumi stack export` prints and `pulumi stack import` reads, secrets encrypted.
import { createHash } from 'node:crypto';
import { KingbaseError } from '../../../core/finding';
import type { Crypter } from '../secrets';
import { isArray, isObject, isSecret, mapValues, type PropertyMap, type PropertyValue, revealSecrets } from '../values';
import { secretSignature, specialKey } from '../values';
import type { DeploymentState, OperationType, ResourceState } from './types';

const formatVersion = 3;

interface WireDeployment {
  readonly version: number;
  readonly deployment: {
    readonly secrets_providers?: { readonly type: string; readonly state?: { readonly salt?: string } };
    readonly resources?: readonly ResourceState[];
    readonly pending_operations?: readonly { readonly resource: ResourceState; readonly type: OperationType }[];
  };
}

export function parseDeploymentText(text: string, path: string): WireDeployment {
  const parsed = parseJson(text, path) as Partial<WireDeployment> | null;
  if (parsed === null || typeof parsed.deployment !== 'object' || parsed.version !== formatVersion) {
    throw new KingbaseError({
      code: 'engine/state-unreadable',
      path,
      message: `not a deployment of version ${formatVersion} (found version ${String(parsed?.version)})`,
      hint: 'Give what `pulumi stack export` prints; nothing was changed.',
    });
  }
  const provider = parsed.deployment.secrets_providers?.type;
  if (provider !== undefined && provider !== 'passphrase') {
    throw new KingbaseError({
      code: 'engine/secrets-provider',
      path,
      message: `secrets are encrypted by "${provider}"`,
      hint: 'The stand-in engine reads passphrase secrets only: pulumi stack change-secrets-provider passphrase.',
    });
  }
  return parsed as WireDeployment;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KingbaseError(
      { code: 'engine/state-unreadable', path, message: 'not JSON', hint: 'Restore the file from a copy.' },
      { cause },
    );
  }
}

export const saltOf = (wire: WireDeployment): string | undefined => wire.deployment.secrets_providers?.state?.salt;

export function deserializeDeployment(wire: WireDeployment, crypter: Crypter): DeploymentState {
  const read = (resource: ResourceState): ResourceState => ({
    ...resource,
    ...(resource.inputs === undefined ? {} : { inputs: decryptMap(resource.inputs, crypter) }),
    ...(resource.outputs === undefined ? {} : { outputs: decryptMap(resource.outputs, crypter) }),
  });
  return {
    resources: (wire.deployment.resources ?? []).map(read),
    pendingOperations: (wire.deployment.pending_operations ?? []).map((operation) => ({
      ...operation,
      resource: read(operation.resource),
    })),
    salt: saltOf(wire),
  };
}

function decryptMap(map: PropertyMap, crypter: Crypter): PropertyMap {
  return mapValues(map, (value) => decryptValue(value, crypter));
}

function decryptValue(value: PropertyValue, crypter: Crypter): PropertyValue {
  if (isArray(value)) return value.map((item) => decryptValue(item, crypter));
  if (!isObject(value)) return value;
  if (value[specialKey] !== secretSignature) return mapValues(value, (item) => decryptValue(item, crypter));
  const text = value['ciphertext'];
  const plain = typeof text === 'string' ? crypter.decrypt(text) : String(value['plaintext']);
  return { [specialKey]: secretSignature, value: withoutInnerSecrets(JSON.parse(plain) as PropertyValue) };
}

/** Inside a secret the CLI writes a further secret with its JSON text in clear: the outer wrapper covers it. */
function withoutInnerSecrets(value: PropertyValue): PropertyValue {
  if (isArray(value)) return value.map(withoutInnerSecrets);
  if (!isObject(value)) return value;
  const text = value['ciphertext'];
  return value[specialKey] === secretSignature && typeof text === 'string'
    ? withoutInnerSecrets(JSON.parse(text) as PropertyValue)
    : mapValues(value, withoutInnerSecrets);
}

function encryptMap(map: PropertyMap, crypter: Crypter): PropertyMap {
  return mapValues(map, (value) => encryptValue(value, crypter));
}

function encryptValue(value: PropertyValue, crypter: Crypter): PropertyValue {
  if (isSecret(value)) {
    const plain = JSON.stringify(revealSecrets(value.value));
    return { [specialKey]: secretSignature, ciphertext: crypter.encrypt(plain) };
  }
  if (isArray(value)) return value.map((item) => encryptValue(item, crypter));
  return isObject(value) ? mapValues(value, (item) => encryptValue(item, crypter)) : value;
}

/** Key order of the format; keys we do not know (a CLI wrote them) follow. Empty values are left out, as the CLI does. */
const keyOrder = ['urn', 'custom', 'delete', 'id', 'type', 'inputs', 'outputs', 'parent', 'protect'];

export function serializeResource(resource: ResourceState, crypter: Crypter): string {
  const wire: Record<string, unknown> = { ...resource };
  if (resource.inputs !== undefined) wire['inputs'] = encryptMap(resource.inputs, crypter);
  if (resource.outputs !== undefined) wire['outputs'] = encryptMap(resource.outputs, crypter);
  const keys = [...keyOrder, ...Object.keys(wire).filter((key) => !keyOrder.includes(key))];
  const kept = keys.filter((key) => key === 'custom' || !isEmpty(wire[key]));
  return JSON.stringify(Object.fromEntries(kept.map((key) => [key, wire[key]])));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === false || value === '') return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

export interface SerializedParts {
  readonly resources: readonly string[];
  readonly operations: readonly { readonly resource: string; readonly type: OperationType }[];
  readonly salt: string;
  readonly version: string;
  readonly time: Date;
}

/** One resource per line: the file stays readable and compares well. */
export function joinDeployment(parts: SerializedParts): string {
  const version = `v${parts.version}`;
  const manifest = {
    time: parts.time.toISOString(),
    magic: createHash('sha256').update(version).digest('hex'),
    version,
  };
  const secrets = { type: 'passphrase', state: { salt: parts.salt } };
  const operations = parts.operations.map(
    (operation) => `{"resource":${operation.resource},"type":${JSON.stringify(operation.type)}}`,
  );
  return [
    '{',
    `"version":${formatVersion},`,
    '"deployment":{',
    `"manifest":${JSON.stringify(manifest)},`,
    `"secrets_providers":${JSON.stringify(secrets)},`,
    `"resources":[\n${parts.resources.join(',\n')}\n],`,
    ...(operations.length === 0 ? [] : [`"pending_operations":[\n${operations.join(',\n')}\n],`]),
    '"metadata":{}',
    '}',
    '}',
    '',
  ].join('\n');
}
