// sys_backup.conf names another host as the repository than the one it lies on: the first fault of the guide.
import { shellFault } from './backupShell';

export const changeRepoIp = shellFault({
  name: 'change-repo-ip',
  description: '_repo_ip in sys_backup.conf of a node becomes an address that no host has',
  on: 'node',
  apply: `
      file=$prefix/bin/sys_backup.conf
      [ -e "$file" ] || file=$prefix/share/sys_backup.conf
      keep "$file" sys_backup.conf
      printf '%s\\n' "$file" >"$kept/path"
      sed -i 's/^_repo_ip=.*/_repo_ip="192.0.2.254"/' "$file"`,
  applied: (node) => `sys_backup.conf of ${node} names 192.0.2.254 as the repository`,
  undo: `if [ -e "$kept/path" ]; then give_back sys_backup.conf "$(cat "$kept/path")"; fi; drop_kept`,
  undone: (node) => `sys_backup.conf of ${node} is as it was`,
});
