/** sys_backup.sh could not make a key for ssh. */
import type { FaultRule } from '../types';

export const vendorKeygen: FaultRule = {
  id: 'backup/vendor-keygen',
  title: 'sys_backup.sh could not make a key for ssh',
  severity: 'fault',
  reference: 'backup guide: trust between the hosts',
  texts: [/local ssh-keygen fail/],
  cure: ({ user }) => [
    {
      text: `Read /tmp/ssh-keygen.log. The home of ${user} and its .ssh have to exist, belong to ${user}, and have room; \`pulumi up --refresh\` writes the keys again.`,
    },
  ],
};
