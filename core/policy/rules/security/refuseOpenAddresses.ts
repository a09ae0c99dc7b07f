// The server answers only whom somebody named.
import { isEverybody } from '../../addresses';
import { defineRule } from '../../types';

export const refuseOpenAddresses = defineRule({
  subject: 'hba',
  id: 'kingbase-node-refuse-open-addresses',
  title: 'sys_hba.conf lets no address of the whole world in',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom:
    'Anybody who reaches the port may try passwords, and replicate the whole cluster with the one of esrep.',
  evidence: 'S the vendor’s installer writes 0.0.0.0/0 for all databases and for replication; F field guide',
  hint: 'Name the networks of the applications in clients; the nodes themselves are always allowed.',
  judge: ({ path, rules }) =>
    rules.flatMap(({ address, database, user }) =>
      address !== undefined && isEverybody(address)
        ? [{ path, message: `${address} may connect to ${database} as ${user}` }]
        : [],
    ),
});
