/** The newest backup is older than the schedule allows. */
import { backUpAgain, cataloguesOf, duration, nowOf } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

/** A run takes its time, and cron may be late. */
const SLACK_SECONDS = 2 * 3600;

export const tooOld: FaultRule = {
  id: 'backup/too-old',
  title: 'the newest backup is older than the schedule asks for',
  severity: 'fault',
  reference: 'backup.schedule',
  texts: [],
  look: lookAt,
  cure: (context) => [
    {
      text: `See that cron runs on ${context.host} and what the last run said (${context.state}/backup).`,
      on: context.host,
      command: 'systemctl --no-pager --lines=0 status cron crond 2>/dev/null | head -n 20 || true',
    },
    backUpAgain(context),
  ],
};

function lookAt(evidence: BackupEvidence): Sighting[] {
  const now = nowOf(evidence);
  const gaps = evidence.backup.jobs.map(({ longestGapSeconds }) => longestGapSeconds);
  if (now === 0 || gaps.length === 0) return [];
  const allowed = Math.min(...gaps);
  const full = evidence.backup.jobs.find(({ kind }) => kind === 'full')?.longestGapSeconds;
  return cataloguesOf(evidence).flatMap(({ node, catalogue }) => {
    const newest = Math.max(...catalogue.backups.map(({ stopSeconds }) => stopSeconds));
    const newestFull = Math.max(
      ...catalogue.backups.filter(({ kind }) => kind === 'full').map(({ stopSeconds }) => stopSeconds),
    );
    const late = (what: string, seconds: number, most: number | undefined): Sighting[] =>
      most !== undefined && Number.isFinite(seconds) && now - seconds > most + SLACK_SECONDS
        ? [
            {
              node: node.name,
              found: `the newest ${what} is ${duration(now - seconds)} old, the schedule asks for one every ${duration(most)}`,
            },
          ]
        : [];
    return [...late('backup', newest, allowed), ...late('full backup', newestFull, full)];
  });
}
