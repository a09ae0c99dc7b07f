/** sys_rman can use none of its repositories. */
import { checkAgain } from '../looking';
import type { FaultRule } from '../types';

export const noRepository: FaultRule = {
  id: 'backup/no-repository',
  title: 'sys_rman finds no repository that it can use',
  severity: 'fault',
  reference: 'backup guide, FAQ: [103] unable to find a valid repository',
  texts: [/unable to find a valid repository/, /\[103\]/],
  cure: (context) => [
    {
      text: `The cause stands above or in the lines below that text: the path ${context.repository}, its lock, or the network to ${context.host}.`,
    },
    checkAgain(context),
  ],
};
