/** ssh between the nodes and the repository fails for another reason than the host's key. */
import { checkAgain } from '../looking';
import type { FaultRule } from '../types';
import { HOST_KEY } from './hostKey';

export const sshRefused: FaultRule = {
  id: 'backup/ssh',
  title: 'a node and the repository do not reach each other over ssh',
  severity: 'fault',
  reference: 'backup guide: trust between the hosts',
  texts: [
    /Permission denied \((publickey|password)/,
    /remote-\d process .* terminated unexpectedly \[255\](?!.*[Hh]ost key)/,
  ],
  look: ({ nodes }) =>
    nodes.flatMap(({ name, machine }) =>
      (machine?.ssh ?? [])
        .filter(({ code, text }) => code !== 0 && !HOST_KEY.test(text))
        .map(({ to, code, text }) => ({
          node: name,
          found: `ssh ${to}: exit code ${code}: ${text.trim().split('\n').at(-1) ?? ''}`,
        })),
    ),
  cure: (context) => [
    {
      text: 'Network, sshd and firewall first (port 22 between the nodes and the repository); `pulumi up --refresh` writes keys and known hosts again.',
    },
    checkAgain(context),
  ],
};
