/** sys_backup.sh finds no sys_backup.conf, or one it cannot read. */
import type { FaultRule } from '../types';

export const vendorConfMissing: FaultRule = {
  id: 'backup/vendor-conf',
  title: 'sys_backup.sh has no usable sys_backup.conf',
  severity: 'fault',
  reference: 'backup guide: sys_backup.conf is searched in bin/, then in share/',
  texts: [/sys_backup\.conf does not exist/, /sys_backup\.conf invalid/],
  cure: ({ bin }) => [
    {
      text: `Put sys_backup.conf into ${bin}/ (or share/ beside it) on the REPO host; \`pulumi up --refresh\` writes ours again. Of an invalid one, compare each line with that file.`,
    },
  ],
};
