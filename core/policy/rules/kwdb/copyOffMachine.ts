// nodelocal lies in the data directory of the node that it protects.
import { defineRule } from '../../types';

export const copyOffMachine = defineRule({
  subject: 'kwdbBackup',
  id: 'kingbase-kwdb-copy-off-machine',
  title: 'Backups of KWDB are copied to another machine',
  group: 'backup',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'EXPORT writes below <store>/extern: the disk, the host or `deploy.sh uninstall` with "y" takes the database and every backup of it at once.',
  evidence: 'S external_storage.go nodelocal, kaiwudb_uninstall.sh; U KWDB V3.2.1 run',
  hint: 'Give backup.offMachine with host, hostKey and directory of a machine that is no node of this cluster.',
  judge: ({ offMachine, hosts }) => {
    const path = 'backup.offMachine';
    if (offMachine === undefined)
      return [{ path, message: 'is not declared: every run lies on the node that it protects' }];
    return hosts.includes(offMachine.host)
      ? [{ path: `${path}.host`, message: `${offMachine.host} is a node of the cluster itself` }]
      : [];
  },
});
