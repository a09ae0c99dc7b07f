// Property values as people see them: secrets masked, unknowns named, long texts cut.
import type { ShownChange } from './events';
import { diffProperties, type PropertyChange } from './propertyDiff';
import { formatPath } from './propertyPath';
import { isArray, isObject, isSecret, isUnknown, mapValues, type PropertyMap, type PropertyValue } from './values';

const secretText = '[secret]';
const unknownText = '[unknown]';
const longest = 2_000;

function masked(value: PropertyValue): PropertyValue {
  if (isSecret(value)) return secretText;
  if (isUnknown(value)) return unknownText;
  if (isArray(value)) return value.map(masked);
  return isObject(value) ? mapValues(value, masked) : value;
}

export function showValue(value: PropertyValue, pretty = false): string {
  const shown = masked(value);
  if (shown === secretText || shown === unknownText) return shown;
  const text = JSON.stringify(shown, null, pretty ? 4 : undefined)
    .replaceAll(`"${secretText}"`, secretText)
    .replaceAll(`"${unknownText}"`, unknownText);
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}

/** The serialized provider code is never worth reading. */
const codeKey = '__provider';

export function showChanges(olds: PropertyMap, news: PropertyMap): readonly ShownChange[] {
  return diffProperties(mapValues(olds, structureOf), mapValues(news, structureOf)).map(showChange);
}

/** A text that holds a structure is shown as one, as the CLI does. */
function structureOf(value: PropertyValue): PropertyValue {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as PropertyValue;
  } catch {
    return value;
  }
}

function showChange(change: PropertyChange): ShownChange {
  const text = (value: PropertyValue | undefined): string | undefined => {
    if (value === undefined) return undefined;
    if (change.path[0] === codeKey) return 'code';
    return change.secret ? secretText : showValue(value);
  };
  return { path: formatPath(change.path), kind: change.kind, old: text(change.old), new: text(change.new) };
}
