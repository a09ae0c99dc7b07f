/** No room in the repository. */
import { asUser, backUpAgain, hostsOf, mebibytes, MIB, rman } from '../looking';
import type { FaultRule } from '../types';

/** Less than a few segments: the next archive-push fails. */
const FULL_BYTES = 64 * MIB;

export const diskFull: FaultRule = {
  id: 'backup/repository-full',
  title: 'the volume of the repository is full',
  severity: 'fault',
  reference: 'backup guide: repo-disk-error',
  texts: [/No space left on device/, /\[028\].*space/, /repo-disk-error|disk space of repo.*(error|not enough)/i],
  look: (evidence) =>
    hostsOf(evidence).flatMap(({ name, machine }) =>
      (machine?.repositories ?? [])
        .filter(
          ({ freeBytes, freeInodes }) =>
            (freeBytes !== null && freeBytes < FULL_BYTES) || (freeInodes !== null && freeInodes < 100),
        )
        .map(({ path, freeBytes, freeInodes, mount }) => ({
          node: name,
          found: `${path} on ${mount}: ${mebibytes(freeBytes ?? 0)} and ${freeInodes ?? 'unknown'} inodes free`,
        })),
    ),
  cure: (context) => [
    {
      text: 'See what takes the room; what is not of the repository may go.',
      on: context.host,
      command: `du -xsh ${context.repository}/* ${context.repository}/../.[!.]* 2>/dev/null || true`,
    },
    {
      text: `Make the volume larger, or free room beside the repository. Do not remove files below ${context.repository} by hand.`,
    },
    {
      text: 'Let sys_rman remove what the retention no longer asks for.',
      on: context.host,
      command: rman(context, 'expire'),
    },
    {
      text: 'Then back up again; segments that wait are archived by themselves.',
      on: context.host,
      command: backUpAgain(context).command ?? asUser(context, 'true'),
    },
  ],
};
