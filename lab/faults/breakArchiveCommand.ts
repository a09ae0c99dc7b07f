// archive_command calls sys_rman with a configuration that is not there: every segment waits.
import { shellFault } from './backupShell';

export const breakArchiveCommand = shellFault({
  name: 'break-archive-command',
  description: 'archive_command in es_rep.conf of a node names a sys_rman.conf that does not exist',
  on: 'node',
  apply: `
      keep "$data/es_rep.conf" es_rep.conf
      wrong="export TZ=Asia/Shanghai;$prefix/bin/sys_rman --config /kbrepo/elsewhere/sys_rman.conf --stanza=kingbase archive-push %p"
      sed -i "s#^ *archive_command *=.*#archive_command='$wrong'#" "$data/es_rep.conf"
      reload`,
  applied: (node) => `archive_command of ${node} names /kbrepo/elsewhere/sys_rman.conf`,
  undo: `give_back es_rep.conf "$data/es_rep.conf"; drop_kept; reload || true`,
  undone: (node) => `es_rep.conf of ${node} is as it was`,
});
