/** What every component about KWDB begins with: its input checked, every mistake at once, and a node as handlers take it. */
import type * as pulumi from '@pulumi/pulumi';
import { KingbaseError } from '../../core/finding';
import { parseKwdbSpec } from '../../core/kwdb/spec/parseKwdbSpec';
import type { KwdbNode, KwdbSpec } from '../../core/kwdb/spec/types';
import { toKwdbTarget } from '../../core/kwdb/target';
import type { ClusterSpec } from '../../core/spec/types';
import { ClusterArgsError } from '../clusterArgsError';
import { connectionArgs } from '../host/connectionArgs';
import type { KwdbHostArgs } from '../hostArgs';

export function parseKwdbInput(name: string, input: object): KwdbSpec {
  try {
    const parsed = parseKwdbSpec(input, name);
    if (parsed.ok) return parsed.spec;
    throw new ClusterArgsError(name, parsed.findings);
  } catch (error) {
    throw error instanceof KingbaseError ? new ClusterArgsError(name, error.findings) : error;
  }
}

/** The same login as of a KingbaseES node: nothing of it depends on the system. */
export function kwdbHost(spec: KwdbSpec, node: KwdbNode, privateKey: pulumi.Input<string> | undefined): KwdbHostArgs {
  const login = connectionArgs(
    spec as unknown as ClusterSpec,
    node as unknown as ClusterSpec['nodes'][number],
    privateKey,
  );
  return { connection: login, target: toKwdbTarget(spec, node) };
}
