/** sys_backup.sh reads the cluster from repmgr.conf, and that is not there or says nonsense. */
import type { FaultRule } from '../types';

export const vendorClusterConf: FaultRule = {
  id: 'backup/vendor-cluster-conf',
  title: 'repmgr.conf is missing or invalid where sys_backup.sh reads the cluster from it',
  severity: 'fault',
  reference: 'backup guide: _one_db_ip, etc/repmgr.conf',
  texts: [/config file '.*repmgr\.conf' (does not exist|at '.*' invalid)/, /repmgr\.conf.* at '[^']*' invalid/],
  cure: () => [
    {
      text: 'Let _one_db_ip of sys_backup.conf name a database node; `pulumi up --refresh` writes etc/repmgr.conf there again.',
    },
  ],
};
