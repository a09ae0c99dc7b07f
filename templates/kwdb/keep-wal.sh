#!/bin/bash
# Whole file of pulumi-kingbase. Keeps the write-ahead log of a node that did not stop cleanly, before the start that may throw it away. Called by kaiwudb.service:
#   keep-wal.sh start N  before a start: where the stop before was no clean one, tsdb/wal is copied aside; the newest N copies are kept
#   keep-wal.sh stop     after a stop: SERVICE_RESULT of systemd says whether it was a clean one
# A power cut leaves no word at all, and neither did a server that ran before this file was here: only a clean stop leaves one, and the next start takes it away.
set -uo pipefail
library=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$library/kwdb.conf"
# shellcheck source=/dev/null
. "$library/kwdb.sh"

# The first copy since the last clean stop is that of the crash itself, and never goes: later ones may hold what a start has thrown away already.
first_note=$KW_STATE/wal/first
prune() {
  local old first
  first=$(cat "$first_note" 2>/dev/null || true)
  find "$KW_STATE/wal" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*Z' -printf '%f\n' | sort -r | tail -n "+$((${1:-3} + 1))" |
    while read -r old; do [ "$old" = "$first" ] || rm -rf "${KW_STATE:?}/wal/$old"; done
  rm -rf "${KW_STATE:?}"/wal/[0-9]*Z.new
}

case ${1:-} in
  start)
    if [ ! -e "$KW_STATE/clean" ] && [ -d "$KW_STORE/tsdb/wal" ]; then
      copy=$KW_STATE/wal/$(date -u +%Y%m%dT%H%M%SZ)
      if kw_copy_wal "$copy"; then
        kw_say "of the last stop nobody says that it was a clean one: tsdb/wal is kept in $copy"
        kw_note crash.json "$(printf '{"at":"%s","wal":"%s","logBytes":%s}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$copy" "$(kw_log_size)")"
        [ -e "$first_note" ] || basename "$copy" >"$first_note"
        prune "${2:-3}"
      else
        kw_say "of the last stop nobody says that it was a clean one, and tsdb/wal IS NOT KEPT: a damaged one is lost with this start"
        kw_note crash.json "$(printf '{"at":"%s","wal":null,"logBytes":%s}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(kw_log_size)")"
      fi
    fi
    install -d -m 0755 "$KW_STATE"
    rm -f "$KW_STATE/clean"
    # On disk before the server runs: a power cut must not bring it back.
    sync -f "$KW_STATE"
    ;;
  stop)
    if [ "${SERVICE_RESULT:-}" = success ]; then rm -f "$first_note"; kw_note clean "$(date -u +%Y-%m-%dT%H:%M:%SZ)"; else rm -f "$KW_STATE/clean"; fi
    ;;
  *) kw_die "usage: $0 start COPIES | stop" ;;
esac
exit 0
