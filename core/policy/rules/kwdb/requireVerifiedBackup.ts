// A run was whole when it was written; whether it still is, only reading it says.
import { HOUR_SECONDS } from '../../backups';
import { judgeKwdbBackups, type ObservedKwdbBackups } from '../../observedKwdb';
import { ago, hoursSince } from '../../observedBackups';
import { defineRule, type Objection } from '../../types';

export const requireVerifiedKwdbBackup = defineRule({
  subject: 'kwdbBackups',
  id: 'kingbase-kwdb-require-verified-backup',
  title: 'A backup of KWDB was read again lately, and is what was written',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom:
    'A disk, a clean-up or a person changes the files of a run: the manifest and its verdict still say good, and the restore finds out.',
  evidence:
    'S verify.sh of this module: every file of the newest good run against its manifest, on the node and at every place off it; S the count proves nothing about later damage',
  hint: 'See `systemctl status pulumi-kwdb-verify.timer` and its log; read it again: systemctl start pulumi-kwdb-verify.service. Where a run is damaged, make another one at once.',
  config: {
    graceHours: { type: 'number', default: 12, minimum: 0, description: 'Hours that reading may take or be late.' },
  },
  judge: (subject, { graceHours }, now) => judgeKwdbBackups(subject, (seen) => judge(seen, graceHours, now)),
});

function judge(seen: ObservedKwdbBackups, graceHours: number, now: number): readonly Objection[] {
  const { cluster, verifyGapSeconds, report } = seen;
  if (verifyGapSeconds === 0)
    return [{ path: cluster, message: 'backup.verifySchedule is never: no run is read again' }];
  const off: Objection[] =
    report.verifyTimer === 'active' ? [] : [{ path: cluster, message: 'the timer of its verification is not active' }];
  const { verified } = report;
  if (verified === undefined) {
    // Its time may not have come since the first run.
    return report.lastGood === undefined ? off : [...off, { path: cluster, message: 'no run was read again yet' }];
  }
  const wrong = verified.findings.map((message) => ({ path: cluster, message: `read again, ${message}` }));
  const hours = hoursSince(verified.at, now);
  return hours <= verifyGapSeconds / HOUR_SECONDS + graceHours
    ? [...off, ...wrong]
    : [...off, ...wrong, { path: cluster, message: `its runs were last read again ${ago(hours)} (${verified.run})` }];
}
