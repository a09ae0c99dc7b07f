// A change on a sick cluster makes it sicker.
import { defineRule } from '../../types';

export const requireHealthyCluster = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-healthy',
  title: 'The cluster was healthy when it was last looked at',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom: 'A restart or a removed node is then the second failure.',
  evidence: 'vendor’s rule: every status running, every standby on the primary',
  hint: 'See what is wrong: npm run lab:status in the lab, `repmgr cluster show` on a node; then pulumi up --refresh.',
  judge: ({ cluster, report }) => {
    if (report === undefined)
      return [
        {
          path: cluster,
          message: 'the nodes have not been looked at yet',
          hint: 'It is judged after the first update.',
          unproved: true,
        },
      ];
    return report.reasons.map((reason) => ({ path: cluster, message: reason }));
  },
});
