// One copy is no high availability.
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const requireStandby = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-standby',
  title: 'There is a standby',
  group: 'topology',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'A single database node is down for as long as its host is, and its data is lost with it.',
  evidence: 'computed budget: a single database node',
  hint: 'Add a second node with the role database, better two.',
  config: {
    minimum: { type: 'integer', default: 1, minimum: 0, description: 'Least number of standbys.' },
  },
  judge: (spec, { minimum }) => {
    const standbys = databaseNodes(spec).length - 1;
    return standbys >= minimum
      ? []
      : [{ path: 'nodes', message: `${standbys} standbys are declared; at least ${minimum} are wanted` }];
  },
});
