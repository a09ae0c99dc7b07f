// The cluster of a lab's stack as its operator changes it, and back.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Lab } from '../../../lab/lab';
import { editClusterConfig, stackFiles, type ClusterConfig } from '../../../lab/stack/stackFile';

/** Returns what puts the file back as it was. */
export function changeCluster(lab: Lab, change: (cluster: ClusterConfig) => ClusterConfig): () => void {
  const { config } = stackFiles(lab.name);
  const before = readFileSync(config, 'utf8');
  editClusterConfig(lab.name, change);
  return () => writeFileSync(config, before);
}

/** A value at a path of objects, the rest as it is: withValue(cluster, ['database', 'parameters', 'work_mem'], '8MB'). */
export function withValue(cluster: ClusterConfig, path: readonly string[], value: unknown): ClusterConfig {
  const [head, ...rest] = path;
  if (head === undefined) return cluster;
  const inner = (cluster[head] ?? {}) as ClusterConfig;
  return { ...cluster, [head]: rest.length === 0 ? value : withValue(inner, rest, value) };
}
