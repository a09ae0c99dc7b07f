/** Where our files lie on a node of KWDB: beside those for KingbaseES, never among them. */
import type { KwdbSpec } from '../spec/types';

export const KWDB_LIBRARY = '/usr/local/lib/pulumi-kwdb';
export const KWDB_UNIT = 'kaiwudb.service';
export const LEVEL_UNIT = 'pulumi-kwdb-level.service';
export const BACKUP_UNIT = 'pulumi-kwdb-backup';
export const OFF_IDENTITY = '/etc/pulumi-kwdb/off-machine.key';
export const OFF_KNOWN_HOSTS = '/etc/pulumi-kwdb/off-machine.known_hosts';
/** Id and secret for the object store; root alone reads it. */
export const STORE_KEY = '/etc/pulumi-kwdb/object-store.key';
export const VERIFY_UNIT = 'pulumi-kwdb-verify';
export const DEPLOY_CFG = '/etc/pulumi-kwdb/deploy.cfg';
export const KWDB_ACTION = `${KWDB_LIBRARY}/action.sh`;

/** Notes, records of actions and copies of logs; outside the store. */
export function stateDirectory({ name }: Pick<KwdbSpec, 'name'>): string {
  return `/var/lib/pulumi-kingbase/kwdb-${name}`;
}

export function backupRoot({ backup }: KwdbSpec): string {
  return `${backup?.externalDirectory ?? ''}/${backup?.directory ?? ''}`;
}

/** A time-out of systemd: 10 s more than what it waits for. */
export const WAIT_MARGIN_SECONDS = 10;
