/**
 * kingbase:ReplaceGuard: stands before the instance of a node that is to be made anew, and lets nothing pass where it is the primary. There only while
 * the node is named in `replace`; looks again at each update, because what was seen before says nothing about now. Reads only.
 */
import { KingbaseError } from '../../core/finding';
import { decideReplacement } from '../../core/membership/decideReplacement';
import { primaries } from '../../core/member/clusterView';
import { toSeenNode } from '../member/memberFacts';
import { observeNodes } from '../observe/observeCluster';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import type { Handler } from './types';

export interface ReplaceGuardInputs {
  readonly node: string;
  readonly nodes: readonly ClusterNode[];
  readonly unchecked: boolean;
}

export interface ReplaceGuardOutputs extends ReplaceGuardInputs {
  /** Name of the primary when it was looked last; null where none was seen. */
  readonly primary: string | null;
}

export function replaceGuardHandler(open: OpenRemote): Handler<ReplaceGuardInputs, ReplaceGuardOutputs> {
  const look = async (inputs: ReplaceGuardInputs): Promise<ReplaceGuardOutputs> => {
    const members = inputs.nodes.filter(({ target }) => target.role !== 'repository');
    const seen = (await observeNodes(members, open, 'brief')).map(toSeenNode);
    const findings = decideReplacement(seen, inputs);
    if (findings.length > 0) throw new KingbaseError(findings);
    return { ...inputs, primary: primaries(seen)[0]?.name ?? null };
  };
  return {
    diff: async () => ({ changes: true }),
    create: async (inputs) => ({ id: inputs.node, outs: await look(inputs) }),
    read: async (id, props) => ({ id, props }),
    update: async (_id, _olds, news) => ({ outs: await look(news) }),
    delete: async () => undefined,
  };
}
