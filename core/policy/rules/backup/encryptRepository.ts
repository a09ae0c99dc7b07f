// A repository is the whole database, readable by whoever reads its disk.
import { defineRule } from '../../types';

export const encryptRepository = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-encrypt-repository',
  title: 'Backups that leave the data’s hosts are encrypted',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'Whoever reads the repository host, its storage or the bucket has every table, whatever the server grants.',
  evidence: 'D9 BK9: sys_backup.sh -c aes-256-cbc; U pgBackRest: repo-cipher-type',
  hint: 'Set backup.encryption to aes-256-cbc before the first backup, and keep the passphrase (kingbase:backupSecrets) where the cluster is not.',
  config: {
    otherHosts: {
      type: 'boolean',
      default: true,
      description: 'Repositories on other hosts, too; false: only those on S3.',
    },
  },
  judge: (spec, { otherHosts }) => {
    const { backup } = spec;
    if (backup === undefined || backup.encryption !== 'none') return [];
    const bucket = backup.repositories.find((repository) => repository.kind === 's3');
    if (bucket !== undefined) {
      return [{ path: 'backup.encryption', message: `is none, and bucket ${bucket.bucket} holds the whole database` }];
    }
    const [first] = backup.repositories;
    return otherHosts && backup.placement === 'external'
      ? [{ path: 'backup.encryption', message: `is none, and ${first?.node ?? ''} holds the whole database` }]
      : [];
  },
});
