/** The kernel allows less shared memory than shared_buffers asks for. */
import { mebibytes, placeOf, settingOf } from '../looking';
import type { FaultRule, NodeEvidence, Sighting } from '../types';

const BLOCK = 8192;
const DEFAULT_BUFFERS = 16_384;
const UNLIMITED = '18446744073692774399';

export const sharedMemory: FaultRule = {
  id: 'backup/shared-memory',
  title: 'the kernel allows less shared memory than shared_buffers',
  severity: 'fault',
  reference: 'backup guide, FAQ: parameters not varilable; kernel.shmmax in bytes, kernel.shmall in pages',
  texts: [/could not (create|resize|map) shared memory segment|shmget\(.*\) failed|SHMMAX/],
  look: ({ nodes }) => nodes.flatMap(lookAt),
  cure: (_context, sightings) =>
    sightings.flatMap(({ node }) =>
      node === undefined
        ? [{ text: 'Raise kernel.shmmax (bytes) and kernel.shmall (pages), or lower shared_buffers.' }]
        : [
            {
              text: 'Let the kernel’s own limits hold again, or write what your RAM allows; keep them in a file below /etc/sysctl.d.',
              on: node,
              command: `echo ${UNLIMITED} >/proc/sys/kernel/shmmax && echo ${UNLIMITED} >/proc/sys/kernel/shmall`,
            },
          ],
    ),
};

function lookAt(node: NodeEvidence): Sighting[] {
  const { shmmax = null, shmall = null, pageSize = null } = node.machine?.kernel ?? {};
  if (shmmax === null || shmall === null || node.target.role !== 'database') return [];
  const row = settingOf(node, 'shared_buffers');
  const wanted = Number(row?.value ?? DEFAULT_BUFFERS) * BLOCK;
  const most = Math.min(Number(shmmax), Number(shmall) * (pageSize ?? 4096));
  if (most >= wanted) return [];
  const place = row === undefined ? 'default' : placeOf(row);
  return [
    {
      node: node.name,
      found: `shared_buffers is ${mebibytes(wanted)} (${place}), the kernel allows ${mebibytes(most)} (kernel.shmmax ${shmmax}, kernel.shmall ${shmall})`,
    },
  ];
}
