/** logind takes away the shared memory and semaphores of the OS user at his last logout. */
import { asUser } from '../looking';
import type { CureContext, CureStep, FaultRule, NodeEvidence, Sighting } from '../types';

const LOST = /could not open shared memory segment|semctl\(.*\) failed: (Invalid argument|Identifier removed)/;

export const removeIpc: FaultRule = {
  id: 'backup/remove-ipc',
  title: 'RemoveIPC is in effect: at a logout the server loses its shared memory and semaphores',
  severity: 'fault',
  reference: 'backup guide, FAQ: parameters not varilable; logind.conf(5) RemoveIPC',
  texts: [LOST],
  look: ({ nodes }) => nodes.flatMap(lookAt),
  cure: (context, sightings) => {
    const seen = sightings.flatMap(({ node, about }) =>
      node === undefined || about === undefined ? [] : [{ node, about }],
    );
    if (seen.length === 0) {
      return [
        {
          text: 'Say RemoveIPC=no in a file below /etc/systemd/logind.conf.d, restart systemd-logind, then restart a database that nobody can connect to any more.',
        },
      ];
    }
    return seen.flatMap(({ node, about }) => [
      ...(about['on'] === 'yes' ? sayNo(node, about['file'] ?? '') : []),
      restart(context, node, about),
    ]);
  },
};

function sayNo(node: string, file: string): CureStep[] {
  const isOurs = file === '' || file.endsWith('/60-pulumi-kingbase.conf');
  return [
    {
      text: isOurs ? 'Say RemoveIPC=no.' : `Say RemoveIPC=no in the file that has the last word.`,
      on: node,
      command: isOurs
        ? `mkdir -p /etc/systemd/logind.conf.d && printf '[Login]\\nRemoveIPC=no\\n' >/etc/systemd/logind.conf.d/60-pulumi-kingbase.conf`
        : `sed -i 's/^[[:space:]]*RemoveIPC[[:space:]]*=.*/RemoveIPC=no/' ${file}`,
    },
    {
      text: 'Let logind take it up; sessions stay.',
      on: node,
      command: 'systemctl restart systemd-logind.service',
    },
  ];
}

/** Any logout since may have taken it, the one of this diagnosis too: the server itself is asked when the step is done. */
function restart(context: CureContext, node: string, about: Readonly<Record<string, string>>): CureStep {
  const ask = `${context.bin}/ksql -h 127.0.0.1 -p ${about['port']} -U ${about['superuser']} -d ${about['database']} -w -Atc 'SELECT 1'`;
  const again = `${context.bin}/sys_ctl -D ${about['data']} -l ${about['log']} -w -m fast restart`;
  return {
    text: 'What was taken comes back with a restart alone: restart the database where nobody can connect to it any more (seconds without writes).',
    on: node,
    command: `${asUser(context, ask)} >/dev/null 2>&1 || ${asUser(context, again)} >/dev/null`,
  };
}

function lookAt({ name, machine, server, target, unread }: NodeEvidence): Sighting[] {
  if (target.role !== 'database') return [];
  const { data, serverLog, databasePort, superuser, maintenanceDb } = target;
  const about = { data, log: serverLog, port: String(databasePort), superuser, database: maintenanceDb };
  const lost = server === undefined ? unread.find(({ reason }) => LOST.test(reason)) : undefined;
  const { lines, removeIpc: running } = machine?.logind ?? { lines: [], removeIpc: 'no' };
  const last = lines.at(-1);
  const written = last === undefined ? undefined : /=\s*(\S+)/.exec(last)?.[1];
  const isOn = running === 'yes' || (written !== undefined && isYes(written));
  const place = last === undefined ? 'no file says otherwise than the default yes' : last;
  return [
    ...(isOn
      ? [
          {
            node: name,
            found: `logind runs with RemoveIPC=${running ?? 'unknown'}: ${place}`,
            about: { ...about, on: 'yes', file: last?.split(':')[0] ?? '' },
          },
        ]
      : []),
    ...(lost === undefined ? [] : [{ node: name, found: lost.reason, ...(isOn ? {} : { about }) }]),
  ];
}

function isYes(value: string): boolean {
  return /^(yes|true|on|1)$/i.test(value);
}
