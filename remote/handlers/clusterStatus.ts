/** kingbase:ClusterStatus: the one place of observed truth. Reading it changes nothing, and nothing depends on it. */
import type { ClusterStatusReport } from '../../core/observe/clusterReport';
import { observeCluster } from '../observe/observeCluster';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { inputsDiffer } from './support';
import type { Handler } from './types';

export interface ClusterStatusInputs {
  readonly cluster: string;
  readonly nodes: readonly ClusterNode[];
}

export interface ClusterStatusOutputs extends ClusterStatusInputs {
  readonly observed: ClusterStatusReport;
}

export function clusterStatusHandler(open: OpenRemote): Handler<ClusterStatusInputs, ClusterStatusOutputs> {
  const observe = async (inputs: ClusterStatusInputs): Promise<ClusterStatusOutputs> => ({
    ...inputs,
    observed: await observeCluster(inputs.cluster, inputs.nodes, open),
  });
  return {
    // What was observed is never a change; only other nodes to look at are.
    diff: async (_id, olds, news) => ({ changes: inputsDiffer<ClusterStatusInputs>(olds, news, ['cluster', 'nodes']) }),
    create: async (inputs) => ({ id: inputs.cluster, outs: await observe(inputs) }),
    read: async (id, props) => ({ id, props: await observe(props) }),
    update: async (_id, _olds, news) => ({ outs: await observe(news) }),
    delete: async () => undefined,
  };
}
