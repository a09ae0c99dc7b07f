// archive_mode is off on the primary, as after ALTER SYSTEM and a restart by somebody else.
import { shellFault } from './backupShell';

/** repmgrd must not take the restart for a lost primary. */
const RESTART = `
restart() {
  as_kingbase "$prefix/bin/repmgr" -f "$prefix/etc/repmgr.conf" service pause >/dev/null 2>&1 || true
  as_kingbase "$prefix/bin/sys_ctl" -D "$data" -w -m fast -l "$data/../logfile" restart >/dev/null
  as_kingbase "$prefix/bin/repmgr" -f "$prefix/etc/repmgr.conf" service unpause >/dev/null 2>&1 || true
}`;

export const stopArchiving = shellFault({
  name: 'stop-archiving',
  description: 'archive_mode=off in kingbase.auto.conf of a node, and a restart',
  on: 'node',
  apply: `${RESTART}\nsql 'alter system set archive_mode = off'\nrestart`,
  applied: (node) => `${node} archives nothing`,
  undo: `${RESTART}\nsql 'alter system reset archive_mode'\nrestart`,
  undone: (node) => `archive_mode of ${node} is as its files say`,
});
