#!/bin/bash
# Whole file of pulumi-kingbase. Reads the newest good run again, here and at every place off this machine, against the manifest: a disk, a person or a store may
# have changed what was whole when it was written. Changes nothing but its note.
# Usage: verify.sh         Exit: 0 everything is as it was written; 1 something is not; 75 another verification is at work
set -uo pipefail
library=$(dirname "$(readlink -f "$0")")
for part in kwdb.conf backup.conf kwdb.sh retention.sh scripts/json.sh copies.sh; do
  # shellcheck source=/dev/null
  . "$library/$part"
done

# The manifest's own list, and not SHA256SUMS beside it: both could have been made again over damaged files.
# Into $wrong, a line each.
verify_here() {
  local sums said
  wrong=''
  sums=$(manifest_sums "$1") || sums=''
  if [ -z "$sums" ]; then wrong='its manifest lists no file'; return; fi
  said=$(cd "$1" && sha256sum --quiet -c - <<<"$sums" 2>&1) || wrong=$(grep -v '^sha256sum: WARNING' <<<"$said")
}

root=$KW_EXTERN/$KW_BACKUP_DIRECTORY
install -d -m 0755 "$KW_STATE"
# A lock of its own: a backup never waits for what only reads.
exec 9>"$KW_STATE/verify.lock"
flock -n 9 || { echo "another verification is at work on this node (lock $KW_STATE/verify.lock)" >&2; exit 75; }
run=$(kw_runs "$root" | awk '$2 == "good" { print $1 }' | sort | tail -n 1)
[ -n "$run" ] || kw_die 'no run of the backup was good yet: there is nothing to read again'
verify_here "$root/$run"
if ! kw_everywhere prove "$run"; then wrong=$wrong${wrong:+$'\n'}$missed; fi
findings=$(while IFS= read -r line; do [ -z "$line" ] || { printf '%s%s' "${first:-}" "$(json_string "$run: $line")"; first=,; }; done <<<"$wrong")
kw_note verified.json "$(printf '{"run":"%s","verifiedAt":"%s","findings":[%s]}' "$run" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$findings")"
[ -z "$wrong" ] || kw_die "$run is not what was written: $wrong"
kw_say "$run was read again, here$(kw_places | sed 's/^/ and at /' | tr -d '\n'), and is what was written"
