// Nobody reads backups who was not meant to.
import { defineRule } from '../../types';

export const closeBucket = defineRule({
  subject: 'stack',
  id: 'kingbase-aws-close-bucket',
  title: 'The bucket of the backups has a public access block',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom: 'A policy or an access list that somebody adds later makes a copy of the database public.',
  evidence: 'AWS: the four settings of the block win over every policy and access list',
  hint: 'Declare a BucketPublicAccessBlock of the same name with all four settings true, as AwsNodes does.',
  judge: ({ buckets }) =>
    buckets
      .filter(({ closed }) => !closed)
      .map(({ name }) => ({ path: name, message: 'no public access block shuts it in all four ways' })),
});
