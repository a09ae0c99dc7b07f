// A server that starts is not yet the data that was lost.
import { defineRule } from '../../types';

export const checkDrillContent = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-check-drill-content',
  title: 'A drill looks at the data',
  group: 'backup',
  level: 'advisory',
  severity: 'low',
  restsOn: 'declared',
  protectsFrom: 'A restore that starts, and lacks the tables that matter, passes for a good one.',
  evidence: 'peers: restore drills with queries of the user’s',
  hint: 'Name tables in backup.drill.tables (rows are counted against the source) or queries in backup.drill.checks.',
  config: {
    minimum: { type: 'integer', default: 1, minimum: 1, description: 'Least number of tables and queries together.' },
  },
  judge: (spec, { minimum }) => {
    const drill = spec.backup?.drill;
    if (drill?.schedule === undefined) return [];
    const count = drill.tables.length + drill.checks.length;
    return count >= minimum
      ? []
      : [
          {
            path: 'backup.drill',
            message: `looks at ${count} tables and queries, otherwise only at page checksums; at least ${minimum} are wanted`,
          },
        ];
  },
});
