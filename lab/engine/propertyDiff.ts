// What changed between two sets of properties, as paths: for decisions (replaceOnChanges) and for people (preview lines).
import { type PropertyPath } from './propertyPath';
import { deepEqual, isArray, isPlainObject, isSecret, type PropertyMap, type PropertyValue } from './values';

export interface PropertyChange {
  readonly path: PropertyPath;
  readonly kind: 'add' | 'delete' | 'update';
  readonly old?: PropertyValue;
  readonly new?: PropertyValue;
  readonly secret: boolean;
}

/** All changes, down to the leaves. A value that only gained or lost its secret mark is no change. */
export function diffProperties(olds: PropertyMap, news: PropertyMap): readonly PropertyChange[] {
  const changes: PropertyChange[] = [];
  walk(olds, news, [], false, changes);
  return changes;
}

export function changedKeys(changes: readonly PropertyChange[]): readonly string[] {
  return [...new Set(changes.map((change) => String(change.path[0])))];
}

function walk(
  old: PropertyValue | undefined,
  fresh: PropertyValue | undefined,
  path: PropertyPath,
  insideSecret: boolean,
  changes: PropertyChange[],
): void {
  const secret = insideSecret || isSecret(old) || isSecret(fresh);
  const before = isSecret(old) ? old.value : old;
  const after = isSecret(fresh) ? fresh.value : fresh;
  if (isPlainObject(before) && isPlainObject(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      walk(before[key], after[key], [...path, key], secret, changes);
    }
    return;
  }
  if (isArray(before) && isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      walk(before[index], after[index], [...path, index], secret, changes);
    }
    return;
  }
  if (before === undefined && after !== undefined) changes.push({ path, kind: 'add', new: after, secret });
  else if (before !== undefined && after === undefined) changes.push({ path, kind: 'delete', old: before, secret });
  else if (before !== undefined && after !== undefined && !deepEqual(before, after)) {
    changes.push({ path, kind: 'update', old: before, new: after, secret });
  }
}
