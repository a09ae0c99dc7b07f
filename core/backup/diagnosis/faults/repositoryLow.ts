/** The volume of the repository is nearly full. */
import { hostsOf, mebibytes, newestBackup, rman } from '../looking';
import type { BackupEvidence, FaultRule, RepositoryPlace } from '../types';

const SHARE = 0.05;

export const repositoryLow: FaultRule = {
  id: 'backup/repository-low',
  title: 'the volume of the repository is almost full',
  severity: 'risk',
  reference: 'backup guide: repo-disk-warn',
  texts: [/repo-disk-warn|disk space of repo.*warn/i],
  look: (evidence) =>
    hostsOf(evidence).flatMap(({ name, machine }) =>
      (machine?.repositories ?? [])
        .filter((place) => isLow(evidence, place))
        .map(({ path, freeBytes, totalBytes }) => ({
          node: name,
          found: `${path}: ${mebibytes(freeBytes ?? 0)} free of ${mebibytes(totalBytes ?? 0)}`,
        })),
    ),
  cure: (context) => [
    { text: 'Make the volume larger, or lower backup.retention. Remove nothing by hand.' },
    {
      text: 'Let sys_rman remove what the retention no longer asks for.',
      on: context.host,
      command: rman(context, 'expire'),
    },
  ],
};

/** Less than one more backup like the last full one, or a twentieth. */
function isLow(evidence: BackupEvidence, { freeBytes, totalBytes }: RepositoryPlace): boolean {
  if (freeBytes === null) return false;
  const next = newestBackup(evidence)?.repositoryBytes ?? 0;
  return freeBytes < next || (totalBytes !== null && freeBytes < totalBytes * SHARE);
}
