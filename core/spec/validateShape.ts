// ajv finds what does not fit the schema; this file says it in our words, with the value found, its unit and a hint.
import Ajv, { type ErrorObject } from 'ajv';
import type { Finding } from '../finding';
import { formatPath, pointerParts } from '../text/configPath';
import { nearestName } from '../text/nearestName';
import { clusterSchema } from './schema';
import { hostKeyHint, unknownKeyHint } from './shapeHints';

/** Parts of the schema that messages are made of; the rest of it is ajv's business. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-unit'?: string;
  readonly 'x-default'?: string;
  readonly 'x-change'?: string;
  readonly 'x-change-note'?: string;
  readonly 'x-source'?: string;
}

export interface ShapeResult {
  readonly findings: readonly Finding[];
  /** Where a value must be taken out before rules can look at the rest. */
  readonly bad: readonly (readonly (string | number)[])[];
}

const compiled = new Map<SchemaNode, ReturnType<Ajv['compile']>>();

function validator(schema: SchemaNode): ReturnType<Ajv['compile']> {
  // Compiled when first used: programs that only import the library do not pay for it.
  const validate = compiled.get(schema) ?? new Ajv({ allErrors: true, verbose: true, strict: false }).compile(schema);
  compiled.set(schema, validate);
  return validate;
}

export function validateShape(input: unknown, root: SchemaNode = clusterSchema): ShapeResult {
  const validate = validator(root);
  if (validate(input)) return { findings: [], bad: [] };
  const errors = chooseBranches(validate.errors ?? []);
  const findings: Finding[] = [];
  const bad: (string | number)[][] = [];
  for (const error of errors) {
    const parts = pointerParts(error.instancePath, input);
    const own = subject(error);
    const path = own === undefined ? parts : [...parts, own];
    findings.push(describe(error, path, { input, root }));
    if (error.keyword !== 'required') bad.push(path);
  }
  return { findings, bad };
}

// Errors of an anyOf: keep those of the branch whose type the value has; where none fits, only the anyOf itself.
function chooseBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors];
  for (const union of errors.filter((error) => error.keyword === 'anyOf')) {
    const branches = (union.schema as readonly SchemaNode[]).map((_, index) => `${union.schemaPath}/${index}/`);
    const fitting = branches.find(
      (branch) =>
        !errors.some(
          (error) =>
            error.schemaPath.startsWith(branch) &&
            error.keyword === 'type' &&
            error.instancePath === union.instancePath,
        ),
    );
    kept = kept.filter((error) => {
      if (error === union) return fitting === undefined;
      const inUnion = error.schemaPath.startsWith(`${union.schemaPath}/`);
      return !inUnion || (fitting !== undefined && error.schemaPath.startsWith(fitting));
    });
  }
  return kept;
}

/** The key an error is about, where ajv points at the object around it. */
function subject(error: ErrorObject): string | undefined {
  if (error.keyword === 'required') return (error.params as { missingProperty: string }).missingProperty;
  if (error.keyword === 'additionalProperties')
    return (error.params as { additionalProperty: string }).additionalProperty;
  return undefined;
}

interface Checked {
  readonly input: unknown;
  readonly root: SchemaNode;
}

function describe(error: ErrorObject, parts: readonly (string | number)[], { input, root }: Checked): Finding {
  const schema = error.parentSchema as SchemaNode;
  const path = formatPath(parts);
  const value = error.data as unknown;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(parts, schema, root);
    case 'required':
      return missing(parts, schema, input);
    case 'enum':
      return notOneOf(path, schema, value);
    case 'minimum':
    case 'maximum':
      return outOfRange(path, schema, value as number, error.keyword);
    case 'minLength':
      return { code: 'spec/empty', path, message: 'is empty', hint: defaultHint(schema) };
    case 'minItems':
    case 'maxItems':
      return wrongLength(path, error);
    default:
      return wrongType(path, schema, value);
  }
}

function unknownKey(parts: readonly (string | number)[], schema: SchemaNode, root: SchemaNode): Finding {
  const key = String(parts[parts.length - 1]);
  const known = Object.keys(schema.properties ?? {});
  return {
    code: 'spec/unknown-key',
    path: formatPath(parts),
    message: `unknown key ${JSON.stringify(key)}`,
    hint: unknownKeyHint(key, { known, parent: formatPath(parts.slice(0, -1)), root }),
  };
}

function missing(parts: readonly (string | number)[], schema: SchemaNode, input: unknown): Finding {
  const key = String(parts[parts.length - 1]);
  const about = schema.properties?.[key]?.description ?? '';
  const hint = key === 'hostKey' ? hostKeyHint(parts, input) : `set it: ${lowerFirst(about)}`;
  return { code: 'spec/missing', path: formatPath(parts), message: 'is missing', hint };
}

function notOneOf(path: string, schema: SchemaNode, value: unknown): Finding {
  const allowed = (schema.enum ?? []).map(String);
  const near = typeof value === 'string' ? (generationOf(path, value) ?? nearestName(value, allowed)) : undefined;
  const guess = near === undefined ? '' : `did you mean ${near}? `;
  return {
    code: 'spec/not-one-of',
    path,
    message: `${show(value)} is not one of ${allowed.join(', ')}`,
    hint: `${guess}${schema.description ?? `choose one of ${allowed.join(', ')}.`}`,
  };
}

// People paste what `kingbase -V` prints: V008R006C009B0014.
function generationOf(path: string, value: string): string | undefined {
  const build = path === 'version' ? /^V0*([89])/i.exec(value) : null;
  return build === null ? undefined : build[1] === '9' ? 'V9' : 'V8R6';
}

function outOfRange(path: string, schema: SchemaNode, value: number, side: 'minimum' | 'maximum'): Finding {
  const unit = schema['x-unit'] === undefined ? '' : ` ${schema['x-unit']}`;
  const bounds = `${schema.minimum} to ${schema.maximum}${unit}`;
  return {
    code: 'spec/out-of-range',
    path,
    message: `${value}${unit} is ${side === 'minimum' ? 'below the minimum' : 'above the maximum'} ${schema[side]}${unit}`,
    hint: `choose ${bounds}. ${schema.description ?? ''}`,
  };
}

function wrongLength(path: string, error: ErrorObject): Finding {
  const limit = (error.params as { limit: number }).limit;
  const found = (error.data as readonly unknown[]).length;
  const message =
    error.keyword === 'minItems'
      ? `has ${found} entries, at least ${limit} needed`
      : `has ${found} entries, at most ${limit} allowed`;
  return { code: 'spec/wrong-length', path, message, hint: 'list every host of the cluster once.' };
}

function wrongType(path: string, schema: SchemaNode, value: unknown): Finding {
  const wanted = schema.anyOf !== undefined ? schema.anyOf.flatMap((branch) => typeWords(branch)) : typeWords(schema);
  const unit = schema['x-unit'];
  const number = typeof value === 'string' ? /^\s*(-?\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(value) : null;
  const wantsNumber = schema.type === 'integer' || schema.type === 'number';
  const hint =
    wantsNumber && number !== null
      ? unit === undefined
        ? `write the number without quotes: ${number[1]}.`
        : `write the number alone, in ${unit} (the unit is part of the name), without quotes.`
      : value === null
        ? `remove the key, or give it a value. ${schema.description ?? ''}`
        : (schema.description ?? `write ${wanted.join(' or ')}.`);
  return {
    code: 'spec/wrong-type',
    path,
    message: `expected ${wanted.join(' or ')}${unit === undefined ? '' : ` in ${unit}`}, found ${describeValue(value)}`,
    hint,
  };
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function typeWords(schema: SchemaNode): readonly string[] {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => WORDS[type] ?? type);
}

function describeValue(value: unknown): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? `the text ${show(value)}` : show(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function defaultHint(schema: SchemaNode): string {
  const fallback = schema.default ?? schema['x-default'];
  return fallback === undefined
    ? `give it a value. ${schema.description ?? ''}`
    : `remove the key to get the default (${String(fallback)}).`;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
