/** `*\/7` in the day of month is no week. */
import { CRON_FILE } from '../../../topology/cronFile';
import { cronEntries } from '../cronLines';
import { nodesSeen, up } from '../looking';
import type { CureContext, FaultRule } from '../types';

export const scheduleTrap: FaultRule = {
  id: 'backup/schedule-trap',
  title: 'a schedule with */N days starts anew each month: days 1, 8, 15, 22, 29',
  severity: 'risk',
  reference: 'crontab(5); sys_backup.sh start writes */7',
  texts: [],
  look: (evidence) =>
    cronEntries(evidence)
      .filter(({ active, schedule }) => active && /^\*\/([2-9]|\d{2,})$/.test(schedule.split(/\s+/)[2] ?? ''))
      .map(({ node, place, text }) => ({ node, found: `${place}: ${text}` })),
  cure: (context, sightings) => [
    {
      text: 'Declare what you mean in backup.schedule ("weekly on Sunday 02:00"). The lines that sys_backup.sh start wrote go (`backup.vendorCronLines: replace` lets `pulumi up` do the same); ours, between our marks, stay:',
    },
    ...nodesSeen(sightings, context.host).map((node) => ({
      text: 'Take them out; the table as it was is kept beside our records.',
      on: node,
      command: takeOut(context),
    })),
    up('It writes the declared lines again, where they went with the vendor’s start.'),
  ],
};

/** Of this stanza, outside of our marks, in both places. */
function takeOut({ stanza, user, state }: CureContext): string {
  const gone = `/^# BEGIN pulumi-kingbase/,/^# END pulumi-kingbase/!{/sys_rman .*--stanza=${stanza} .*--type=\\(full\\|diff\\|incr\\) *backup/d}`;
  return [
    `if [ -e ${CRON_FILE} ]; then cp -p ${CRON_FILE} ${state}/KINGBASECRON.before; sed -i '${gone}' ${CRON_FILE}; fi`,
    `if crontab -u ${user} -l >${state}/crontab.before 2>/dev/null; then sed '${gone}' ${state}/crontab.before | crontab -u ${user} -; fi`,
  ].join('; ');
}
