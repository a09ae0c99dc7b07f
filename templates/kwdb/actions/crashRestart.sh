# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action crashRestart: starts a KWDB node that crashed, with its write-ahead log copied aside first, and tells what the start
# threw away; sourced by action.sh. A damaged log is reset at the start, and the node says "Recover success" all the same (facts 0.7). With putBack, the log that
# an earlier request kept is put back while nothing was written since: rows that the start lost are then replayed.
ACTION_FIELDS='node putBack'
ACTION_STEPS='stop keep place start look'
for part in kwdb.conf kwdb.sh; do
  # shellcheck source=/dev/null
  . "$library/$part"
done
[ ! -r "$library/backup.conf" ] || . "$library/backup.conf"

standing() {
  local engine
  engine=$(kw_engine_level) || engine=''
  printf '{"role":"%s","timeline":null,"lsn":null,"controlState":%s}' "$([ -n "$engine" ] && echo up || echo down)" "$(json_or_null "${engine:+engine level $engine}")"
}

earlier() { echo "$actions/$KB_IN_putBack"; }
putting_back() { [ -n "${KB_IN_putBack:-}" ]; }

# Every time-series table and its rows: what the log holds is theirs.
count_all() {
  local database kind table type
  while IFS=$'\t' read -r database kind; do
    [ "$kind" = timeSeries ] || continue
    while IFS=$'\t' read -r table type; do
      [ "$type" = 'TIME SERIES TABLE' ] || continue
      printf '%s\t%s\t%s\n' "$database" "$table" "$(kw_count "$(kw_table "$database" "$table")" || echo unread)"
    done < <(kw_err=/dev/null kw_tables "$database")
  done < <(kw_err=/dev/null kw_databases)
}

action_plan() {
  local need free
  [ -d "$KW_STORE/tsdb/wal" ] || refuse kwdb/no-wal "there is no $KW_STORE/tsdb/wal" 'See where the store of this node is; nothing was stopped.'
  need=$(($(kw_kib "$KW_STORE/tsdb/wal") * 11 / 10 + 1024))
  free=$(df -Pk "$KB_STATE" | awk 'NR == 2 { print $4 }')
  [ "$need" -lt "$free" ] || refuse kwdb/no-room "the copy of the log needs $((need / 1024)) MiB below $KB_STATE, and $((free / 1024)) MiB are free" 'Make room there; nothing was stopped.'
  say "stops $KW_UNIT, copies $KW_STORE/tsdb/wal ($((need / 1024)) MiB), starts it again and looks for a log that was reset"
  putting_back || return 0
  plan_put_back
}

plan_put_back() {
  local of now then_
  of=$(earlier)
  [ "$(cat "$of/state" 2>/dev/null)" = succeeded ] && [ -d "$of/wal" ] || refuse kwdb/nothing-kept "request $KB_IN_putBack kept no log on this node" 'Name a crashRestart of this node that succeeded.'
  [ ! -e "$of/facts/putBack" ] || refuse kwdb/put-back-before "the log of request $KB_IN_putBack was put back already, by $(cat "$of/facts/putBack")" 'It is put back once: after that, other rows may be in it.'
  now=$(count_all)
  [ -n "$now" ] || refuse kwdb/not-counted 'no rows could be counted: whether something was written since is unknown' 'Start the node first; nothing was stopped.'
  then_=$(cat "$of/counts" 2>/dev/null)
  case $now$'\n'$then_ in *unread*) refuse kwdb/not-counted "not every table could be counted, now or then: $(grep -h 'unread$' <<<"$now"$'\n'"$then_" | sort -u | head -n 4 | tr '\t\n' ' ;')" 'Whether something was written since is unknown. The rows are in the copy: keep it for support; nothing was stopped.' ;; esac
  [ "$now" = "$then_" ] || refuse kwdb/written-since \
    "rows were written since request $KB_IN_putBack, and would be lost or mixed: $(diff <(echo "$then_") <(echo "$now") | grep '^[<>]' | head -n 4 | tr '\t\n' ' ;')" \
    'The log is put back only while nothing was written since. Its rows are in the copy: keep it for support.'
  say "PUTS BACK the log that request $KB_IN_putBack kept; nothing was written since, as far as the counts of ${#now} characters of tables say"
}

step_stop() {
  # Clients may write until here.
  if putting_back && answers && [ "$(count_all)" != "$(cat "$(earlier)/counts")" ]; then die "rows were written since the plan was made; nothing was stopped or put back"; fi
  systemctl stop "$KW_UNIT" || true
  wait_until "${KW_STOP_SECONDS:-330}" is_down || die "$KW_UNIT does not stop"
  say "$KW_UNIT is stopped"
}
is_down() { case $(systemctl is-active "$KW_UNIT" 2>/dev/null) in active | activating | deactivating | reloading) return 1 ;; esac; }

step_keep() {
  [ -d "$ledger/wal" ] || kw_copy_wal "$ledger/wal" || die 'the log could not be copied; the node stays down, and nothing of it was changed'
  (cd "$ledger/wal" && find . -type f -print0 | sort -z | xargs -0 -r sha256sum) >"$ledger/wal.SHA256SUMS"
  note_fact logBytes "$(kw_log_size)"
  # Kept once: the start must not copy it a second time.
  kw_note clean "kept by $id"
  say "the log is kept in $ledger/wal, $(wc -l <"$ledger/wal.SHA256SUMS") files"
}

step_place() {
  local file
  putting_back || { say 'the log stays as it is'; return 0; }
  is_down || die "$KW_UNIT runs"
  ! answers || die "a server answers at $KW_ADDRESS that $KW_UNIT does not know of: stop it; nothing was put back"
  (cd "$(earlier)/wal" && sha256sum --quiet -c ../wal.SHA256SUMS) || die "the copy of request $KB_IN_putBack is not what was kept"
  # Into the directories that are there: they may be links to other disks.
  find -L "$KW_STORE/tsdb/wal" -type f -delete
  while IFS= read -r file; do
    cp -p -- "$(earlier)/wal/$file" "$KW_STORE/tsdb/wal/$file"
  done < <(cd "$(earlier)/wal" && find . -type f -printf '%P\n')
  sync -f "$KW_STORE/tsdb/wal"
  echo "$id" >"$(earlier)/facts/putBack"
  say "the log of request $KB_IN_putBack is put back"
}

step_start() {
  systemctl reset-failed "$KW_UNIT" 2>/dev/null || true
  systemctl start "$KW_UNIT" || die "$KW_UNIT does not start: journalctl -u $KW_UNIT"
  wait_until "${KW_START_SECONDS:-300}" answers || die "the node does not answer after its start: see $KW_STORE/logs"
}
answers() { [ -n "$(kw_engine_level)" ]; }

step_look() {
  local newest
  kw_reset_lines "$(fact logBytes)" >"$ledger/reset"
  count_all >"$ledger/counts"
  newest=$(newest_counts)
  note_fact comparedWith "$newest"
  : >"$ledger/loss"
  [ -z "$newest" ] || compare_counts "$newest" >"$ledger/loss"
  if putting_back; then compare_with_earlier >>"$ledger/loss"; fi
  kw_assert_level "$KW_LEVEL_SECONDS" || die "the node runs, and its engine runs level ${kw_level_engine:-unknown} and not $KW_LEVEL"
  if [ -s "$ledger/reset" ]; then
    say "ROWS MAY BE LOST: the start threw the log away ($(head -n 1 "$ledger/reset"))"
    say "what was in it is kept in $ledger/wal; while nothing is written, crashRestart with putBack=$id puts it back"
  else
    say 'TsEngine.log says nothing of a log that was thrown away'
  fi
  while IFS=$'\t' read -r table before after; do say "$table: $after rows, $before before"; done <"$ledger/loss"
}

# counts.tsv of the newest good run of the backup on this node, where there is one.
newest_counts() {
  local name
  [ -n "${KW_EXTERN:-}" ] || return 0
  for name in $(find "$KW_EXTERN/${KW_BACKUP_DIRECTORY:-none}" -mindepth 1 -maxdepth 1 -name '[0-9]*Z' -printf '%f\n' 2>/dev/null | sort -r); do
    if [ "$(cat "$KW_EXTERN/$KW_BACKUP_DIRECTORY/$name/verdict" 2>/dev/null)" = good ]; then echo "$KW_EXTERN/$KW_BACKUP_DIRECTORY/$name/counts.tsv"; return 0; fi
  done
}

# Tables that have fewer rows than that run had.
compare_counts() {
  awk -F '\t' 'NR == FNR { if ($1 == "timeSeries") before[$2 "\t" $4] = $5; next }
    ($1 "\t" $2) in before && $3 + 0 < before[$1 "\t" $2] + 0 { printf "%s.%s\t%s\t%s\n", $1, $2, before[$1 "\t" $2], $3 }' "$1" "$ledger/counts"
}
# What putting back brought: rows after it, and those that the earlier start had left.
compare_with_earlier() {
  awk -F '\t' 'NR == FNR { before[$1 "\t" $2] = $3; next } $3 != before[$1 "\t" $2] { printf "%s.%s\t%s\t%s\n", $1, $2, before[$1 "\t" $2], $3 }' "$(earlier)/counts" "$ledger/counts"
}

as_json='function number(value) { return value ~ /^[0-9]+$/ ? value : "null" } function text(value) { gsub(/["\\]/, "", value); return value }'
action_result() {
  printf '"wal":%s,"walReset":%s,"resetLines":[%s],"tables":[%s],"differences":[%s],"comparedWith":%s,"engineLevel":%s' "$(json_string "$ledger/wal")" \
    "$([ -s "$ledger/reset" ] && echo true || echo false)" "$(first=''; while IFS= read -r line; do printf '%s%s' "$first" "$(json_string "$line")"; first=,; done <"$ledger/reset")" \
    "$(awk -F '\t' "$as_json"' { printf "%s{\"table\":\"%s.%s\",\"rows\":%s}", (NR > 1 ? "," : ""), text($1), text($2), number($3) }' "$ledger/counts")" \
    "$(awk -F '\t' "$as_json"' { printf "%s{\"table\":\"%s\",\"before\":%s,\"after\":%s}", (NR > 1 ? "," : ""), text($1), number($2), number($3) }' "$ledger/loss")" \
    "$(json_or_null "$(fact comparedWith)")" "$kw_level_engine"
}
