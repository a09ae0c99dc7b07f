/** A restore was asked for without the backup it shall start from. */
import type { FaultRule } from '../types';

export const restoreTarget: FaultRule = {
  id: 'backup/restore-target',
  title: 'this restore would go to the newest data and not to the point meant',
  severity: 'fault',
  reference: 'backup guide, FAQ: [032]',
  texts: [/Current options maybe restore to newest data/],
  cure: (context) => [
    {
      text: `Name the backup too: --set=<label> with --type and --target (${context.bin}/sys_rman … info lists the labels).`,
    },
  ],
};
