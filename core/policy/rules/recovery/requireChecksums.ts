// Damaged pages are found before they are in every backup.
import { defineRule } from '../../types';

export const requireChecksums = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-require-checksums',
  title: 'Data pages have checksums',
  group: 'recovery',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'A damaged page is copied into every backup unnoticed, until none without it is left.',
  evidence: 'U PostgreSQL 12: initdb --data-checksums; S install.conf db_checksums',
  hint: 'Leave database.checksums true; it is fixed when the data directory is created, so an existing cluster has to be made anew.',
  judge: (spec) =>
    spec.database.checksums ? [] : [{ path: 'database.checksums', message: 'is false, and cannot be changed later' }],
});
