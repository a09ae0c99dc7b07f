// Two things that fill up and break together must not share a volume.
import type { BackupSpec, RepositorySpec } from '../../../backup/types';
import type { ClusterSpec } from '../../../spec/types';
import { dataHostsOf, liesIn, repositoryPath } from '../../backups';
import { defineRule } from '../../types';

function conflictOf(repository: RepositorySpec, spec: ClusterSpec): string | undefined {
  const { data, wal, prefix } = spec.directories;
  const { path } = repository;
  for (const [name, directory] of Object.entries({ data, wal })) {
    if (directory === undefined) continue;
    if (liesIn(path, directory)) return `${path} lies in directories.${name} ${directory}`;
    if (liesIn(directory, path)) return `directories.${name} ${directory} lies in ${path}`;
  }
  const sharesPrefix = liesIn(path, prefix) && liesIn(data, prefix);
  return sharesPrefix && dataHostsOf(repository, spec).length > 0
    ? `${path} lies in ${prefix} on a database node, as the data does`
    : undefined;
}

const objections = (backup: BackupSpec, spec: ClusterSpec) =>
  backup.repositories.flatMap((repository, index) => {
    const message = repository.kind === 's3' ? undefined : conflictOf(repository, spec);
    return message === undefined ? [] : [{ path: repositoryPath(index, 'path'), message }];
  });

export const separateRepositoryFromData = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-separate-repository-from-data',
  title: 'Repository and data share no directory',
  group: 'backup',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'A repository that grows fills the volume of the database, and a disk that breaks takes both; a clone empties the data directory with what lies in it.',
  evidence: 'F field guide: data directory inside the backup tree; D9 BK9: repository on storage of its own',
  hint: 'Give backup.path a directory on a volume of its own, outside directories.data, wal and prefix.',
  judge: (spec) => {
    const { backup } = spec;
    return backup === undefined ? [] : objections(backup, spec);
  },
});
