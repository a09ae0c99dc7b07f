/** Reads all nodes of a cluster at once and says what the cluster is. */
import { judgeArmed } from '../../core/backup/armed';
import { buildBackupReport } from '../../core/backup/report';
import type { BackupTarget } from '../../core/backup/types';
import { buildClusterReport, type ClusterStatusReport } from '../../core/observe/clusterReport';
import { archivingFindings, systemsOf } from '../backup/archiving';
import { observeBackups } from '../backup/observeBackup';
import type { OpenRemote } from '../remote';
import { openRemote } from '../sshRemote';
import { observeNode, type ClusterNode, type ObservedMember, type Probe } from './observeNode';

export type { ObservedMember };

export interface StatusWish {
  /** undefined: none are declared. */
  readonly backup: BackupTarget | undefined;
  readonly licenseMinDays: number;
}

/** With the backups: their outputs, and whether the cluster is armed. */
export async function observeWithBackups(
  cluster: string,
  nodes: readonly ClusterNode[],
  { backup, licenseMinDays }: StatusWish,
  open: OpenRemote = openRemote,
): Promise<ClusterStatusReport> {
  const [observed, backups] = await Promise.all([
    observeNodes(nodes, open),
    backup === undefined ? undefined : observeBackups(nodes, backup, open),
  ]);
  const report = buildClusterReport(cluster, observed);
  const members = observed.filter(({ target }) => target.role === 'database');
  const systems = systemsOf(members);
  const facts =
    backup === undefined || backups === undefined
      ? undefined
      : {
          target: backup,
          observed: backups,
          primary: report.primary,
          systemIdentifier: systems.length === 1 ? systems[0] : undefined,
          archiving: archivingFindings(backup, members),
        };
  const said = facts === undefined ? undefined : buildBackupReport(facts);
  return { ...report, backup: said ?? null, armed: judgeArmed({ ...report, licenseMinDays, backup: said }) };
}

export async function observeCluster(
  cluster: string,
  nodes: readonly ClusterNode[],
  open: OpenRemote = openRemote,
): Promise<ClusterStatusReport> {
  return buildClusterReport(cluster, await observeNodes(nodes, open));
}

/** The raw observations, in the order of the nodes. */
export async function observeNodes(
  nodes: readonly ClusterNode[],
  open: OpenRemote,
  probe: Probe = 'full',
): Promise<ObservedMember[]> {
  return Promise.all(
    nodes.map(async (node) => ({ node, target: node.target, observation: await observeNode(node, open, probe) })),
  );
}
