// nodelocal lies in the data directory of the node that it protects.
import { defineRule } from '../../types';

/** Of https://host:port; a store on a node of the cluster is found by its address. */
const hostOf = (endpoint: string): string =>
  endpoint
    .replace(/^https?:\/\//, '')
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');

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
  hint: 'Give backup.offMachine with host, hostKey and directory of a machine that is no node of this cluster, or backup.objectStore.',
  judge: ({ offMachine, objectStore, hosts }) => {
    const path = 'backup.offMachine';
    // Each that is declared has to be elsewhere; one is enough.
    const stores =
      objectStore === undefined ? [] : [{ at: 'backup.objectStore.endpoint', host: hostOf(objectStore.endpoint) }];
    const machines = offMachine === undefined ? [] : [{ at: `${path}.host`, host: offMachine.host }];
    const places = [...machines, ...stores];
    if (places.length === 0) return [{ path, message: 'is not declared: every run lies on the node that it protects' }];
    return places
      .filter(({ host }) => hosts.includes(host))
      .map(({ at, host }) => ({ path: at, message: `${host} is a node of the cluster itself` }));
  },
});
