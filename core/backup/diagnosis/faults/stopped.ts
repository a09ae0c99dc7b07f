/** Somebody has stopped the stanza (sys_backup.sh pause). */
import { hostsOf, rman } from '../looking';
import type { FaultRule } from '../types';

export const stopped: FaultRule = {
  id: 'backup/stopped',
  title: 'backups are stopped by hand (sys_rman stop, sys_backup.sh pause)',
  severity: 'fault',
  reference: 'backup guide: pause and unpause',
  texts: [/stop file exists for (stanza|all stanzas)/, /\[062\]/],
  look: (evidence) =>
    hostsOf(evidence).flatMap(({ name, machine }) =>
      (machine?.stopFiles ?? []).map((path) => ({ node: name, found: path })),
    ),
  cure: (context) => [
    {
      text: 'Ask who stopped it and why; then let it go on.',
      on: context.host,
      command: rman(context, 'start'),
    },
  ],
};
