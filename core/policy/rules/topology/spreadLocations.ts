// Three nodes on one host, in one rack, on one power line are one node.
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const spreadLocations = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-spread-locations',
  title: 'Database nodes stand in several locations',
  group: 'topology',
  level: 'disabled',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'One host, rack or room takes all copies at once.',
  evidence: 'F field report: two virtual machines on one host; U repmgr: location',
  hint: 'Give nodes[].location: hosts, racks or sites, whatever fails together.',
  config: {
    minimum: { type: 'integer', default: 2, minimum: 1, description: 'Least number of locations.' },
  },
  judge: (spec, { minimum }) => {
    const locations = new Set(databaseNodes(spec).map((node) => node.location));
    return locations.size >= minimum
      ? []
      : [
          {
            path: 'nodes',
            message: `all database nodes stand in ${[...locations].join(', ')}; at least ${minimum} locations are wanted`,
          },
        ];
  },
});
