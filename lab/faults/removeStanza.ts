// Archive and catalogue of the stanza are gone from the repository.
import { shellFault } from './backupShell';

export const removeStanza = shellFault({
  name: 'remove-stanza',
  description: "archive and backups of the stanza are moved out of a node's repository",
  on: 'repository',
  apply: `
      for part in archive backup; do
        [ -d "$repository/$part/$stanza" ] && mv "$repository/$part/$stanza" "$repository/.lab-$part"
      done
      echo "$repository"`,
  applied: (node, said) => `${said} of ${node} has no stanza`,
  undo: `
      for part in archive backup; do
        [ -d "$repository/.lab-$part" ] || continue
        rm -rf "$repository/$part/$stanza"
        mv "$repository/.lab-$part" "$repository/$part/$stanza"
      done
      echo "$repository"`,
  undone: (node, said) => `${said} of ${node} has its stanza back; what came meanwhile is gone`,
});
