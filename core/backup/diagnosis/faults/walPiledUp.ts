/** WAL waits for the archive in such a heap that backups are refused, or the volume fills. */
import { SEGMENT_BYTES, checkAgain, mebibytes, MIB } from '../looking';
import { confKeys } from '../confKeys';
import type { BackupEvidence, FaultRule, NodeEvidence, Sighting } from '../types';

const DEFAULT_MIB = 1024;
/** Share of the volume that may wait before its end is near. */
const SHARE = 0.5;

export const walPiledUp: FaultRule = {
  id: 'backup/wal-piled-up',
  title: 'WAL waits for the archive and fills the volume of the database',
  severity: 'fault',
  reference: 'backup guide: RMAN-00500, non-archived-space',
  texts: [/RMAN-00500|Non archived WAL files more than/],
  look: (evidence) => evidence.nodes.flatMap((node) => lookAt(node, limitOf(evidence))),
  cure: (context) => [
    {
      text: 'Repair what keeps segments from the archive (the faults above); they follow by themselves, oldest first. See them go:',
      on: context.host,
      command: `tail -n 5 ${context.log}/${context.stanza}-archive-push*.log 2>/dev/null || true`,
    },
    {
      text: 'Remove no segment and no .ready mark while a restore may need it. Only if the archive is given up from here on: remove the marks, CHECKPOINT, and make a full backup at once.',
    },
    checkAgain(context),
  ],
};

function limitOf(evidence: BackupEvidence): number {
  const given = evidence.nodes
    .flatMap(({ machine }) => confKeys(machine?.conf ?? null))
    .find(({ key }) => key === 'non-archived-space')?.value;
  return (Number.parseInt(given ?? '', 10) || DEFAULT_MIB) * MIB;
}

function lookAt({ name, backup, machine }: NodeEvidence, limit: number): Sighting[] {
  const waiting = (backup?.archiver?.readySegments ?? 0) * SEGMENT_BYTES;
  const wal = machine?.wal ?? null;
  const isHeap = waiting > limit;
  const isDanger = wal !== null && waiting > 0 && waiting > SHARE * (wal.freeBytes + waiting);
  if (!isHeap && !isDanger) return [];
  const room = wal === null ? '' : `; ${wal.path} has ${mebibytes(wal.freeBytes)} free`;
  return [
    {
      node: name,
      found: `${backup?.archiver?.readySegments ?? 0} segments (${mebibytes(waiting)}) wait with a .ready mark, a backup is refused above ${mebibytes(limit)}${room}`,
    },
  ];
}
