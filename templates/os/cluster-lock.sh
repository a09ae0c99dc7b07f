#!/bin/bash
# Whole file of pulumi-kingbase. The note operation.json of this node, by which one operation at a time holds the cluster: hold, renew or
# release it (the note on standard input, JSON without its closing brace), or show it. Other nodes call it through the OS user and sudo.
# Exit: 0 done, 77 held by another run, whose note is on standard output.
set -euo pipefail
library=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$library/action.conf"
# shellcheck source=/dev/null
. "$library/scripts/node.sh"
KB_STEPS=${1:-}
file=$KB_STATE/operation.json

value_of() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'; }

case $KB_STEPS in
  hold | renew | release) ;;
  show)
    [ ! -s "$file" ] || cat "$file"
    exit 0
    ;;
  *)
    echo "usage: $0 hold | renew | release | show" >&2
    exit 2
    ;;
esac

IFS= read -r -n 2000 KB_OP_NOTE || true
form='^\{"token":"[A-Za-z0-9._-]+","what":"[^"\\]*","operator":"[^"\\]*","pid":[0-9]+,"place":"[^"\\]*"$'
[[ $KB_OP_NOTE =~ $form ]] || { echo "what was given is no note of an operation" >&2; exit 2; }
KB_OP_TOKEN=$(value_of token <<<"$KB_OP_NOTE")
KB_OP_SECONDS=90
# A run of this very machine whose process is gone gives way at once; of another machine only time tells.
KB_OP_BREAK=
if [ -s "$file" ]; then
  holder_place=$(value_of place <"$file")
  holder_pid=$(value_of pid <"$file")
  if [ "$holder_place" = "$(hostname)/$(cat /proc/sys/kernel/random/boot_id)/$(readlink /proc/self/ns/pid)" ] &&
    [[ $holder_pid =~ ^[0-9]+$ ]] && [ ! -e "/proc/$holder_pid" ]; then
    KB_OP_BREAK=$(value_of token <"$file")
  fi
fi
# shellcheck source=/dev/null
. "$library/scripts/operation.sh"
