# Reads what a diagnosis of the cluster needs of this node's disks, with the database up or down: one line of JSON before that of observe.sh, which
# follows it in the same script. Nothing is changed. See core/recovery/types.ts, RecoveryFacts. Every probe is bounded; what could not be read is null.
# Needs layout.sh, node.sh and json.sh.

WAL_SECONDS=20

# control_field NAME: a value of the control file's report.
control_field() {
  sed -n "s|^$1: *||p" "$work/control.out" | head -n 1
}

# history_end TIMELINE: where it left the timeline before it.
history_end() {
  sed -n 's/^[0-9][0-9]*[[:space:]][[:space:]]*\([0-9A-Fa-f]*\/[0-9A-Fa-f]*\).*/\1/p' "$KB_WAL/$(printf '%08X' "$1").history" 2>/dev/null | tail -n 1
}

# end_of_record LSN BYTES SEGMENT: the position behind it, with the headers of the pages that it crosses.
end_of_record() {
  local position=$((16#${1%%/*} * 4294967296 + 16#${1##*/})) left=$2 room
  while room=$((8192 - position % 8192)) && [ "$left" -gt "$room" ]; do
    left=$((left - room))
    position=$((position + room))
    if [ $((position % $3)) = 0 ]; then position=$((position + 40)); else position=$((position + 24)); fi
  done
  position=$((position + (left + 7) / 8 * 8))
  printf '%X/%X' $((position / 4294967296)) $((position % 4294967296))
}

# Timelines on which its WAL may go on behind the checkpoint, newest first: a standby may have received what it did not replay yet.
later_timelines() {
  local own minimum name
  own=$(control_field "Latest checkpoint's TimeLineID")
  minimum=$(control_field "Min recovery ending loc's timeline")
  {
    echo "$own"
    [ "${minimum:-0}" -le "$own" ] || echo "$minimum"
    case $(control_field 'Database cluster state') in
      *'archive recovery' | *'shut down in recovery')
        for name in "$KB_WAL"/[0-9A-F]*; do
          name=${name##*/}
          if [[ $name =~ ^[0-9A-F]{24}$ ]] && [ $((16#${name:0:8})) -gt "$own" ]; then echo $((16#${name:0:8})); fi
        done
        ;;
    esac
  } | sort -rnu
}

# Prints TIMELINE LSN of the end of valid WAL.
wal_end() {
  local own checkpoint segment timeline start last
  own=$(control_field "Latest checkpoint's TimeLineID")
  checkpoint=$(control_field 'Latest checkpoint location')
  segment=$(control_field 'Bytes per WAL segment')
  for timeline in $(later_timelines); do
    start=$checkpoint
    [ "$timeline" = "$own" ] || start=$(history_end "$timeline")
    [ -n "$start" ] || continue
    last=$(kb timeout "$WAL_SECONDS" "$KB_BIN/sys_waldump" -p "$KB_WAL" -t "$timeline" -s "$start" 2>"$work/waldump.err" | tail -n 1) || true
    if [[ $last =~ len\ \(rec/tot\):\ *[0-9]+/\ *([0-9]+),.*\ lsn:\ ([0-9A-Fa-f]+/[0-9A-Fa-f]+), ]]; then
      # A dump that was cut off says nothing about the end.
      [ -s "$work/waldump.err" ] || return 1
      echo "$timeline $(end_of_record "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}" "$segment")"
      return 0
    fi
  done
  return 1
}

recovery_sql() {
  KB_SQL_SECONDS=8 kb_sql "$KB_DB" <<'SQL'
SET statement_timeout = 5000;
SELECT 'flush', CASE WHEN sys_is_in_recovery() THEN '' ELSE sys_current_wal_flush_lsn()::text END;
SELECT 'archiver', failed_count, coalesce(last_failed_wal, ''), coalesce(last_archived_wal, '') FROM sys_stat_archiver;
SELECT 'size', datname, sys_database_size(oid) FROM sys_database;
SQL
}

json_disk() {
  local line options writable=null
  if line=$(timeout 5 df -PB1 "$2" 2>"$work/df.err" | tail -n 1) && [ -n "$line" ]; then
    options=$(timeout 5 findmnt -nT "$2" -o OPTIONS 2>/dev/null) || options=
    case ,$options, in ,,) ;; *,ro,*) writable=false ;; *) writable=true ;; esac
    # shellcheck disable=SC2086
    set -- "$1" "$2" $line
    printf '{"what":"%s","path":%s,"bytes":%s,"freeBytes":%s,"writable":%s,"reason":null}' "$1" "$(json_string "$2")" "$(json_number "$4")" "$(json_number "$6")" "$writable"
  else
    printf '{"what":"%s","path":%s,"bytes":null,"freeBytes":null,"writable":null,"reason":%s}' "$1" "$(json_string "$2")" \
      "$(json_string "$(tail -n 1 "$work/df.err" | cut -c1-200)")"
  fi
}

json_histories() {
  local file separator=
  printf '{'
  for file in "$KB_WAL"/*.history; do
    [ -e "$file" ] || continue
    printf '%s%s:%s' "$separator" "$(json_string "${file##*/}")" "$(json_string "$(timeout 5 head -c 20000 "$file")")"
    separator=,
  done
  printf '}'
}

json_cron() {
  if pgrep -x 'cron|crond' >/dev/null; then printf true; else printf false; fi
}

recovery_facts() {
  local status=4 end='' reason='' waiting=
  work=$(mktemp -d)
  kb_layout "$KB_DATA"
  if [ "$KB_ROLE" != repository ]; then
    run_probe control control_report "$KB_DATA"
    kb timeout 20 "$KB_BIN/sys_ctl" -D "$KB_DATA" status >/dev/null 2>&1 && status=0 || status=$?
    if [ "$status" = 0 ]; then
      run_probe recovery recovery_sql
    elif [ "$status" = 3 ] && [ "$(<"$work/control.code")" = 0 ]; then
      end=$(wal_end) || reason=$(tail -n 1 "$work/waldump.err" 2>/dev/null | cut -c1-300)
      [ -n "$end" ] || reason=${reason:-no end of the WAL was found within $WAL_SECONDS s}
    fi
    waiting=$(timeout 5 find "$KB_WAL/archive_status/" -maxdepth 1 -name '*.ready' 2>/dev/null | wc -l) || waiting=
  fi
  printf '{"recovery":1,"control":%s,"histories":%s,"walEnd":' "$(json_command control)" "$(json_histories)"
  if [ -n "$end" ]; then printf '{"timeline":%s,"lsn":"%s"}' "${end% *}" "${end#* }"; else printf null; fi
  printf ',"walEndReason":%s,"sql":%s' "$(json_text_or_null "$reason")" "$(json_command recovery)"
  printf ',"dataBytes":%s' "$(json_number "$(timeout 10 du -sB1 "$KB_DATA/base" 2>/dev/null | cut -f1)")"
  if [ "$KB_ROLE" = repository ]; then
    printf ',"disks":[]'
  else
    printf ',"disks":[%s,%s]' "$(json_disk data "$KB_DATA")" "$(json_disk wal "$KB_WAL")"
  fi
  printf ',"waiting":%s,"cron":%s}\n' "$(json_number "$waiting")" "$(json_cron)"
  rm -rf "$work"
}

json_text_or_null() {
  if [ -n "$1" ]; then json_string "$1"; else printf null; fi
}

# In a shell of its own: whatever fails in here, observe.sh comes next.
(
  set +e
  recovery_facts
)
