/** kingbase:ClusterDiagnosis: what is wrong with a cluster and what to do, as seen now. Reading it changes nothing, and nothing depends on it. */
import { ACTION_KINDS } from '../../core/action/kinds/index';
import { diagnoseCluster } from '../../core/recovery/diagnoseCluster';
import type { ClusterDiagnosis } from '../../core/recovery/types';
import { gatherRecoveryEvidence } from '../diagnose/gatherRecoveryEvidence';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { inputsDiffer } from './support';
import type { Handler } from './types';

export interface ClusterDiagnosisInputs {
  readonly cluster: string;
  readonly nodes: readonly ClusterNode[];
}

export interface ClusterDiagnosisOutputs extends ClusterDiagnosisInputs {
  readonly observed: ClusterDiagnosis;
}

export async function diagnoseNodes(
  cluster: string,
  nodes: readonly ClusterNode[],
  open: OpenRemote,
  at: number,
): Promise<ClusterDiagnosis> {
  const evidence = await gatherRecoveryEvidence(cluster, nodes, open, at);
  return diagnoseCluster(
    evidence,
    ACTION_KINDS.map(({ kind }) => kind),
  );
}

export function clusterDiagnosisHandler(open: OpenRemote): Handler<ClusterDiagnosisInputs, ClusterDiagnosisOutputs> {
  const observe = async (inputs: ClusterDiagnosisInputs): Promise<ClusterDiagnosisOutputs> => ({
    ...inputs,
    observed: await diagnoseNodes(inputs.cluster, inputs.nodes, open, Date.now()),
  });
  return {
    // What was observed is never a change; only other nodes to look at are.
    diff: async (_id, olds, news) => ({
      changes: inputsDiffer<ClusterDiagnosisInputs>(olds, news, ['cluster', 'nodes']),
    }),
    create: async (inputs) => ({ id: inputs.cluster, outs: await observe(inputs) }),
    read: async (id, props) => ({ id, props: await observe(props) }),
    update: async (_id, _olds, news) => ({ outs: await observe(news) }),
    delete: async () => undefined,
  };
}
