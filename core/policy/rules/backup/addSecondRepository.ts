// The one copy of all backups is a single point, too.
import { defineRule } from '../../types';

export const addSecondRepository = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-add-second-repository',
  title: 'There is a second repository, where the build knows several',
  group: 'backup',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'A lost or damaged repository takes all backups and the whole archive at once.',
  evidence: 'D9 BK9: up to eight repositories in newer builds; 3-2-1 rule',
  hint: 'Add one to backup.secondary, in another place. Builds without backup.newerKeys know one only and are not judged: copy that repository by other means.',
  config: {
    minimum: { type: 'integer', default: 2, minimum: 1, description: 'Least number of repositories.' },
  },
  judge: (spec, { minimum }) => {
    const count = spec.backup?.repositories.length ?? minimum;
    return spec.backup?.newerKeys !== true || count >= minimum
      ? []
      : [{ path: 'backup.secondary', message: `${count} repository is declared; at least ${minimum} are wanted` }];
  },
});
