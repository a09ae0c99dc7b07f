/** No database answers that could be backed up. */
import { checkAgain } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

export const databaseDown: FaultRule = {
  id: 'backup/no-primary',
  title: 'sys_rman finds no primary to back up',
  severity: 'fault',
  reference: 'backup guide, FAQ: [056] unable to find primary cluster',
  texts: [
    /can not connect to db at/,
    /unable to find primary (cluster|database) - cannot proceed/,
    /no database found|unable to check kb-?\d+/,
    /\[DbConnectError\]/,
  ],
  look: (evidence) => (evidence.nodes.some(({ server }) => server?.inRecovery === false) ? [] : downNodes(evidence)),
  cure: (context) => [
    {
      text: `Look at the cluster first: ${context.bin}/repmgr cluster show as ${context.user}, the server’s log below ${context.data}/sys_log. Bring a primary back (\`pulumi up --refresh\` starts members that are down and refuses what is unsafe).`,
    },
    {
      text: 'Where the text says that a database does not exist: kb-database of sys_rman.conf names one that the cluster lacks; create it, or give --kb1-database.',
    },
    checkAgain(context),
  ],
};

/** Nothing is concluded where no server was asked. */
function downNodes({ nodes }: BackupEvidence): Sighting[] {
  return nodes
    .filter(({ target, machine }) => target.role === 'database' && machine !== undefined)
    .map(({ name, server, unread }) => ({
      node: name,
      found: server === undefined ? (unread[0]?.reason ?? 'its database does not answer') : 'it is a standby',
    }));
}
