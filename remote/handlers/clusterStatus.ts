/** kingbase:ClusterStatus: the one place of observed truth. Reading it changes nothing, and nothing depends on it. */
import type { BackupTarget } from '../../core/backup/types';
import type { ClusterStatusReport } from '../../core/observe/clusterReport';
import { observeWithBackups, type StatusWish } from '../observe/observeCluster';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { inputsDiffer } from './support';
import type { Handler } from './types';

export interface ClusterStatusInputs {
  readonly cluster: string;
  readonly nodes: readonly ClusterNode[];
  /** undefined: no backups are declared. */
  readonly backup?: BackupTarget;
  /** A state of before has none. */
  readonly licenseMinDays?: number;
}

/** The vendor's alarm. */
const LICENSE_MIN_DAYS = 30;

export interface ClusterStatusOutputs extends ClusterStatusInputs {
  readonly observed: ClusterStatusReport;
}

export function clusterStatusHandler(open: OpenRemote): Handler<ClusterStatusInputs, ClusterStatusOutputs> {
  const observe = async (inputs: ClusterStatusInputs): Promise<ClusterStatusOutputs> => ({
    ...inputs,
    observed: await observeWithBackups(inputs.cluster, inputs.nodes, wishOf(inputs), open),
  });
  return {
    // What was observed is never a change; only other nodes to look at are.
    diff: async (_id, olds, news) => ({
      changes: inputsDiffer(declared(olds), declared(news), ['cluster', 'nodes', 'backup', 'licenseMinDays']),
    }),
    create: async (inputs) => ({ id: inputs.cluster, outs: await observe(inputs) }),
    read: async (id, props) => ({ id, props: await observe(props) }),
    update: async (_id, _olds, news) => ({ outs: await observe(news) }),
    delete: async () => undefined,
  };
}

/** A state of before counts as what it was judged by. */
function declared({ licenseMinDays = LICENSE_MIN_DAYS, ...others }: ClusterStatusInputs): ClusterStatusInputs {
  return { ...others, licenseMinDays };
}

function wishOf({ backup, licenseMinDays = LICENSE_MIN_DAYS }: ClusterStatusInputs): StatusWish {
  return { backup, licenseMinDays };
}
