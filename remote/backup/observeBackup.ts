/** Reads what the nodes of a cluster know of its backups, one round trip each. A node that cannot be read is an observation too. */
import type { BackupTarget } from '../../core/backup/types';
import { KingbaseError } from '../../core/finding';
import { parseBackupNode } from '../../core/observe/backup/parseBackupNode';
import type { BackupNodeObservation, ObservedBackupNode } from '../../core/observe/backup/types';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { nodeEnv } from '../../core/topology/nodeEnv';
import { nodeScript } from '../nodeScripts';
import { readAnswer } from '../observe/readAnswer';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote, Remote } from '../remote';
import { backupEnv } from './backupEnv';

const TIMEOUT_MS = 60_000;

/** Database nodes, and whoever runs backups; a witness has no part in them. In the order of the nodes. */
export function backupNodes(nodes: readonly ClusterNode[], { hosts }: Pick<BackupTarget, 'hosts'>): ClusterNode[] {
  return nodes.filter(({ target }) => target.role === 'database' || hosts.includes(target.name));
}

export async function observeBackups(
  nodes: readonly ClusterNode[],
  backup: BackupTarget,
  open: OpenRemote,
): Promise<ObservedBackupNode[]> {
  return Promise.all(backupNodes(nodes, backup).map((node) => observeBackupNode(node, backup, open)));
}

export async function observeBackupNode(
  { connection, target }: ClusterNode,
  backup: BackupTarget,
  open: OpenRemote,
): Promise<ObservedBackupNode> {
  const remote = open(connection);
  try {
    return await observeBackupThrough(remote, target, backup);
  } catch (error) {
    if (error instanceof KingbaseError) {
      const reason = error.findings[0]?.message.split('\n')[0] ?? error.message;
      return { reachable: false, name: target.name, reason };
    }
    throw error;
  } finally {
    remote.close();
  }
}

/** Through a connection that is open already; throws where the node cannot be read. */
export async function observeBackupThrough(
  remote: Remote,
  target: NodeTarget,
  backup: BackupTarget,
): Promise<BackupNodeObservation> {
  const text = nodeScript('layout.sh', 'node.sh', 'json.sh', 'backupObserve.sh');
  const env = { ...nodeEnv(target), ...backupEnv(target, backup) };
  const label = `observe the backups on ${target.name}`;
  const { stdout } = await remote.script(text, env, { timeoutMs: TIMEOUT_MS, label });
  return readAnswer(target.name, () => parseBackupNode(target.name, backup.stanza, stdout));
}
