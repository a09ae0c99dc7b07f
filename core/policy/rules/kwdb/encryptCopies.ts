// Every row of the database goes over the wire with each copy.
import { defineRule } from '../../types';

export const encryptCopies = defineRule({
  subject: 'kwdbBackup',
  id: 'kingbase-kwdb-encrypt-copies',
  title: 'Copies of KWDB’s backups travel encrypted',
  group: 'security',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'Whoever reads the network between the node and the object store reads every row, users included.',
  evidence: 'S a signature of S3 protects a request from change, and hides nothing of it',
  hint: 'Give backup.objectStore an endpoint with https://, and caFile where its certificate is of the house.',
  judge: ({ objectStore }) =>
    objectStore?.endpoint.startsWith('http://') === true
      ? [{ path: 'backup.objectStore.endpoint', message: `${objectStore.endpoint} is plain HTTP` }]
      : [],
});
