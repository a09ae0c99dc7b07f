// The list of files of the newest backup is gone; its copy beside it is still there.
import { shellFault } from './backupShell';

export const removeManifest = shellFault({
  name: 'remove-manifest',
  description: "backup.manifest of the newest backup in a node's repository is moved away",
  on: 'repository',
  apply: `
      file=$repository/backup/$stanza/$(newest)/backup.manifest
      if [ ! -e "$kept/path" ]; then
        mkdir -p "$kept"
        mv "$file" "$kept/backup.manifest"
        printf '%s\\n' "$file" >"$kept/path"
      fi
      cat "$kept/path"`,
  applied: (node, said) => `${said} of ${node} is gone`,
  undo: `
      if [ -e "$kept/path" ] && [ -d "$(dirname "$(cat "$kept/path")")" ]; then mv "$kept/backup.manifest" "$(cat "$kept/path")"; fi
      drop_kept`,
  undone: (node) => `backup.manifest is back on ${node}, where its backup is still there`,
});
