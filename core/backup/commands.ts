/** Programs of the backups on a node, and the command lines of their jobs: what cron runs, and what a cure tells an operator to run. */
import { LIBRARY_DIRECTORY } from '../topology/planPaths';
import type { BackupKind } from './types';

export const BACKUP_JOB = `${LIBRARY_DIRECTORY}/backup-job.sh`;
export const DRILL = `${LIBRARY_DIRECTORY}/drill.sh`;
export const VERIFY = `${LIBRARY_DIRECTORY}/verify.sh`;
/** Login of a backup at the database, as the vendor's script writes it. */
export const BACKUP_USER = 'esrep';

/** sys_rman's words, in its options and in the names of the vendor's logs. */
export const RMAN_TYPES: Readonly<Record<BackupKind, string>> = {
  full: 'full',
  differential: 'diff',
  incremental: 'incr',
};

/** Where sys_rman lies, and which repository it is told of. */
export interface RmanPlace {
  readonly bin: string;
  readonly conf: string;
  readonly stanza: string;
}

export function rmanCommand({ bin, conf, stanza }: RmanPlace): string {
  return `${bin}/sys_rman --config=${conf} --stanza=${stanza}`;
}

/** The part after our wrapper is the vendor's line, so that `sys_backup.sh stop` finds it by its pattern. */
export function backupCommand(place: RmanPlace, kind: BackupKind): string {
  return `${BACKUP_JOB} ${kind} ${rmanCommand(place)} --archive-copy --type=${RMAN_TYPES[kind]} backup`;
}

export const VERIFY_COMMAND = `${BACKUP_JOB} verify ${VERIFY} --check`;
export const DRILL_COMMAND = `${BACKUP_JOB} drill ${DRILL}`;
