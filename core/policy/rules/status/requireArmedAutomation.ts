// Failover that somebody paused does not happen.
import { defineRule } from '../../types';

export const requireArmedAutomation = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-armed-automation',
  title: 'Failover and watchdogs are armed on every node',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom: 'A pause for maintenance was forgotten: the next failure of the primary is an outage.',
  evidence: 'F field reports: repmgrd paused, kbha cron line commented out',
  hint: 'After the maintenance: `repmgr service unpause`, and put the kbha line of the cron table back.',
  judge: ({ cluster, report }) =>
    (report?.nodes ?? []).flatMap((node) => {
      const reasons = [
        ...(node.repmgrdPaused === true ? ['repmgrd is paused'] : []),
        ...(node.automation === 'paused' ? ['the cron line of kbha is commented out'] : []),
        ...(node.automation === 'missing' ? ['the cron line of kbha is missing'] : []),
        ...(node.repmgrd === false ? ['repmgrd does not run'] : []),
        ...(node.kbha === false ? ['kbha does not run'] : []),
      ];
      return reasons.length === 0 ? [] : [{ path: `${cluster}.${node.name}`, message: reasons.join(', ') }];
    }),
});
