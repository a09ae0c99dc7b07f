// Two clusters on one host fall together, and stop one another’s daemons.
import { groupBy } from '../../groupBy';
import { defineRule, type Objection } from '../../types';

function shared(uses: readonly { readonly cluster: string; readonly address: string }[]): Objection[] {
  return [...groupBy(uses, (use) => use.address)].flatMap(([address, all]) => {
    const clusters = [...new Set(all.map((use) => use.cluster))];
    return clusters.length > 1
      ? [{ path: address, message: `belongs to the clusters ${clusters.sort().join(' and ')}` }]
      : [];
  });
}

export const separateClusters = defineRule({
  subject: 'stack',
  id: 'kingbase-stack-separate-clusters',
  title: 'No host and no virtual IP belongs to two clusters',
  group: 'topology',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'Cron line, sudo rights, firewall table and system settings of a host are whole files of one cluster: the second takes them from the first.',
  evidence: 'F field guide; the rendered files of this module',
  hint: 'Give each cluster hosts and a virtual IP of its own.',
  judge: ({ nodes, endpoints }) => [
    ...shared(nodes.map(({ cluster, host }) => ({ cluster, address: host }))),
    ...shared(endpoints.filter(({ address }) => !nodes.some(({ host }) => address.startsWith(`${host}:`)))),
  ],
});
