/** Segments fail, or wait too long. */
import { checkAgain, duration, nowOf } from '../looking';
import type { BackupEvidence, FaultRule, NodeEvidence, Sighting } from '../types';

export const archiveLag: FaultRule = {
  id: 'backup/archive-lag',
  title: 'finished WAL does not reach the archive',
  severity: 'fault',
  reference: 'sys_stat_archiver; backup guide: archive-timeout',
  texts: [/archive command (failed|was terminated)/],
  look: (evidence) => evidence.nodes.flatMap((node) => lookAt(evidence, node)),
  cure: (context) => [
    {
      text: `Read why in the server’s log (${context.data}/sys_log, lines with archive-push) of the node named; what waits is archived by itself once the cause is gone.`,
    },
    checkAgain(context),
  ],
};

function lookAt(evidence: BackupEvidence, { name, backup }: NodeEvidence): Sighting[] {
  const archiver = backup?.archiver;
  if (backup === undefined || archiver === undefined || archiver.readySegments === 0) return [];
  const isFailing =
    archiver.lastFailedSeconds !== null && archiver.lastFailedSeconds > (archiver.lastArchivedSeconds ?? 0);
  const now = backup.epochSeconds || nowOf(evidence);
  const waits = now - (archiver.oldestReadySeconds ?? now);
  if (!isFailing && waits <= evidence.backup.archiveTimeoutSeconds) return [];
  const failed = isFailing ? `, the last try of ${archiver.lastFailedWal ?? 'one'} failed` : '';
  return [{ node: name, found: `${archiver.readySegments} segments wait since ${duration(waits)}${failed}` }];
}
