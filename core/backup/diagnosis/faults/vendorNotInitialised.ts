/** sys_backup.sh was asked for more before init. */
import type { FaultRule } from '../types';

export const vendorNotInitialised: FaultRule = {
  id: 'backup/vendor-not-initialised',
  title: 'sys_backup.sh was called before init',
  severity: 'fault',
  reference: 'backup guide: init, then start',
  texts: [/sys_backup\.sh init must executed firstly/],
  cure: ({ bin }) => [
    {
      text: `Let this program make the repository (\`pulumi up\`), or run ${bin}/sys_backup.sh init as the OS user on the REPO host.`,
    },
  ],
};
