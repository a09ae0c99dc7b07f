// repmgr.conf: base repmgr 5.0 and the parameters that Kingbase added.
import { free } from './repmgr/free';
import { ownedRepmgr } from './repmgr/owned';
import { tableOf } from './rows';
import type { ParameterTable } from './types';

export const repmgrParameters: ParameterTable = tableOf(free, ownedRepmgr);

/** Names of the original, and of files nearby, and what stands for them here. */
export const repmgrElsewhere: Readonly<Record<string, string>> = {
  pg_bindir: 'Kingbase calls it sys_bindir, and it follows from directories.prefix',
  pg_basebackup_options: 'Kingbase calls it sys_basebackup_options, and it follows from directories.wal',
  pg_ctl_options: 'the server is started by kbha; there are no options to give',
  data_checksums: 'it is database.checksums, fixed at creation',
  db_port: 'it is database.port',
  connect_timeout: 'it is failover.connectTimeoutSeconds',
};
