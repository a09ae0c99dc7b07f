// Property values as they travel between program, engine and providers: plain JSON in which secrets, unknowns, assets and
// resource references are marked by the SDK's own signatures. State keeps the same form, with secrets encrypted.

export type PropertyValue =
  null | boolean | number | string | readonly PropertyValue[] | { readonly [key: string]: PropertyValue };
export type PropertyMap = { readonly [key: string]: PropertyValue };

export const specialKey = '4dabf18193072939515e22adb298388d';
export const secretSignature = '1b47061264138c4ac30d75fd1eb44270';
export const assetSignature = 'c44067f5952c0a294b673a41bacd8c17';
export const archiveSignature = '0def7320c3a5731c473e5ecbe6d01bc7';
export const resourceSignature = '5cf8f73096256a8f31e491e813e4eb8e';
export const unknownValue = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

export function isObject(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

export function signatureOf(value: PropertyValue | undefined): string | undefined {
  if (!isObject(value)) return undefined;
  const signature = value[specialKey];
  return typeof signature === 'string' ? signature : undefined;
}

/** An object with keys of its own, not a secret, asset or reference in disguise. */
export function isPlainObject(value: PropertyValue | undefined): value is PropertyMap {
  return isObject(value) && signatureOf(value) === undefined;
}

export function isSecret(value: PropertyValue | undefined): value is { readonly value: PropertyValue } & PropertyMap {
  return signatureOf(value) === secretSignature;
}

export function isUnknown(value: PropertyValue | undefined): boolean {
  return value === unknownValue;
}

export function makeSecret(value: PropertyValue): PropertyValue {
  return isSecret(value) ? value : { [specialKey]: secretSignature, value };
}

export function mapValues(map: PropertyMap, change: (value: PropertyValue, key: string) => PropertyValue): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

function some(value: PropertyValue, test: (value: PropertyValue) => boolean): boolean {
  if (test(value)) return true;
  if (isArray(value)) return value.some((item) => some(item, test));
  if (isObject(value)) return Object.values(value).some((item) => some(item, test));
  return false;
}

export function containsSecret(value: PropertyValue): boolean {
  return some(value, isSecret);
}

export function containsUnknown(value: PropertyValue): boolean {
  return some(value, isUnknown);
}

/** The value without its secret wrappers, at any depth. */
export function revealSecrets(value: PropertyValue): PropertyValue {
  if (isSecret(value)) return revealSecrets(value.value);
  if (isArray(value)) return value.map(revealSecrets);
  if (isObject(value)) return mapValues(value, revealSecrets);
  return value;
}

/** What a provider without support for secrets and references receives: both replaced by what they stand for. */
export function plainForProvider(map: PropertyMap): PropertyMap {
  return mapValues(map, plainValue);
}

function plainValue(value: PropertyValue): PropertyValue {
  if (isSecret(value)) return plainValue(value.value);
  if (signatureOf(value) === resourceSignature && isObject(value)) {
    const id = value['id'];
    return id === undefined || id === '' ? (value['urn'] ?? null) : plainValue(id);
  }
  if (isArray(value)) return value.map(plainValue);
  if (isObject(value)) return mapValues(value, plainValue);
  return value;
}

/**
 * A provider that knows nothing of secrets gave `outs` back for `ins`: what was secret there is secret here, by name.
 * An array with a secret in it becomes one secret, because providers reorder arrays.
 */
export function annotateSecrets(outs: PropertyMap, ins: PropertyMap): PropertyMap {
  return mapValues(outs, (out, key) => {
    const input = ins[key];
    if (input === undefined) return out;
    if (isPlainObject(out) && isPlainObject(input)) return annotateSecrets(out, input);
    return !isSecret(out) && containsSecret(input) ? makeSecret(out) : out;
  });
}

export function deepEqual(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  if (left === right) return true;
  if (isArray(left)) {
    return isArray(right) && left.length === right.length && left.every((item, index) => deepEqual(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && deepEqual(left[key], right[key]))
  );
}
