/** init found a repository already. */
import type { FaultRule } from '../types';

export const vendorRepositoryExists: FaultRule = {
  id: 'backup/vendor-repository-exists',
  title: 'sys_backup.sh init was run over a repository that exists',
  severity: 'fault',
  reference: 'backup guide: init fails where _repo_path exists',
  texts: [/Configured repo-path \[[^\]]*\] already exists/],
  cure: ({ repository }) => [
    {
      text: `Nothing is wrong with the repository: this program has initialised ${repository}, and init must not be run again. For another one, choose another _repo_path; do not remove this one, it holds the backups.`,
    },
  ],
};
