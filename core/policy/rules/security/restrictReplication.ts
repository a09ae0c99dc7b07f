// Whoever may replicate may read everything.
import { isSingleHost } from '../../addresses';
import { defineRule } from '../../types';

export const restrictReplication = defineRule({
  subject: 'hba',
  id: 'kingbase-node-restrict-replication',
  title: 'Only the nodes themselves may replicate',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom: 'A replication connection copies the whole cluster, whatever rights its tables have.',
  evidence: 'S the vendor’s installer opens replication to 0.0.0.0/0; F field guide',
  hint: 'Replication lines name single hosts: the nodes and the virtual IP. A network in nodes[].host or by hand has to go.',
  judge: ({ path, rules }) =>
    rules.flatMap(({ address, database }) =>
      database === 'replication' && address !== undefined && !isSingleHost(address)
        ? [{ path, message: `${address} may replicate` }]
        : [],
    ),
});
