// One byte of the newest backup flips, as a disk does that is going bad.
import { shellFault } from './backupShell';

/** flip FILE OFFSET: turns every bit of one byte round; twice is as before. */
const FLIP = `
flip() {
  byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
  printf "\\\\x$(printf '%02x' $((255 - byte)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}`;

export const corruptBackup = shellFault({
  name: 'corrupt-backup',
  description: "one byte of the largest file of the newest backup in a node's repository is flipped",
  on: 'repository',
  apply: `${FLIP}
      label=$(newest)
      [ -n "$label" ] || { echo "there is no backup to corrupt" >&2; exit 1; }
      if [ ! -e "$kept/file" ]; then
        # Of the data, not of the WAL beside it (--archive-copy): what a restore needs.
        file=$(find "$repository/backup/$stanza/$label" -type f -path '*/base/*' -printf '%s %p\\n' | sort -rn | head -n 1 | cut -d ' ' -f 2-)
        [ -n "$file" ] || file=$(find "$repository/backup/$stanza/$label" -type f ! -name 'backup.manifest*' -printf '%s %p\\n' | sort -rn | head -n 1 | cut -d ' ' -f 2-)
        mkdir -p "$kept"
        printf '%s\\n' "$file" >"$kept/file"
        printf '%s\\n' "$(($(stat -c %s "$file") / 2))" >"$kept/offset"
        flip "$file" "$(cat "$kept/offset")"
      fi
      echo "byte $(cat "$kept/offset") of $(cat "$kept/file")"`,
  applied: (node, said) => `flipped ${said} on ${node}`,
  undo: `${FLIP}
      if [ -e "$kept/file" ] && [ -e "$(cat "$kept/file")" ]; then flip "$(cat "$kept/file")" "$(cat "$kept/offset")"; fi
      drop_kept`,
  undone: (node) => `the backup on ${node} is as it was, where it is still there`,
});
