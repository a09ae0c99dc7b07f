/** One backup stands in cron more than once. */
import { cronEntries } from '../cronLines';
import type { FaultRule } from '../types';

export const scheduleTwice: FaultRule = {
  id: 'backup/schedule-twice',
  title: 'a backup stands in cron twice: the second run finds the lock, or doubles the load',
  severity: 'fault',
  reference: 'backup guide: sys_backup.sh start adds lines of its own',
  texts: [],
  look: (evidence) => {
    const active = cronEntries(evidence).filter((entry) => entry.active);
    return active
      .filter((entry) =>
        active.some((other) => other !== entry && other.kind === entry.kind && other.node === entry.node),
      )
      .map(({ node, place, text }) => ({ node, found: `${place}: ${text}` }));
  },
  cure: ({ bin, host, user }) => [
    {
      text: `Keep the line between our marks and take the others out: of sys_backup.sh with \`runuser -u ${user} -- bash ${bin}/sys_backup.sh stop\` on ${host}, or let \`backup.vendorCronLines: replace\` and \`pulumi up\` do it.`,
    },
  ],
};
