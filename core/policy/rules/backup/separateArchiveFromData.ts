// An archive that nothing cleans must not fill the disk of the database.
import { defineRule } from '../../types';

export const separateArchiveFromData = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-separate-archive-from-data',
  title: 'Data and archive do not share the installation directory',
  group: 'backup',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'Nothing removes archived segments: the archive fills the volume, and the database on it stops.',
  evidence: 'D backup guide; F field guide: data directory inside the backup tree',
  hint: 'Put directories.data on a volume of its own, outside directories.prefix.',
  judge: ({ archive, directories }) =>
    archive.to === 'directory' && directories.data.startsWith(`${directories.prefix}/`)
      ? [
          {
            path: 'directories.data',
            message: `${directories.data} lies beside the archive ${directories.prefix}/archive`,
          },
        ]
      : [],
});
