/** The records of recovery actions (stack config `kingbase:actions`): each is executed once, and stays as the note that it was. */
import { checkRequestId } from '../drill/request';
import { type Finding, KingbaseError } from '../finding';
import { checkInputs, unknownFields, wrongRecord } from './checkInputs';
import { ACTION_KINDS } from './kinds/index';
import type { ActionInputs, RecordKind } from './kinds/types';

export interface Action {
  readonly kind: string;
  readonly requestId: string;
  readonly inputs: ActionInputs;
  /** Token that a dry run printed: the operator has seen what would be lost. */
  readonly confirm?: string;
}

const FIELDS = ['requestId', 'kind', 'inputs', 'confirm'];
const CONFIRM = /^[A-Za-z0-9-]{4,128}$/;

/** Every finding at once. `kinds`: those of the system that the stack is of. */
export function parseActions(value: unknown, kinds: readonly RecordKind[] = ACTION_KINDS): readonly Action[] {
  if (value === undefined) return [];
  const records: readonly unknown[] = Array.isArray(value) ? value : [];
  const findings = Array.isArray(value)
    ? [
        ...records.flatMap((record, index) => checkRecord(record, `kingbase:actions[${index}]`, kinds)),
        ...repeated(records),
      ]
    : [wrongRecord('kingbase:actions', 'is not a list')];
  if (findings.length > 0) throw new KingbaseError(findings);
  return (records as readonly Action[]).map((action) => ({ ...action, inputs: action.inputs ?? {} }));
}

export function checkRecord(
  record: unknown,
  path: string,
  kinds: readonly RecordKind[] = ACTION_KINDS,
): readonly Finding[] {
  if (typeof record !== 'object' || record === null) return [wrongRecord(path, 'is not an object')];
  const { requestId, kind: name, inputs = {}, confirm } = record as Readonly<Record<string, unknown>>;
  const kind = kinds.find((one) => one.kind === name);
  return [
    ...unknownFields(record, FIELDS, path),
    ...checkRequestId(requestId, `${path}.requestId`),
    ...(kind === undefined
      ? [
          wrongRecord(
            `${path}.kind`,
            `${JSON.stringify(name) ?? 'nothing'} is no kind of action`,
            `Known: ${kinds.map((one) => one.kind).join(', ')}.`,
          ),
          ...(typeof inputs === 'object' ? [] : [wrongRecord(`${path}.inputs`, 'is not an object')]),
        ]
      : checkInputs(kind, inputs, `${path}.inputs`)),
    ...(confirm === undefined || (typeof confirm === 'string' && CONFIRM.test(confirm))
      ? []
      : [wrongRecord(`${path}.confirm`, 'is no token', 'Take it from the dry run of this very request.')]),
  ];
}

/** Two records of one id would be one action. */
function repeated(records: readonly unknown[]): readonly Finding[] {
  const ids = records.map((record) => (record as { readonly requestId?: unknown } | null)?.requestId);
  return ids.flatMap((id, index) =>
    typeof id === 'string' && ids.indexOf(id) < index
      ? [
          wrongRecord(
            `kingbase:actions[${index}].requestId`,
            `${JSON.stringify(id)} stands there twice`,
            'Give each record an id of its own.',
          ),
        ]
      : [],
  );
}
