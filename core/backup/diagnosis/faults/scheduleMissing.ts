/** A declared backup has no line in cron. */
import { cronEntries } from '../cronLines';
import { hostsOf, up } from '../looking';
import type { FaultRule } from '../types';

export const scheduleMissing: FaultRule = {
  id: 'backup/schedule-missing',
  title: 'a declared backup is not in cron',
  severity: 'fault',
  reference: 'backup guide: sys_backup.sh start; cron',
  texts: [],
  look: (evidence) =>
    hostsOf(evidence)
      .filter(({ backup }) => backup !== undefined)
      .flatMap(({ name }) =>
        evidence.backup.jobs
          .filter(({ kind }) => !cronEntries(evidence).some((entry) => entry.node === name && entry.kind === kind))
          .map(({ kind, intent, cron }) => ({
            node: name,
            found: `no line of /etc/cron.d/KINGBASECRON or of the crontab makes the ${kind} backup (${intent}: ${cron})`,
          })),
      ),
  cure: () => [up('It writes the lines again.')],
};
