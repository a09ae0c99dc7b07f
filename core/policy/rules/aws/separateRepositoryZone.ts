// Data and backups do not go together.
import { defineRule } from '../../types';

export const separateRepositoryZone = defineRule({
  subject: 'awsNodes',
  id: 'kingbase-aws-separate-repository-zone',
  title: 'Backups on AWS lie in a bucket, or in a zone without the first database node',
  group: 'backup',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'The zone that takes the primary takes the backups with it.',
  evidence: 'AWS: a volume lies in one zone; a bucket lies in at least three',
  hint: 'Give the repository node another zone, or repository.bucket.',
  judge: ({ bucket, placed }) => {
    const first = placed.find(({ role }) => role === 'database');
    return placed
      .filter(({ role, zone }) => bucket === undefined && role === 'repository' && zone === first?.zone)
      .map(({ name, zone }) => ({ path: name, message: `stands in ${zone}, as ${first?.name ?? ''} does` }));
  },
});
