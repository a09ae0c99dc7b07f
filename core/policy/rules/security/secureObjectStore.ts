// Whoever sits between the cluster and the bucket sees, or changes, what is not protected on the way.
import { repositoryPath } from '../../backups';
import { defineRule } from '../../types';

export const secureObjectStore = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-secure-object-store',
  title: 'S3 is reached by https, and its certificate is verified',
  group: 'security',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'Keys and every table cross the network in clear, or go to whoever answers in the bucket’s name.',
  evidence: 'D9 BK9: _repo_s3_endpoint is an https address; U pgBackRest: repo-storage-verify-tls',
  hint: 'Give an https:// endpoint, leave verifyTls on, and install the CA of your object store on the repository node.',
  judge: (spec) =>
    (spec.backup?.repositories ?? []).flatMap((repository, index) => {
      if (repository.kind !== 's3') return [];
      const { endpoint, verifyTls } = repository;
      return [
        ...(endpoint.startsWith('https://')
          ? []
          : [{ path: repositoryPath(index, 's3'), message: `endpoint ${endpoint} is not https` }]),
        ...(verifyTls ? [] : [{ path: repositoryPath(index, 's3'), message: `verifyTls is off for ${endpoint}` }]),
      ];
    }),
});
