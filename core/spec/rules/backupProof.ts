// Verify and drill: an age that its own schedule exceeds would call each cluster unproved between two runs.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

const HOUR = 3600;
const DAY = 24 * HOUR;

export const backupProof: Rule = ({ backup }) => {
  if (backup === undefined) return [];
  const { verifySchedule, verifyMaxAgeHours, drill } = backup;
  return [
    ...tooShort('backup.verify.maxAgeHours', verifyMaxAgeHours, verifySchedule, { unit: 'hours', seconds: HOUR }),
    ...tooShort('backup.drill.maxAgeDays', drill.maxAgeDays, drill.schedule, { unit: 'days', seconds: DAY }),
  ];
};

function tooShort(
  path: string,
  age: number,
  schedule: { readonly intent: string; readonly longestGapSeconds: number } | undefined,
  { unit, seconds }: { readonly unit: string; readonly seconds: number },
): Finding[] {
  if (schedule === undefined || age * seconds > schedule.longestGapSeconds) return [];
  const gap = Math.ceil(schedule.longestGapSeconds / seconds);
  return [
    {
      code: 'spec/backup-proof',
      path,
      message: `${age} ${unit} is not more than the time between two runs (${gap} ${unit}: "${schedule.intent}")`,
      hint: `write at least ${gap + 1}, or let it run more often.`,
    },
  ];
}
