// The values with which a cluster's servers will run: declared, else ours, else the product's.
import { canonicalValue, findParameter } from '../parameters/checkParameters';
import { effectiveSettings } from '../render/settings';
import { planPaths } from '../topology/planPaths';
import type { ClusterSpec } from '../spec/types';
import type { Setting } from '../render/parse/settings';

export function effectiveSetting(spec: ClusterSpec, name: string): string {
  const declared = effectiveSettings(spec, planPaths(spec))[name];
  return canonicalValue(name, declared ?? findParameter('kingbase', name)?.default ?? '');
}

/** In the base unit of the parameter. */
export function effectiveNumber(spec: ClusterSpec, name: string): number {
  return Number(effectiveSetting(spec, name));
}

/** Of a rendered file: the last line wins, as in the server; undefined where it does not say. */
export function renderedSetting(settings: readonly Setting[], name: string): string | undefined {
  const last = settings.filter((setting) => setting.name === name).at(-1);
  return last === undefined ? undefined : canonicalValue(name, last.value);
}

export function databaseNodes(spec: ClusterSpec): ClusterSpec['nodes'] {
  return spec.nodes.filter((node) => node.role === 'database');
}
