// The OS user may not enter the repository any more, as after somebody's chown or chmod.
import { shellFault } from './backupShell';

export const closeRepository = shellFault({
  name: 'close-repository',
  description: 'archive and backup in the repository of a node belong to root alone',
  on: 'repository',
  apply: `
      chown root:root "$repository/archive" "$repository/backup"
      chmod 0700 "$repository/archive" "$repository/backup"
      echo "$repository"`,
  applied: (node, said) => `${said} of ${node} is closed to kingbase`,
  undo: `
      chown kingbase:kingbase "$repository/archive" "$repository/backup"
      chmod 0750 "$repository/archive" "$repository/backup"
      echo "$repository"`,
  undone: (node, said) => `${said} of ${node} is open to kingbase`,
});
