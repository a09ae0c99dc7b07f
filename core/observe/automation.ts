/** State of the cron line that keeps kbha alive, in either place it may stand (/etc/cron.d/KINGBASECRON or the user's crontab). */
import type { Automation } from './types';

const KBHA = /\bkbha\s+-A\s+daemon\b/;

/** One active line is enough to be active; else a commented-out one means that an operator paused it (sys_monitor.sh stop does that). */
export function parseAutomation(cronText: string): Automation {
  const lines = cronText.split('\n').filter((line) => KBHA.test(line));
  if (lines.some((line) => !/^\s*#/.test(line))) {
    return 'active';
  }
  return lines.length > 0 ? 'paused' : 'missing';
}
