// Property paths of resource options (`triggers[*]`, `files["/etc/x"].text`): parsed, matched, and used by ignoreChanges.
import { isArray, isPlainObject, isSecret, type PropertyMap, type PropertyValue } from './values';

export type PropertyPath = readonly (string | number | '*')[];

const segment = /^(?:\.?([^.[\]"]+)|\[(\d+)\]|\[\*\]|\["((?:[^"\\]|\\.)*)"\])/;

export function parsePath(text: string): PropertyPath | undefined {
  const path: (string | number)[] = [];
  let rest = text;
  while (rest !== '') {
    const match = segment.exec(rest);
    if (match === null) return undefined;
    const [whole, name, index, quoted] = match;
    if (name !== undefined) path.push(name);
    else if (index !== undefined) path.push(Number(index));
    else if (quoted !== undefined) path.push(quoted.replaceAll(/\\(.)/g, '$1'));
    else path.push('*');
    rest = rest.slice(whole.length);
  }
  return path;
}

export function formatPath(path: PropertyPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** Does `outer` cover `inner`: equal up to its length, `*` standing for any one part? */
export function pathContains(outer: PropertyPath, inner: PropertyPath): boolean {
  return outer.length <= inner.length && outer.every((part, index) => part === '*' || part === inner[index]);
}

/** Sets what lies at `path` back to its old value. False where the path exists on one side only inside a list. */
export function resetPath(news: PropertyMap, olds: PropertyMap, path: PropertyPath): PropertyMap | undefined {
  const result = resetValue(news, olds, path);
  return isPlainObject(result) ? result : undefined;
}

function resetValue(
  fresh: PropertyValue | undefined,
  old: PropertyValue | undefined,
  path: PropertyPath,
): PropertyValue | undefined {
  const [head, ...rest] = path;
  if (head === undefined || (fresh === undefined && old === undefined)) return old;
  const freshInner = isSecret(fresh) ? fresh.value : fresh;
  const oldInner = isSecret(old) ? old.value : old;
  if (isArray(freshInner)) {
    if (!isArray(oldInner)) return undefined;
    if (head !== '*' && (typeof head !== 'number' || head >= freshInner.length || head >= oldInner.length)) {
      return undefined;
    }
    return freshInner.map((item, index) =>
      head === '*' || head === index ? (resetValue(item, oldInner[index], rest) ?? item) : item,
    );
  }
  if (!isPlainObject(freshInner) && freshInner !== undefined) return undefined;
  const target: Record<string, PropertyValue> = { ...freshInner };
  const source = isPlainObject(oldInner) ? oldInner : {};
  const keys = head === '*' ? new Set([...Object.keys(target), ...Object.keys(source)]) : [String(head)];
  for (const key of keys) {
    const value = resetValue(target[key], source[key], rest);
    if (value === undefined) {
      if (rest.length > 0 && source[key] !== undefined) return undefined;
      delete target[key];
    } else {
      target[key] = value;
    }
  }
  return target;
}

/** The inputs with everything under `ignoreChanges` set back to the old inputs; the second value lists paths that could not be. */
export function applyIgnoreChanges(
  inputs: PropertyMap,
  oldInputs: PropertyMap,
  ignoreChanges: readonly string[],
): { readonly inputs: PropertyMap; readonly failed: readonly string[] } {
  let current = inputs;
  const failed: string[] = [];
  for (const text of ignoreChanges) {
    const path = parsePath(text);
    const changed = path === undefined ? undefined : resetPath(current, oldInputs, path);
    if (changed === undefined) failed.push(text);
    else current = changed;
  }
  return { inputs: current, failed };
}
