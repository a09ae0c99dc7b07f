// ALTER SYSTEM beats es_rep.conf: segments are thrown away while every file of ours looks right.
import { shellFault } from './backupShell';

export const overrideArchiveCommand = shellFault({
  name: 'override-archive-command',
  description: "archive_command = 'exit 0' by ALTER SYSTEM on a node, over what es_rep.conf says",
  on: 'node',
  apply: `sql "alter system set archive_command = 'exit 0'"; reload`,
  applied: (node) => `kingbase.auto.conf of ${node} overrides archive_command: segments are thrown away`,
  undo: `sql 'alter system reset archive_command'; reload`,
  undone: (node) => `archive_command of ${node} is as its files say`,
});
