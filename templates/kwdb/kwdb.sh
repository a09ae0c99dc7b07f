# shellcheck shell=bash
# Whole file of pulumi-kingbase. What every program of ours on a KWDB node uses: asking the server, reading its answers, writing notes. KW_* comes from kwdb.conf.

kw_die() {
  echo "$*" >&2
  exit 1
}

kw_say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }

# kw_sql STATEMENT…: each in an -e of its own, as the owner of the server; tab-separated values. What it complains of goes to $kw_err.
kw_sql() {
  local words=() statement security=(--insecure) become=(runuser -u "$KW_USER" --)
  [ "$EUID" = 0 ] || become=()
  [ -z "$KW_CERTIFICATES" ] || security=("--certs-dir=$KW_CERTIFICATES")
  [ -z "${kw_database:-}" ] || words+=(-e "USE $(kw_name "$kw_database")")
  for statement in "$@"; do words+=(-e "$statement"); done
  # Never /dev/stderr by name: where it is a socket, as under systemd, it cannot be opened, and nothing would run.
  local said_to=2
  if [ -n "${kw_err:-}" ]; then exec 7>"$kw_err"; said_to=7; fi
  timeout -k 5 "${KW_SQL_SECONDS:-30}" "${become[@]}" "$KW_PROGRAM" sql "--host=$KW_ADDRESS" "${security[@]}" --format=tsv "${words[@]}" </dev/null 2>&"$said_to"
}

# kw_value STATEMENT: the first field of the first row.
kw_value() {
  local said
  said=$(kw_sql "$1") || return 1
  said=$(sed -n 2p <<<"$said")
  printf '%s' "${said%%$'\t'*}"
}

kw_count() {
  local count
  # Of a large table it takes its time; what is not counted proves nothing.
  count=$(KW_SQL_SECONDS=${KW_COUNT_SECONDS:-7200} kw_err=/dev/null kw_value "SELECT count(*) FROM $1") || return 1
  [[ $count =~ ^[0-9]+$ ]] && printf '%s' "$count"
}

# In double quotes always: a name may be a keyword.
kw_name() { printf '"%s"' "${1//\"/\"\"}"; }
kw_table() {
  local part text=''
  for part in "$@"; do text=$text${text:+.}$(kw_name "$part"); done
  printf '%s' "$text"
}
kw_text() { printf "'%s'" "${1//\'/\'\'}"; }

kw_engine_level() { kw_err=/dev/null kw_value 'SELECT wal_level FROM kwdb_internal.kwdb_tse_info'; }
kw_setting() { kw_err=/dev/null kw_value "SHOW CLUSTER SETTING $1"; }

# What SHOW prints (00:05:00, or 1m0s) in seconds; empty where it is another form.
kw_seconds() {
  if [[ $1 =~ ^(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?$ ]] && [ -n "$1" ]; then
    echo $((10#${BASH_REMATCH[2]:-0} * 3600 + 10#${BASH_REMATCH[4]:-0} * 60 + 10#${BASH_REMATCH[6]:-0}))
    return 0
  fi
  [[ $1 =~ ^([0-9]{2,3}):([0-9]{2}):([0-9]{2})(\.0+)?$ ]] || return 0
  echo $((10#${BASH_REMATCH[1]} * 3600 + 10#${BASH_REMATCH[2]} * 60 + 10#${BASH_REMATCH[3]}))
}

# One level that is declared, on this node: set it, which reaches the engine of every node that lives (RESET and = DEFAULT would not), and see that it did.
kw_assert_level() {
  local end=$((SECONDS + $1)) engine='' persisted='' seconds=''
  while :; do
    engine=$(kw_engine_level) || engine=''
    persisted=$(kw_setting ts.wal.wal_level) || persisted=''
    seconds=$(kw_seconds "$(kw_setting ts.wal.checkpoint_interval || true)")
    if [ "$engine" = "$KW_LEVEL" ] && [ "$persisted" = "$KW_LEVEL" ] && [ "$seconds" = "$KW_CHECKPOINT_SECONDS" ]; then break; fi
    [ "$SECONDS" -lt "$end" ] || break
    if [ -n "$engine" ]; then
      [ "$engine" = "$KW_LEVEL" ] && [ "$persisted" = "$KW_LEVEL" ] || kw_err='' kw_sql "SET CLUSTER SETTING ts.wal.wal_level = $KW_LEVEL" >/dev/null || true
      [ "$seconds" = "$KW_CHECKPOINT_SECONDS" ] || kw_err='' kw_sql "SET CLUSTER SETTING ts.wal.checkpoint_interval = '${KW_CHECKPOINT_SECONDS}s'" >/dev/null || true
      # The setting travels by gossip: at once where it is looked at, a moment later on others.
    fi
    sleep 0.2
  done
  kw_level_engine=$engine kw_level_persisted=$persisted kw_level_seconds=$seconds
  [ "$engine" = "$KW_LEVEL" ] && [ "$persisted" = "$KW_LEVEL" ] && [ "$seconds" = "$KW_CHECKPOINT_SECONDS" ]
}

# kw_note NAME TEXT: as a whole, and on disk.
kw_note() {
  install -d -m 0755 "$KW_STATE"
  printf '%s\n' "$2" >"$KW_STATE/.$1.new"
  sync "$KW_STATE/.$1.new"
  mv -fT "$KW_STATE/.$1.new" "$KW_STATE/$1"
}

kw_kib() { { du -skL -- "$@" 2>/dev/null || true; } | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

# kw_copy_wal TO: with links followed (vgroups may lie on other disks), proved by comparing. 1: there is no log, or no room.
kw_copy_wal() {
  local wal=$KW_STORE/tsdb/wal need free
  [ -d "$wal" ] || { echo "there is no $wal" >&2; return 1; }
  need=$(($(kw_kib "$wal") * 11 / 10 + 1024))
  install -d -m 0700 "$(dirname "$1")"
  free=$(df -Pk "$(dirname "$1")" | awk 'NR == 2 { print $4 }')
  [ "$need" -lt "$free" ] || { echo "the copy of $wal needs $((need / 1024)) MiB below $(dirname "$1"), and $((free / 1024)) MiB are free" >&2; return 1; }
  rm -rf "$1.new"
  cp -aL -- "$wal" "$1.new" && diff -r -q -- "$wal/" "$1.new" >&2 || { rm -rf "$1.new"; echo "$wal could not be copied as it is" >&2; return 1; }
  sync -f "$1.new"
  mv -fT "$1.new" "$1"
}

# Lines of TsEngine.log since byte $1 that say that a log was thrown away (facts 0.7: "Now reset wal file", "Now Reset ALL WAL", "Now reset WAL").
kw_reset_lines() {
  local log=$KW_STORE/logs/TsEngine.log from=$1 size
  [ -r "$log" ] || return 0
  size=$(stat -c %s "$log")
  # A log that was rotated is shorter than before: then all of it is new.
  [ "$size" -ge "$from" ] || from=0
  tail -c "+$((from + 1))" "$log" | grep -i 'now reset' || true
}
kw_log_size() { stat -c %s "$KW_STORE/logs/TsEngine.log" 2>/dev/null || echo 0; }

# database, tab, kind of its engine.
kw_databases() {
  local said
  said=$(kw_sql 'SHOW DATABASES') || return 1
  awk -F '\t' 'NR > 1 { print $1 "\t" ($2 == "TIME SERIES" ? "timeSeries" : "relational") }' <<<"$said"
}

# kw_sequences DATABASE: a name each. SHOW TABLES of KWDB leaves sequences out, and EXPORT as well.
kw_sequences() {
  local said
  said=$(kw_sql "SHOW SEQUENCES FROM $(kw_name "$1")") || return 1
  awk -F '\t' 'NR > 1 { print $1 }' <<<"$said"
}

# kw_tables DATABASE [SCHEMA]: name, tab, type.
kw_tables() {
  local said from
  from=$(kw_name "$1")
  case ${2:-public} in public) ;; *) from=$from.$(kw_name "$2") ;; esac
  said=$(kw_sql "SHOW TABLES FROM $from") || return 1
  awk -F '\t' 'NR > 1 { print $1 "\t" $2 }' <<<"$said"
}

# kw_created_text ANSWER: the last field of the one row that SHOW CREATE answers: quoted where it has line breaks.
kw_created_text() {
  local text=${1#*$'\n'}
  text=${text#*$'\t'}
  case $text in '"'*'"') text=${text#\"}; text=${text%\"}; text=${text//\"\"/\"} ;; esac
  printf '%s' "$text"
}

# manifest_sums DIRECTORY: what the manifest of a run says of its files, as sha256sum reads it.
manifest_sums() {
  grep -oE '\{"path":"[^"]*","bytes":[0-9]+,"sha256":"[0-9a-f]{64}"\}' "$1/manifest.json" | sed -E 's/^\{"path":"([^"]*)","bytes":[0-9]+,"sha256":"([0-9a-f]*)"\}$/\2  \1/'
}
