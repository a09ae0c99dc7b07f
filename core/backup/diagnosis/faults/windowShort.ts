/** Restores do not reach back as far as declared, though the backups are old enough for it. */
import { utc } from '../../../text/utc';
import { cataloguesOf, duration } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

const DAY = 86_400;

export const windowShort: FaultRule = {
  id: 'backup/window-not-covered',
  title: 'restores do not reach back as far as declared',
  severity: 'risk',
  reference: 'backup.retention.windowDays, repo1-retention-full',
  texts: [],
  look: lookAt,
  cure: () => [
    {
      text: 'Raise backup.retention.fullBackups (or leave it out: it follows from the window and the schedule) and run `pulumi up`. What is gone does not come back; the window fills with time.',
    },
  ],
};

/** When the next full backup pushes the oldest one out, the second oldest has to be as old as the window. A repository that is not full yet is only young. */
function lookAt(evidence: BackupEvidence): Sighting[] {
  const { windowDays, fullBackups } = evidence.backup.retention;
  const gap = evidence.backup.jobs.find(({ kind }) => kind === 'full')?.longestGapSeconds ?? 0;
  return cataloguesOf(evidence).flatMap(({ node, catalogue }): Sighting[] => {
    const fulls = catalogue.backups.filter(({ kind }) => kind === 'full').map(({ stopSeconds }) => stopSeconds);
    const [first, second] = fulls.sort((a, b) => a - b);
    if (first === undefined || fulls.length < fullBackups) return [];
    const next = (fulls.at(-1) ?? first) + gap;
    const reach = next - (second ?? next);
    return reach < windowDays * DAY
      ? [
          {
            node: node.name,
            found: `${fulls.length} full backups are kept, the oldest of ${utc(first)}; after the next one restores reach back ${duration(reach)}, declared are ${windowDays} days`,
          },
        ]
      : [];
  });
}
