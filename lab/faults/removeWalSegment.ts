// A segment is missing in the archive: nothing after it can be restored.
import { KingbaseError } from '../../core/finding';
import { awake, lastLine, onRepository } from './backupShell';
import { nodeOf, type Fault, type FaultCall } from './fault';

const NAME = 'remove-wal-segment';
const WHICH = ['newest', 'middle', 'oldest'] as const;

export const removeWalSegment: Fault = {
  name: NAME,
  description: "a segment is taken out of the archive in a node's repository: --which middle (default), newest, oldest",
  target: 'node',
  kind: 'lasting',
  options: { which: 'newest, middle or oldest of the segments after the newest backup (its own where there are none)' },
  check: (call) => void which(call),
  async apply(call) {
    const said = await onRepository(
      call,
      NAME,
      `
      manifest=$repository/backup/$stanza/$(newest)/backup.manifest
      edge() { sed -n 's/^backup-archive-'"$1"'="\\(.*\\)"/\\1/p' "$manifest" || true; }
      segments() {
        find "$repository/archive/$stanza" -type f -regextype posix-extended -regex '.*/[0-9A-F]{24}-[0-9a-f]{40}.*' -printf '%f %p\\n' | sort |
          awk -v edge="$1" -v own="$2" '{ name = substr($1, 1, 24) } name > edge || (own && name == edge) { print $2 }'
      }
      # A backup may carry its own segments (--archive-copy): what came after it is what nobody else has.
      list=$(segments "$(edge stop)" 0)
      [ -n "$list" ] || list=$(segments "$(edge start)" 1)
      count=$(printf '%s\\n' "$list" | grep -c . || true)
      [ "$count" -gt 0 ] || { echo "there is no segment in the archive since the newest backup" >&2; exit 1; }
      case ${which(call)} in newest) row=$count ;; oldest) row=1 ;; *) row=$((count / 2 + 1)) ;; esac
      file=$(printf '%s\\n' "$list" | sed -n "\${row}p")
      mkdir -p "$kept"
      printf '%s\\n' "$file" >>"$kept/paths"
      mv "$file" "$kept/"
      basename "$file"`,
    );
    return `took ${lastLine(said)} out of the archive on ${nodeOf(call).name}`;
  },
  async undo(call) {
    await awake(call);
    await onRepository(
      call,
      NAME,
      `
      if [ -e "$kept/paths" ]; then
        while read -r path; do
          if [ -d "$(dirname "$path")" ] && [ -e "$kept/$(basename "$path")" ]; then mv "$kept/$(basename "$path")" "$path"; fi
        done <"$kept/paths"
      fi
      drop_kept`,
    );
    return `the archive on ${nodeOf(call).name} has its segment back`;
  },
};

function which(call: FaultCall): (typeof WHICH)[number] {
  const given = call.options['which'] ?? 'middle';
  const found = WHICH.find((each) => each === given);
  if (found !== undefined) return found;
  throw new KingbaseError({
    code: 'lab/bad-option',
    path: '--which',
    message: `"${given}" is none of ${WHICH.join(', ')}`,
  });
}
