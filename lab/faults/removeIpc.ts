// systemd removes shared memory and semaphores of the OS user when it logs out.
import { shellFault } from './backupShell';

const FILE = '/etc/systemd/logind.conf.d/99-lab-remove-ipc.conf';

export const removeIpc = shellFault({
  name: 'remove-ipc',
  description: 'RemoveIPC=yes on a node',
  on: 'node',
  apply: `
      mkdir -p ${FILE.replace(/\/[^/]*$/, '')}
      printf '[Login]\\nRemoveIPC=yes\\n' >${FILE}
      systemctl restart systemd-logind.service`,
  applied: (node) => `RemoveIPC=yes on ${node}`,
  undo: `rm -f ${FILE}; systemctl restart systemd-logind.service`,
  undone: (node) => `RemoveIPC of ${node} is as its other files say`,
});
