// Which site takes over is decided by priority, not by chance.
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const rankLocations = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-rank-locations',
  title: 'Nodes of different locations have different priorities',
  group: 'topology',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom:
    'Among standbys that received equally much the smallest node id wins: a remote site may take over although a local standby was there.',
  evidence: 'U repmgr: election by LSN, priority, node id; D HA guide',
  hint: 'Give the nodes of the preferred location a higher nodes[].priority.',
  judge: (spec) => {
    const highest = new Map<string, number>();
    for (const { location, priority } of databaseNodes(spec))
      highest.set(location, Math.max(priority, highest.get(location) ?? 0));
    const values = [...highest.values()].filter((priority) => priority > 0);
    return new Set(values).size === values.length
      ? []
      : [{ path: 'nodes', message: `locations ${[...highest.keys()].join(' and ')} have the same priority` }];
  },
});
