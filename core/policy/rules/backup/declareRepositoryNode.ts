// The first of the five faults of a backup pipeline: a repository address that nobody answers to.
import type { RepositorySpec } from '../../../backup/types';
import type { ClusterSpec } from '../../../spec/types';
import { repositoryPath } from '../../backups';
import { defineRule } from '../../types';

function whatIsWrong({ node: name }: RepositorySpec, spec: ClusterSpec): string | undefined {
  if (name === undefined) return 'names no node';
  const node = spec.nodes.find((one) => one.name === name);
  if (node === undefined) return `${name} is not among nodes`;
  if (node.role === 'witness') return `${name} is a witness, which has no software for backups and no data`;
  return node.hostKey === '' ? `${name} has no pinned host key: peers could be led to another host` : undefined;
}

export const declareRepositoryNode = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-declare-repository-node',
  title: 'The repository is on a declared node whose host key is pinned',
  group: 'backup',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'With a wrong _repo_ip the set-up ends in “repo_ip must located in local”, and archive-push reaches nobody: WAL piles up on the primary.',
  evidence: 'D backup guide, C field reports of backup faults; SEED fault 1',
  hint: 'Name a node with the role repository (or database) in backup.repository; its host and hostKey stand in nodes.',
  judge: (spec) => {
    const { backup } = spec;
    if (backup === undefined || backup.placement === 'perNode') return [];
    return backup.repositories.flatMap((repository, index) => {
      const message = whatIsWrong(repository, spec);
      return message === undefined ? [] : [{ path: repositoryPath(index, 'node'), message }];
    });
  },
});
