#!/bin/bash
# Whole file of pulumi-kingbase. The automation of this V8R3 node: the lines of network_rewind.sh and restartcluster.sh in /etc/cron.d/KINGBASECRON. A # in
# front pauses one, as kingbase_monitor.sh does it; nothing else of the file is touched.
# Usage: automation.sh pause [ours] | resume [ours [SCRIPT]] | status | settle SECONDS
#   pause ours   notes the lines that it pauses, and resume ours lets those run again (of SCRIPT only) and no other: who paused one by hand keeps it paused
#   status  prints "running N paused N"      settle  waits until none of the scripts is at work; exit 1 where one still is
set -euo pipefail
library=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$library/action.conf"
file=/etc/cron.d/KINGBASECRON
ours=$KB_STATE/automation-paused
# A line of the vendor's: five fields of numbers, a user, a command with one of the scripts. Prose in a comment is none.
line='([-0-9*/,]+[[:space:]]+){5}[a-z_][-a-z0-9_]*[[:space:]]+[^#]*/(network_rewind|restartcluster)\.sh([[:space:]].*)?$'

# Beside the directory, and renamed into it whole: cron reads every file that lies there.
edit() {
  local new=/etc/.KINGBASECRON.pulumi
  cp -p "$file" "$new"
  sed -E "$1" "$file" >"$new"
  put_file "$new"
}

put_file() {
  local new=$1
  if cmp -s "$file" "$new"; then rm -f "$new"; return 0; fi
  # A # more or less, and never a line.
  [ "$(wc -l <"$new")" = "$(wc -l <"$file")" ] || { rm -f "$new"; echo "$file would lose lines; it is left as it is" >&2; exit 1; }
  sync "$new"
  mv -fT "$new" "$file"
  # Where SELinux rules, cron reads no file with the label of another directory.
  ! command -v restorecon >/dev/null || restorecon "$file" || true
}

note_ours() {
  { cat "$ours" 2>/dev/null || true; grep -E "^$line" "$file" || true; } | awk 'NF && !seen[$0]++' >"$ours.new"
  sync "$ours.new"
  mv -fT "$ours.new" "$ours"
}

# resume_ours [SCRIPT]: of the lines that are paused, those that are noted.
resume_ours() {
  local new=/etc/.KINGBASECRON.pulumi script=/${1:-}
  if [ ! -s "$ours" ]; then rm -f "$ours"; return 0; fi
  cp -p "$file" "$new"
  awk -v script="$script" 'FILENAME == ARGV[1] { if (index($0, script)) mine[$0] = 1; next } { bare = $0; sub(/^#+[[:space:]]*/, "", bare); print (bare in mine ? bare : $0) }' "$ours" "$file" >"$new"
  put_file "$new"
  awk -v script="$script" '!index($0, script)' "$ours" >"$ours.new"
  if [ -s "$ours.new" ]; then mv -fT "$ours.new" "$ours"; else rm -f "$ours" "$ours.new"; fi
}

count() { grep -cE "$1" "$file" 2>/dev/null || true; }

# Shells that run one of them, not whoever looks at the file.
at_work() { pgrep -f "^[^ ]*sh( +-[a-z]+)* +($KB_BIN/network_rewind|$KB_POOL_BIN/restartcluster)\.sh" >/dev/null; }

case ${1:-} in
  pause | resume) [ -f "$file" ] || { echo "there is no $file: this node has no automation" >&2; exit 1; } ;;
esac
case ${1:-} in
  pause)
    [ "${2:-}" != ours ] || note_ours
    edit "s;^($line);#\1;"
    ;;
  resume)
    if [ "${2:-}" = ours ]; then
      resume_ours "${3:-}"
    else
      edit "s;^#+[[:space:]]*($line);\1;"
      rm -f "$ours"
    fi
    ;;
  status) printf 'running %s paused %s\n' "$(count "^$line")" "$(count "^#+[[:space:]]*$line")" ;;
  settle)
    end=$((SECONDS + ${2:-90}))
    while at_work; do
      [ "$SECONDS" -lt "$end" ] || exit 1
      sleep 0.5
    done
    ;;
  *)
    echo "usage: $0 pause [ours] | resume [ours [SCRIPT]] | status | settle SECONDS" >&2
    exit 2
    ;;
esac
