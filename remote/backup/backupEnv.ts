/** The shell variables that templates/scripts/backup.sh and backupObserve.sh expect, beyond those of the node. */
import { BACKUP_JOB, BACKUP_USER } from '../../core/backup/commands';
import { repositoriesOf } from '../../core/backup/repositoriesOf';
import type { BackupTarget } from '../../core/backup/types';
import type { NodeTarget } from '../../core/topology/nodeTarget';

/** The gate of a first backup waits less than a backup does: what is not archived within that is broken, not slow. */
const CHECK_SECONDS = 60;
const INFO_SECONDS = 20;
export const FOLLOW_SECONDS = 15;

export function backupEnv(target: NodeTarget, backup: BackupTarget): Record<string, string> {
  return {
    KB_STANZA: backup.stanza,
    KB_RMAN_CONF: backup.conf,
    KB_REPO_PATHS: repositoryPaths(target.name, backup).join('\n'),
    KB_BACKUP_HOST: backup.hosts.includes(target.name) ? 'yes' : 'no',
    KB_DRILL_DIRECTORY: backup.drill.directory,
    KB_BACKUP_UNIT: unitOf(backup),
    KB_JOB: BACKUP_JOB,
    KB_PREFIX_LOG: target.log,
    KB_CHECK_SECONDS: String(Math.min(backup.archiveTimeoutSeconds, CHECK_SECONDS)),
    KB_FOLLOW_SECONDS: String(FOLLOW_SECONDS),
    KB_INFO_SECONDS: String(INFO_SECONDS),
    KB_BACKUP_ROLE: BACKUP_USER,
    KB_IDLE_SETTING: '',
  };
}

export function unitOf({ cluster }: BackupTarget): string {
  return `kb-backup-${cluster}.service`;
}

/** Those on this node's own file systems. */
function repositoryPaths(node: string, backup: BackupTarget): string[] {
  if (!backup.hosts.includes(node)) return [];
  return repositoriesOf(backup, node).flatMap(({ kind, path }) => (kind === 'posix' ? [path] : []));
}
