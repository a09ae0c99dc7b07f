// What the program asks for: one registration, read from the SDK's request, options the engine does not carry refused by name.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Alias } from '@pulumi/pulumi/proto/alias_pb.js';
import type { RegisterResourceRequest } from '@pulumi/pulumi/proto/resource_pb.js';
import { KingbaseError } from '../../../core/finding';
import { commandTypes } from '../providers/commandInputs';
import { previewOnlyPrefix } from '../providers/previewOnly';
import { fromStruct } from '../rpc';
import { isProviderType, makeUrn, parseUrn, stackType } from '../urn';
import { archiveSignature, assetSignature, isArray, isObject, mapValues, specialKey } from '../values';
import type { PropertyMap, PropertyValue } from '../values';

export interface Goal {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly custom: boolean;
  readonly parent: string;
  readonly inputs: PropertyMap;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly version: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Undefined: the provider decides. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly deletedWith: string;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly customTimeouts: Readonly<Record<string, number>>;
  /** Urns this resource may be found under in the old state, nearest first. */
  readonly aliases: readonly string[];
}

export interface GoalContext {
  readonly stack: string;
  readonly project: string;
  readonly workDirectory: string;
  /** Old urns of a parent that is itself found under an alias. */
  readonly aliasesOf: (urn: string) => readonly string[];
}

export const dynamicPrefix = 'pulumi-nodejs:dynamic/';

const supportedCustomType = (type: string): boolean =>
  type.startsWith(dynamicPrefix) || type.startsWith(previewOnlyPrefix) || commandTypes.includes(type);

/** Options of a registration nothing in this project uses: better refused than half done. */
const refusedOptions: readonly (readonly [string, (request: RegisterResourceRequest) => boolean])[] = [
  ['import', (request) => request.getImportid() !== ''],
  ['provider (explicit)', (request) => request.getProvider() !== ''],
  ['replaceWith', (request) => request.getReplaceWithList().length > 0],
  ['replacementTrigger', (request) => request.getReplacementTrigger() !== undefined],
  ['transforms', (request) => request.getTransformsList().length > 0],
  ['hooks', (request) => hasHooks(request)],
  ['remote components', (request) => request.getRemote()],
  ['package references', (request) => request.getPackageref() !== ''],
  ['state migrations', (request) => request.getStateMigrationsList().length > 0],
];

function hasHooks(request: RegisterResourceRequest): boolean {
  const hooks = request.getHooks()?.toObject();
  return hooks !== undefined && Object.values(hooks).some((names) => Array.isArray(names) && names.length > 0);
}

export function readGoal(request: RegisterResourceRequest, context: GoalContext): Goal {
  const type = request.getType();
  const name = request.getName();
  refuseUnsupported(request, type, name);
  const parent = request.getParent();
  const dependencies = [...new Set(request.getDependenciesList())];
  return {
    type,
    name,
    urn: makeUrn(context, parent, type, name),
    custom: request.getCustom(),
    parent,
    inputs: hashAssets(fromStruct(request.getObject()), context.workDirectory),
    dependencies,
    propertyDependencies: propertyDependenciesOf(request, dependencies),
    version: request.getVersion(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    deletedWith: request.getDeletedwith(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    customTimeouts: timeoutsOf(request),
    aliases: aliasesOf(request, context, { type, name, parent }),
  };
}

function refuseUnsupported(request: RegisterResourceRequest, type: string, name: string): void {
  if (request.getCustom() && (isProviderType(type) || !supportedCustomType(type))) {
    throw new KingbaseError({
      code: 'engine/type-unsupported',
      path: `${type} ${name}`,
      message: 'the stand-in engine does not carry resources of this type',
      hint: `It carries ${commandTypes.join(', ')}, dynamic resources and components. Use the Pulumi CLI for others.`,
    });
  }
  const used = refusedOptions.filter(([, isUsed]) => isUsed(request)).map(([option]) => option);
  if (used.length > 0) {
    throw new KingbaseError({
      code: 'engine/option-unsupported',
      path: `${type} ${name}`,
      message: `the stand-in engine does not carry ${used.join(', ')}`,
      hint: 'Leave the option out, or use the Pulumi CLI.',
    });
  }
}

/** A program that tells no property's dependencies means: each depends on all. */
function propertyDependenciesOf(
  request: RegisterResourceRequest,
  dependencies: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const told = request.getPropertydependenciesMap();
  if (told.getLength() === 0) {
    if (!request.getCustom() || dependencies.length === 0) return {};
    return Object.fromEntries(Object.keys(fromStruct(request.getObject())).map((key) => [key, dependencies]));
  }
  const entries = told.toArray().map(([key]) => [key, told.get(key)?.getUrnsList() ?? []] as const);
  return Object.fromEntries([...entries].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function timeoutsOf(request: RegisterResourceRequest): Readonly<Record<string, number>> {
  const timeouts = request.getCustomtimeouts()?.toObject();
  const entries = Object.entries(timeouts ?? {}).filter(([, text]) => text !== '');
  return Object.fromEntries(entries.map(([key, text]) => [key, secondsOf(String(text))]));
}

/** Go's notation: 1h2m3.5s. */
function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? 's'] ?? 1),
    0,
  );
}

function aliasesOf(
  request: RegisterResourceRequest,
  context: GoalContext,
  goal: { readonly type: string; readonly name: string; readonly parent: string },
): readonly string[] {
  const own = request.getAliasesList().map((alias) => aliasUrn(alias, context, goal));
  const inherited = context
    .aliasesOf(goal.parent)
    .map((parent) => makeUrn(context, parent, goal.type, inheritedName(goal.name, goal.parent, parent)));
  return [...new Set([...request.getAliasurnsList(), ...own, ...inherited])];
}

/** A child whose name starts with its parent's follows the parent's renaming. */
function inheritedName(name: string, parent: string, alias: string): string {
  const prefix = parseUrn(parent).name;
  return name.startsWith(prefix) ? parseUrn(alias).name + name.slice(prefix.length) : name;
}

function aliasUrn(alias: Alias, context: GoalContext, goal: { type: string; name: string; parent: string }): string {
  const spec = alias.getSpec();
  if (spec === undefined) return alias.getUrn();
  const parent = spec.getNoparent()
    ? makeUrn(context, '', stackType, `${context.project}-${context.stack}`)
    : spec.getParenturn() || goal.parent;
  const at = { stack: spec.getStack() || context.stack, project: spec.getProject() || context.project };
  return makeUrn(at, parent, spec.getType() || goal.type, spec.getName() || goal.name);
}

/** An asset is compared by what is in it, so the hash is taken when the program hands it over. */
function hashAssets(map: PropertyMap, directory: string): PropertyMap {
  return mapValues(map, (value) => hashAsset(value, directory));
}

function hashAsset(value: PropertyValue, directory: string): PropertyValue {
  if (isArray(value)) return value.map((item) => hashAsset(item, directory));
  if (!isObject(value)) return value;
  const signature = value[specialKey];
  if (signature === archiveSignature) {
    throw new KingbaseError({
      code: 'engine/archive-unsupported',
      message: 'the stand-in engine does not carry archives',
      hint: 'Hand over single files as assets.',
    });
  }
  if (signature !== assetSignature) return hashAssets(value, directory);
  const { path, text } = value;
  const content =
    typeof path === 'string' && path !== '' ? readFileSync(resolve(directory, path)) : Buffer.from(String(text));
  return { ...value, hash: createHash('sha256').update(content).digest('hex') };
}
