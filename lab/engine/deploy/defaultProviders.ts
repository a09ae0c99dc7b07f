// Each resource belongs to a provider resource in state. The program names none, so the engine registers the default ones, named
// and filled as the CLI does: otherwise `pulumi stack import` would show them as changed.
import { commandPluginMarks } from '../providers/commandProvider';
import { isProviderType, makeUrn } from '../urn';
import { makeSecret, type PropertyMap } from '../values';
import type { Goal } from './goal';

export interface ConfigValues {
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** The dynamic provider is given the whole configuration of the stack. */
export function dynamicProviderInputs(config: ConfigValues): PropertyMap {
  return Object.fromEntries(
    Object.entries(config.values).map(([key, value]) => [
      key,
      config.secretKeys.includes(key) ? makeSecret(value) : value,
    ]),
  );
}

/** The provider resource a goal needs, as a goal of its own; components need none. */
export function defaultProviderOf(
  goal: Goal,
  at: { readonly stack: string; readonly project: string },
  config: ConfigValues,
): Goal | undefined {
  if (!goal.custom || isProviderType(goal.type)) return undefined;
  const packageName = goal.type.split(':')[0] ?? '';
  const isDynamic = packageName === 'pulumi-nodejs';
  const type = `pulumi:providers:${packageName}`;
  const name = goal.version === '' ? 'default' : `default_${goal.version.replaceAll(/[.+-]/g, '_')}`;
  const version: PropertyMap = goal.version === '' ? {} : { version: goal.version };
  return {
    type,
    name,
    urn: makeUrn(at, '', type, name),
    custom: true,
    parent: '',
    inputs: isDynamic ? dynamicProviderInputs(config) : { __internal: {}, ...commandPluginMarks, ...version },
    dependencies: [],
    propertyDependencies: {},
    version: goal.version,
    protect: false,
    retainOnDelete: false,
    deleteBeforeReplace: undefined,
    deletedWith: '',
    ignoreChanges: [],
    replaceOnChanges: [],
    additionalSecretOutputs: [],
    customTimeouts: {},
    aliases: [],
  };
}

/** Outputs of a provider resource: its inputs without the engine's own notes. */
export function providerOutputs(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== '__internal'));
}
