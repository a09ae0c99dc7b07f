#!/bin/bash
# Whole file of pulumi-kingbase. The automation of this V8R3 node: the lines of network_rewind.sh and restartcluster.sh in /etc/cron.d/KINGBASECRON. A # in
# front pauses one, as kingbase_monitor.sh does it; nothing else of the file is touched.
# Usage: automation.sh pause | resume | status | settle SECONDS
#   status  prints "running N paused N"      settle  waits until none of the scripts is at work; exit 1 where one still is
set -euo pipefail
library=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$library/action.conf"
file=/etc/cron.d/KINGBASECRON
line='[^#]*[[:space:]]/[^ ]*/(network_rewind|restartcluster)\.sh([[:space:]].*)?$'

# Beside the directory, and renamed into it whole: cron reads every file that lies there.
edit() {
  local new=/etc/.KINGBASECRON.pulumi
  cp -p "$file" "$new"
  sed -E "$1" "$file" >"$new"
  if cmp -s "$file" "$new"; then rm -f "$new"; return 0; fi
  sync "$new"
  mv -fT "$new" "$file"
}

count() { grep -cE "$1" "$file" 2>/dev/null || true; }

at_work() { pgrep -f "$KB_BIN/network_rewind\.sh|$KB_POOL_BIN/restartcluster\.sh" >/dev/null; }

case ${1:-} in
  pause | resume) [ -f "$file" ] || { echo "there is no $file: this node has no automation" >&2; exit 1; } ;;
esac
case ${1:-} in
  pause) edit "s,^($line),#\1," ;;
  resume)
    edit "s,^#+[[:space:]]*($line),\1,"
    rm -f "$KB_STATE/automation-paused"
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
    echo "usage: $0 pause | resume | status | settle SECONDS" >&2
    exit 2
    ;;
esac
