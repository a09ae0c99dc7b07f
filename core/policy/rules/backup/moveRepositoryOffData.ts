// A backup that burns with the data is none.
import { dataHostsOf } from '../../backups';
import { databaseNodes } from '../../settings';
import { defineRule } from '../../types';

export const moveRepositoryOffData = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-move-repository-off-data',
  title: 'A repository lies on no host of the data',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'The host that is lost takes its backups along; and a repository inside the cluster stops backing up when its node is down.',
  evidence: 'D backup guide: external repository recommended; D9 BK9 on internal repositories after a switch',
  hint: 'Add a node with the role repository on another host and storage, and name it in backup.repository.',
  judge: (spec) => {
    const { backup } = spec;
    if (backup === undefined) return [];
    if (backup.repositories.some((repository) => dataHostsOf(repository, spec).length === 0)) return [];
    if (backup.placement === 'perNode') {
      return [
        {
          path: 'backup.repository',
          message: 'is perNode: each node keeps its backups beside its data, and loses both',
        },
      ];
    }
    const [first] = backup.repositories;
    const of = databaseNodes(spec).length;
    return [
      {
        path: 'backup.repository',
        message: `${first?.node ?? ''} is one of the ${of} database nodes: its host takes data and every backup along`,
      },
    ];
  },
});
