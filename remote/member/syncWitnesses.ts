/** Gives a witness the primary's records of today. It would copy them within 15 s by itself, so nothing fails where it cannot be done. */
import type { SeenNode } from '../../core/member/clusterView';
import { staleWitnesses } from '../../core/membership/staleWitnesses';
import { onHost } from '../handlers/support';
import { runSteps } from '../nodeSteps';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { warn } from '../warn';

export async function syncWitnesses(
  open: OpenRemote,
  nodes: readonly ClusterNode[],
  seen: readonly SeenNode[],
): Promise<void> {
  const stale = staleWitnesses(seen);
  const primary = nodes.find(({ target }) => target.name === stale?.primary);
  if (stale === undefined || primary === undefined) {
    return;
  }
  const env = { KB_SYSTEM: '', KB_PRIMARY_HOST: primary.target.host };
  for (const { connection, target } of nodes.filter((node) => stale.witnesses.includes(node.target.name))) {
    try {
      await onHost(open, connection, (remote) => runSteps(remote, target, 'member.sh', ['syncWitness'], { env }));
    } catch (error) {
      warn(
        connection.host,
        `${target.name}: its copy of repmgr's records is behind; its repmgrd renews it: ${(error as Error).message}`,
      );
    }
  }
}
