/** No restore was tried for long. */
import { cataloguesOf, duration, nowOf } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

const DAY = 86_400;

export const drillOld: FaultRule = {
  id: 'backup/drill-old',
  title: 'no restore was tried lately',
  severity: 'risk',
  reference: 'backup.drill.maxAgeDays',
  texts: [],
  look: lookAt,
  cure: (context) => [
    {
      text: 'Try one.',
      on: context.host,
      command: `runuser -u ${context.user} -- /usr/local/lib/pulumi-kingbase/drill.sh`,
    },
  ],
};

/** A repository younger than the limit has none yet, and that is in order. */
function lookAt(evidence: BackupEvidence): Sighting[] {
  const now = nowOf(evidence);
  const most = evidence.backup.drill.maxAgeDays * DAY;
  return cataloguesOf(evidence).flatMap(({ node, catalogue }): Sighting[] => {
    const first = Math.min(...catalogue.backups.map(({ stopSeconds }) => stopSeconds));
    const last = node.backup?.drills.find(({ verdict }) => verdict === 'passed');
    const age = now - (last === undefined ? first : Date.parse(last.finishedAt) / 1000);
    if (now === 0 || !Number.isFinite(age) || age <= most) return [];
    const found =
      last === undefined
        ? `never; the oldest backup is ${duration(age)} old`
        : `the last one that passed is ${duration(age)} old`;
    return [{ node: node.name, found: `${found}, at most ${duration(most)} are declared` }];
  });
}
