// The cluster that a stack's configuration file declares, checked, and how its hosts are reached: what every command about a stack begins with.
import { connectionArgs } from '../components/host/connectionArgs';
import { resolveNodeSource } from '../components/nodes/nodeSource';
import { KingbaseError } from '../core/finding';
import { parseClusterSpec } from '../core/spec/parseClusterSpec';
import type { ClusterSpec, NodeSpec } from '../core/spec/types';
import type { Connection } from '../remote/remote';
import { stackFileOf, type StackFlags, type StackSurroundings } from './stackCommand';
import { readStackCluster } from './stackFile';

export interface DeclaredCluster {
  /** The stack's configuration file. */
  readonly file: string;
  readonly spec: ClusterSpec;
  /** With kingbase:privateKey, where the stack keeps one. */
  readonly connectionOf: (node: NodeSpec) => Connection;
}

/** Throws every finding of the configuration at once; no host was asked then. `privateKey: false` needs no passphrase, and reaches no host. */
export async function readDeclaredCluster(
  flags: StackFlags,
  around: StackSurroundings,
  want: { readonly privateKey: boolean } = { privateKey: true },
): Promise<DeclaredCluster> {
  const file = stackFileOf(flags, around);
  const { cluster, privateKey } = await readStackCluster(file, around.env, want);
  const parsed = parseClusterSpec(resolveNodeSource(cluster), flags.stack);
  if (!parsed.ok) throw new KingbaseError(parsed.findings);
  const { spec } = parsed;
  const connectionOf = (node: NodeSpec): Connection => {
    const { privateKey: _, ...reach } = connectionArgs(spec, node, undefined);
    return privateKey === undefined ? reach : { ...reach, privateKey };
  };
  return { file, spec, connectionOf };
}
