/** The archive_command that sys_backup.sh writes in the end (facts 3.3): the same text on every node, because es_rep.conf is copied between them. */
import type { BackupSpec, RepositorySpec } from './types';

/** Where each node keeps its sys_rman.conf: the directory of the first repository, or of the first that is a directory. */
export function confOf(backup: Pick<BackupSpec, 'repositories'>): string {
  const first = backup.repositories.find(({ kind }) => kind === 'posix') ?? (backup.repositories[0] as RepositorySpec);
  return `${first.path}/sys_rman.conf`;
}

export function archiveCommandOf(
  backup: Pick<BackupSpec, 'repositories' | 'stanza'>,
  timezone: string,
  bin: string,
): string {
  return `export TZ=${timezone};${bin}/sys_rman --config ${confOf(backup)} --stanza=${backup.stanza} archive-push %p`;
}
