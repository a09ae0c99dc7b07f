/** sys_backup.sh was run by somebody else than _os_user_name. */
import type { FaultRule } from '../types';

export const vendorWrongUser: FaultRule = {
  id: 'backup/vendor-user',
  title: 'sys_backup.sh was run as another user than the database’s',
  severity: 'fault',
  reference: 'backup guide: _os_user_name',
  texts: [/must be executed by db-specify user/],
  cure: ({ user, bin }) => [{ text: `Run it as ${user}: runuser -u ${user} -- bash ${bin}/sys_backup.sh …` }],
};
