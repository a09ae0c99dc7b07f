/** sys_rman is not where the backups call it. */
import type { FaultRule } from '../types';

export const toolMissing: FaultRule = {
  id: 'backup/tool-missing',
  title: 'sys_rman is not there',
  severity: 'fault',
  reference: 'backup guide: sys_rman lies at the same path on all nodes',
  texts: [/sys_rman(_v6)?['"]?: (command )?not found/, /sys_rman(_v6)?['"]?: No such file or directory/],
  look: ({ nodes }) =>
    nodes
      .filter(({ machine }) => machine?.rman === false)
      .map(({ name, target }) => ({ node: name, found: `${target.bin}/sys_rman cannot be executed` })),
  cure: ({ bin }) => [
    {
      text: `Put sys_rman of the same build back at ${bin}/sys_rman on the nodes named, executable (mode 0755), for example by installing the media again.`,
    },
  ],
};
