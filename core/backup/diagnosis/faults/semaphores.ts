/** kernel.sem does not hold the semaphores that the server wants. */
import { settingOf } from '../looking';
import type { FaultRule, NodeEvidence, Sighting } from '../types';

const RECOMMENDED = '5010 641280 5010 256';
/** The server takes a set of 17 for 16 processes. */
const PER_SET = 16;

export const semaphores: FaultRule = {
  id: 'backup/semaphores',
  title: 'kernel.sem is too small for the server',
  severity: 'fault',
  reference: 'install guide: kernel.sem = 5010 641280 5010 256',
  texts: [/could not create semaphores|semget\(.*\) failed|SEMMN[IS]/],
  look: ({ nodes }) => nodes.flatMap(lookAt),
  cure: (_context, sightings) =>
    sightings.flatMap(({ node }) =>
      node === undefined
        ? []
        : [
            {
              text: 'Raise it; our drop-in /etc/sysctl.d/60-pulumi-kingbase.conf holds the same for the next boot.',
              on: node,
              command: `echo '${RECOMMENDED}' >/proc/sys/kernel/sem`,
            },
          ],
    ),
};

function lookAt(node: NodeEvidence): Sighting[] {
  const sem = node.machine?.kernel.sem ?? null;
  if (sem === null || node.target.role !== 'database') return [];
  const [perSet = 0, all = 0, , sets = 0] = sem.trim().split(/\s+/).map(Number);
  const wanted = Math.ceil(processesOf(node) / PER_SET);
  if (perSet >= PER_SET + 1 && sets >= wanted && all >= wanted * (PER_SET + 1)) return [];
  return [
    {
      node: node.name,
      found: `/proc/sys/kernel/sem: ${sem.trim()}; the server wants ${wanted} sets of ${PER_SET + 1}, the vendor asks for ${RECOMMENDED}`,
    },
  ];
}

/** Connections and the server's own workers. */
function processesOf(node: NodeEvidence): number {
  const of = (name: string, fallback: number): number => Number(settingOf(node, name)?.value ?? fallback);
  return (
    of('max_connections', 100) +
    of('autovacuum_max_workers', 3) +
    of('max_worker_processes', 8) +
    of('max_wal_senders', 10) +
    5
  );
}
