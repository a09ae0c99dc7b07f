/** The inputs of a record against the fields of its kind, and as words for the program on the node. */
import type { Finding } from '../finding';
import type { ActionField, ActionInputs, RecordKind } from './kinds/types';

/** What action.sh takes in one word; nothing in it means anything to a shell. */
const WORD = /^[A-Za-z0-9_.:/=+@, -]{0,500}$/;

export function checkInputs(kind: RecordKind, inputs: unknown, path: string): readonly Finding[] {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
    return [wrongRecord(path, 'is not an object')];
  }
  const given = inputs as Readonly<Record<string, unknown>>;
  const found = [
    ...unknownFields(given, Object.keys(kind.fields), path),
    ...Object.entries(kind.fields).flatMap(([name, field]) => checkField(field, given[name], `${path}.${name}`)),
  ];
  return found.length > 0 ? found : kind.check(given as ActionInputs, path);
}

function checkField(field: ActionField, value: unknown, path: string): readonly Finding[] {
  if (value === undefined) {
    return field.required === true ? [wrongRecord(path, 'is missing', `Give it: ${field.help}.`)] : [];
  }
  if (typeof value !== field.type) return [wrongRecord(path, `is not a ${field.type}`)];
  if (field.values !== undefined && !field.values.includes(String(value))) {
    return [wrongRecord(path, `${JSON.stringify(value)} is not known`, `One of ${field.values.join(', ')}.`)];
  }
  return WORD.test(String(value))
    ? []
    : [wrongRecord(path, `${JSON.stringify(value)} has a character that cannot be handed on`)];
}

export function unknownFields(value: object, known: readonly string[], path: string): readonly Finding[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => wrongRecord(`${path}.${name}`, 'is no field of it', `Fields: ${known.join(', ')}.`));
}

export function wrongRecord(path: string, message: string, hint = 'See docs/recovering.md.'): Finding {
  return { code: 'actions/wrong-record', path, message, hint };
}

/** `name=value`, in one order whatever the order of the record. */
export function inputWords(inputs: ActionInputs): readonly string[] {
  return Object.entries(inputs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
}
