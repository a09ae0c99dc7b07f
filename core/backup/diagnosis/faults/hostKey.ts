/** ssh between the nodes and the repository refuses the host's key. */
import { checkAgain } from '../looking';
import type { FaultRule } from '../types';

export const HOST_KEY =
  /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \S+ host key is known for|Host key .*(changed|mismatch)/;

export const hostKey: FaultRule = {
  id: 'backup/host-key',
  title: 'a node and the repository do not know each other’s host key',
  severity: 'fault',
  reference: 'backup guide, FAQ: [082] and the host key prompt',
  texts: [HOST_KEY],
  look: ({ nodes }) =>
    nodes.flatMap(({ name, machine }) =>
      (machine?.ssh ?? [])
        .filter(({ code, text }) => code !== 0 && HOST_KEY.test(text))
        .map(({ to, text }) => ({
          node: name,
          found: `ssh ${to}: ${text.split('\n').find((line) => HOST_KEY.test(line)) ?? text}`,
        })),
    ),
  cure: (context) => [
    {
      text: 'First make sure which key is right: on the host itself, `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`. A key that nobody changed on purpose is an alarm, not a nuisance.',
    },
    {
      text: 'If the host is the one you mean: declare its key (connection.hostKey of the node) and run `pulumi up --refresh`, which writes known_hosts of every node again.',
    },
    checkAgain(context),
  ],
};
