/** The last run of a scheduled job failed: what it said stands among the other faults. */
import { utc } from '../../../text/utc';
import { backUpAgain, lastSuccessSeconds } from '../looking';
import type { BackupEvidence, FaultRule, NodeEvidence, Sighting } from '../types';

export const jobFailed: FaultRule = {
  id: 'backup/job-failed',
  title: 'the last run of a backup failed',
  severity: 'fault',
  reference: 'backup-job.sh writes what each run came to',
  texts: [],
  look: (evidence) => evidence.nodes.flatMap((node) => lookAt(evidence, node)),
  cure: (context) => [{ text: 'Do what the faults above ask for, then:' }, backUpAgain(context)],
};

/** A backup that went through later makes it history. */
function lookAt(evidence: BackupEvidence, { name, backup, target }: NodeEvidence): Sighting[] {
  const since = lastSuccessSeconds(evidence);
  return (backup?.jobs ?? [])
    .filter(({ job }) => ['full', 'differential', 'incremental'].includes(job))
    .filter(({ exitCode, startSeconds }) => exitCode !== null && exitCode !== 0 && startSeconds > since)
    .map(({ job, exitCode, startSeconds }) => ({
      node: name,
      found: `${target.state}/backup/${job}.json: the ${job} backup of ${utc(startSeconds)} ended with exit code ${exitCode}`,
    }));
}
