/** The host that runs the backups cannot be reached. */
import type { FaultRule } from '../types';

export const repositoryHostOff: FaultRule = {
  id: 'backup/repository-host-off',
  title: 'the host that runs the backups cannot be reached',
  severity: 'fault',
  reference: 'backup guide, topology: the REPO host takes every segment and runs every backup',
  texts: [/ssh: connect to host .* (Connection refused|No route to host|Connection timed out)/],
  look: ({ nodes }) =>
    nodes
      .filter(({ runsBackups, machine, backup }) => runsBackups && machine === undefined && backup === undefined)
      .map(({ name, unread }) => ({ node: name, found: unread[0]?.reason ?? 'it gave no answer' })),
  cure: ({ host }) => [
    {
      text: `Bring ${host} back: power, network, sshd. Until then WAL stays on the primary; what waits there is archived by itself afterwards.`,
    },
  ],
};
