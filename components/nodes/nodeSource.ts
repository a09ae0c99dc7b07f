/** Where hosts come from: fills in `nodes` and `connection` before the specification is parsed. One interface for every source. */
import { KingbaseError } from '../../core/finding';
import { existingNodes } from './existing';
import { labNodes } from './lab';
import type { NodeSource, RawCluster } from './types';

export type { NodeSource, RawCluster };

const SOURCES: Readonly<Record<string, NodeSource>> = { existing: existingNodes, lab: labNodes };

/** The same object with hosts filled in; `nodeSource` itself is read here and nowhere else. */
export function resolveNodeSource(cluster: RawCluster): RawCluster {
  const { nodeSource, ...rest } = cluster;
  if (nodeSource === undefined) {
    return rest;
  }
  const source = isObject(nodeSource) ? nodeSource : { kind: nodeSource };
  const resolve = typeof source.kind === 'string' ? SOURCES[source.kind] : undefined;
  if (resolve === undefined) {
    throw new KingbaseError({
      code: 'spec/unknown-node-source',
      path: 'nodeSource.kind',
      message: `unknown source ${JSON.stringify(source.kind)}`,
      hint: `Use one of ${Object.keys(SOURCES).join(', ')}; leave nodeSource out for hosts given in \`nodes\`.`,
    });
  }
  return resolve(rest, source);
}

export function isObject(value: unknown): value is RawCluster {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
