// A zone is what fails as a whole.
import { defineRule } from '../../types';

export const spreadZones = defineRule({
  subject: 'awsNodes',
  id: 'kingbase-aws-spread-zones',
  title: 'Database nodes of a production cluster stand in several availability zones',
  group: 'topology',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'A fire, a flood or a mistake at the power of one zone takes every copy at once.',
  evidence: 'AWS: a zone is one or more data centres with power and network of their own',
  hint: 'Give network.zones, or subnets, in more zones.',
  config: {
    minimum: { type: 'integer', default: 2, minimum: 1, description: 'Zones in which database nodes must stand.' },
  },
  judge: ({ production, placed }, { minimum }) => {
    const zones = [...new Set(placed.filter(({ role }) => role === 'database').map(({ zone }) => zone))];
    return !production || zones.length >= minimum
      ? []
      : [
          {
            path: 'network',
            message: `database nodes stand in ${zones.join(', ')}; at least ${minimum} zones are wanted`,
          },
        ];
  },
});
