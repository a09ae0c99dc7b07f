// Somebody ran the vendor's `sys_backup.sh start`: its lines stand in cron, full backups on days 1, 8, 15, 22 and 29, and ours are gone where
// they match its pattern.
import { shellFault } from './backupShell';

const CRON_FILE = '/etc/cron.d/KINGBASECRON';
/** V8R6 writes into a file of root's: the vendor's user goes there as root, ours may not. */
const RIGHTS = '/etc/sudoers.d/99-lab-add-vendor-cron';

export const addVendorCron = shellFault({
  name: 'add-vendor-cron',
  description: "sys_backup.sh start on a node: the vendor's */7 lines in cron instead of ours",
  on: 'node',
  apply: `
      if [ ! -e "$kept/crontab" ]; then
        mkdir -p "$kept"
        if [ -e ${CRON_FILE} ]; then cp -a ${CRON_FILE} "$kept/cron.d"; fi
        crontab -u kingbase -l >"$kept/crontab" 2>/dev/null || true
      fi
      trap 'rm -f ${RIGHTS}' EXIT
      printf 'kingbase ALL=(root) NOPASSWD: ALL\\n' >${RIGHTS}
      chmod 0440 ${RIGHTS}
      as_kingbase bash "$prefix/bin/sys_backup.sh" start`,
  applied: (node) => `cron of ${node} has the lines of sys_backup.sh start`,
  undo: `
      rm -f ${RIGHTS}
      if [ -e "$kept/crontab" ]; then
        if [ -e "$kept/cron.d" ]; then cp -a "$kept/cron.d" ${CRON_FILE}; else rm -f ${CRON_FILE}; fi
        if [ -s "$kept/crontab" ]; then crontab -u kingbase "$kept/crontab"; else crontab -u kingbase -r 2>/dev/null || true; fi
      fi
      drop_kept`,
  undone: (node) => `cron of ${node} is as it was`,
});
