// Somewhere else there has to be a copy.
import { defineRule } from '../../types';

export const requireRepositoryHost = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-repository-host',
  title: 'A repository host apart from the data is declared',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'Losing all nodes, or one wrong DELETE, is then final: replicas repeat it within milliseconds.',
  evidence: 'D backup guide: external repository recommended; F field guide',
  hint: 'Add a node with the role repository, on another host and storage than the database nodes, and name it in backup.repository.',
  judge: (spec) =>
    spec.nodes.some((node) => node.role === 'repository') ||
    spec.backup?.repositories.some(({ kind }) => kind === 's3') === true
      ? []
      : [{ path: 'nodes', message: 'no node has the role repository' }],
});
