/** Nobody has looked for long whether the backups are whole. */
import { cataloguesOf, duration, nowOf, verifyAgain } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

export const verifyOld: FaultRule = {
  id: 'backup/verify-old',
  title: 'the backups were not verified lately',
  severity: 'risk',
  reference: 'backup.verify.maxAgeHours',
  texts: [],
  look: lookAt,
  cure: (context) => [verifyAgain(context, 'Verify them now.')],
};

/** A repository younger than the limit has none yet, and that is in order. */
function lookAt(evidence: BackupEvidence): Sighting[] {
  const now = nowOf(evidence);
  const most = evidence.backup.verifyMaxAgeHours * 3600;
  return cataloguesOf(evidence).flatMap(({ node, catalogue }): Sighting[] => {
    const first = Math.min(...catalogue.backups.map(({ stopSeconds }) => stopSeconds));
    const last = node.backup?.jobs.find(({ job }) => job === 'verify')?.startSeconds;
    const age = now - (last ?? first);
    if (now === 0 || !Number.isFinite(age) || age <= most) return [];
    const found =
      last === undefined
        ? `never; the oldest backup is ${duration(age)} old`
        : `the last verify is ${duration(age)} old`;
    return [{ node: node.name, found: `${found}, at most ${duration(most)} are declared` }];
  });
}
