# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action emergencyExtract: what can still be read of a damaged data directory, as one dump per table; sourced by action.sh.
# The directory is copied, and only the copy is started: on a socket that the OS user alone reaches, without archiving and replication, past bad checksums
# and with damaged pages taken for empty. The original is not started, not written and not repaired; at the end it must be as it was.
# shellcheck source=/dev/null
. "$library/scripts/standby.sh"

ACTION_FIELDS='node source directory port databases keepCopy'
ACTION_STEPS='quiet copy harmless check dump report stop wake prove'
# A table may be dumped for hours.
DUMP_SECONDS=86400
START_SECONDS=${KB_START_SECONDS:-1800}

read_request() {
  # The directory itself: a link that is copied as a link would make the original its own copy.
  source_data=$(readlink -m -- "${KB_IN_source:-$KB_DATA}") directory=${KB_IN_directory%/} port=${KB_IN_port:-$((KB_PORT + 2))}
  copy=$directory/data server_log=$directory/server.log dumps=$directory/dump
}

is_own() { [ "$source_data" = "$(readlink -m -- "$KB_DATA")" ]; }

# The process that a pid file names, where it is a server in that directory: the file may be old, and the number somebody else's by now.
pid_in() {
  local file pid
  for file in "$1/kingbase.pid" "$1/postmaster.pid"; do
    [ -r "$file" ] && read -r pid <"$file" || continue
    [[ $pid =~ ^[0-9]+$ ]] && [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(readlink -f "$1")" ] && echo "$pid" && return 0
  done
  return 1
}

# What the original is, to the byte count and the moment of the last change; reading changes neither. Names, because a directory is read in no order.
listing_of() {
  (cd "$1" && find -L . ! -name '*.pid' -printf '%P|%y|%s|%T@|%C@\n' | sort)
}

existing_place() {
  local place=$1
  while [ ! -e "$place" ]; do place=$(dirname "$place"); done
  readlink -f "$place"
}

action_plan() {
  local need free place real
  read_request
  [[ $directory =~ ^/[A-Za-z0-9_./-]+$ ]] && [[ $directory/ != */../* ]] ||
    refuse extract/no-directory "directory=${KB_IN_directory:-}" 'The copy and the dumps need a directory of their own, such as directory=/kbrescue/incident.'
  kb_is_data "$source_data" || refuse extract/no-data "$source_data holds no database" 'Name the damaged data directory with source=…; the default is the data directory of the node.'
  real=$(readlink -m -- "$directory")
  for place in "$source_data" ${KB_WALDIR:+"$(readlink -m -- "$KB_WALDIR")"}; do
    case $real/ in "$place"/*) refuse extract/bad-directory "$directory lies in $place" 'The copy must not lie in what is rescued: give a directory on another volume.' ;; esac
    case $place/ in "$real"/*) refuse extract/bad-directory "$place lies in $directory" 'Give a directory of its own.' ;; esac
  done
  [ ! -e "$directory" ] || [ -z "$(find "$directory/" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)" ] ||
    refuse extract/directory-in-use "$directory is not empty" 'Give an empty directory, or one that is not there.'
  if is_own; then
    ! server_runs || refuse extract/server-runs "a database runs in $source_data: a copy of files that are being written is no copy" \
      'A standby: see that nobody starts it again (repmgr service pause; automation.sh pause here, and end kbha), stop it (sys_ctl stop), then run this again. A primary that runs: sys_dump reads it as it is, or restoreToPoint with mode=aside.'
  else
    ! pid_in "$source_data" >/dev/null || refuse extract/server-runs "process $(pid_in "$source_data") is a server in $source_data" 'Stop that server first, then run this again.'
  fi
  [ -z "$(ss -Hltn "sport = :$port" 2>/dev/null)" ] || refuse extract/port-in-use "something listens on port $port" 'Give another one with port=….'
  read_control "$source_data"
  say "fact: $source_data: system $(control_field 'Database system identifier'), timeline $(control_field "Latest checkpoint's TimeLineID"), $(control_field 'Database cluster state'), checksum version $(control_field 'Data page checksum version')"
  [ -n "$(control_field 'Database system identifier')" ] || refuse extract/no-control "the control file of $source_data cannot be read" \
    'A server cannot be started on it. Take the control file of a copy of the same cluster aside, by hand and in a copy; or restore a backup.'
  need=$(($(data_bytes) * 2 + 268435456))
  free=$(df -PB1 "$(existing_place "$directory")" | awk 'NR == 2 { print $4 }')
  say "fact: the copy and its dumps need up to $(mebibytes "$need") below $directory, $(mebibytes "$free") are free"
  [ "$need" -le "$free" ] || refuse extract/no-room "up to $(mebibytes "$need") are needed below $directory (twice the data, and 256 MiB), $(mebibytes "$free") are free" \
    'Name a directory on a larger volume.'
  say "CONSEQUENCE: $source_data is copied to $copy; the copy runs on port $port of a socket in $directory/socket, for $KB_USER alone, past bad checksums and with damaged pages taken for EMPTY"
  say "CONSEQUENCE: every table of $(databases_words) is dumped below $dumps; what is damaged is named in $directory/report.json"
  say "CONSEQUENCE: the original is only read$(is_own && echo "; the node's own cron line, kbha and repmgrd rest meanwhile, so that nothing starts it")"
}

databases_words() { if [ -n "${KB_IN_databases:-}" ]; then echo "the databases ${KB_IN_databases}"; else echo 'every database'; fi; }
data_bytes() { find -L "$source_data" -type f -printf '%s\n' 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

action_resume() { read_request; }

step_quiet() {
  is_own || return 0
  quiet_node
  ! server_runs || die "a database was started in $source_data since this was planned; stop it and make a new request"
}

# Links lead out of the directory: WAL and tablespaces are copied behind them, and the links of the copy lead into the copy.
step_copy() {
  local link name
  listing_of "$source_data" >"$ledger/listing.before" || die "$source_data cannot be listed"
  rm -rf --one-file-system "$copy" "$directory/tablespaces"
  install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$directory" "$directory/tablespaces" "$directory/socket"
  kb_layout "$source_data"
  cp -a --sparse=auto -- "$source_data" "$copy" 2>"$ledger/copy.err" || copy_failed
  [ -d "$copy" ] && [ ! -L "$copy" ] || die "$copy is no directory of its own; nothing was started"
  name=$(basename "$KB_WAL")
  if [ -L "$KB_WAL" ]; then
    rm -f "$copy/$name"
    cp -aL --sparse=auto -- "$KB_WAL" "$copy/$name" 2>"$ledger/copy.err" || copy_failed
  fi
  for link in "$KB_TABLESPACES"/*; do
    [ -L "$link" ] || continue
    name=$(basename "$link")
    cp -aL --sparse=auto -- "$link" "$directory/tablespaces/$name" 2>"$ledger/copy.err" || copy_failed
    ln -sfn "$directory/tablespaces/$name" "$copy/$(basename "$KB_TABLESPACES")/$name"
  done
  follow_links
  sync -f "$copy"
  compare_copy
  say "copied $(mebibytes "$(directory_bytes "$copy")"); every file of the copy is the original's, byte for byte"
}

# Whatever else is a link (a configuration file, a directory of the data on another volume): what is behind it is copied. A copy that is written through
# a link, or a server on it, would change the original.
follow_links() {
  local link name
  : >"$ledger/left.out"
  while IFS= read -r -d '' link; do
    name=${link#"$copy"/}
    rm -f -- "$link"
    if [ ! -e "$source_data/$name" ]; then
      say "$name of the original is a link to nothing: left out"
      printf 'Only in %s: %s\n' "$(dirname "$source_data/$name")" "$(basename "$name")" >>"$ledger/left.out"
      continue
    fi
    cp -aL --sparse=auto -- "$source_data/$name" "$link" 2>"$ledger/copy.err" || copy_failed
  done < <(find "$copy" -type l ! -path "$copy/$(basename "$KB_TABLESPACES")/*" -print0)
  link=$(find "$copy" -type l ! -path "$copy/$(basename "$KB_TABLESPACES")/*" -print -quit)
  [ -z "$link" ] || die "$link leads out of the copy; nothing was started"
}

copy_failed() {
  die "the copy failed: $(tail -n 1 "$ledger/copy.err"). Where a file cannot be read any more, copy the volume with ddrescue first and name what came of it with source=…"
}

compare_copy() {
  local differing
  differing=$(diff -rq "$source_data" "$copy" 2>&1 | grep -v -e '^diff: .*: No such file or directory$' -e ': kingbase.pid$' -e ': postmaster.pid$' | grep -vxF -f "$ledger/left.out" | head -n 3) || true
  [ -z "$differing" ] || die "the copy differs from the original: $differing"
}

step_harmless() {
  local main auto
  kb_layout "$copy"
  main=$KB_MAIN_CONF auto=$KB_AUTO_CONF
  rm -f "$copy/standby.signal" "$copy/recovery.signal" "$copy"/kingbase.pid "$copy"/postmaster.pid
  : >"$auto"
  printf 'local all all trust\n' >"$KB_HBA"
  sed -i '/^# emergencyExtract of pulumi-kingbase/,$d' "$main"
  harmless_settings >>"$main"
  chown "$KB_USER:$KB_GROUP" "$main" "$auto" "$KB_HBA" "$directory"
  chmod 0700 "$copy"
}

# Last line wins. Both names of a path that the vendor calls by another one are not needed: those of the copy are given.
harmless_settings() {
  cat <<END
# emergencyExtract of pulumi-kingbase: a copy that harms nobody. Never let a cluster run with the last two.
data_directory = '$copy'
hba_file = '$KB_HBA'
ident_file = '$KB_IDENT'
external_pid_file = ''
port = $port
listen_addresses = ''
unix_socket_directories = '$directory/socket'
unix_socket_permissions = 0700
ssl = off
shared_preload_libraries = '$(preload_of_copy)'
archive_mode = off
archive_command = ''
restore_command = ''
synchronous_standby_names = ''
primary_conninfo = ''
primary_slot_name = ''
control_file_copy = ''
shared_buffers = 128MB
huge_pages = off
max_logical_replication_workers = 0
autovacuum = off
fsync = off
default_transaction_read_only = on
logging_collector = off
log_destination = 'stderr'
log_min_messages = warning
log_statement = 'none'
log_min_duration_statement = -1
ignore_checksum_failure = on
zero_damaged_pages = on
END
}

# As in a drill: what acts by itself stays out, what holds types, functions or a parser stays.
acting_libraries='repmgr kdb_schedule kdb_job dbms_job dbms_scheduler sys_cron pg_cron sys_kwr sys_spacequota sys_squeeze auto_bmr'
preload_of_copy() {
  local file value=''
  for file in "$KB_MAIN_CONF" "$KB_SETTINGS"; do
    [ ! -r "$file" ] || value=$(sed -n "s/^[[:space:]]*shared_preload_libraries[[:space:]]*=\{0,1\}[[:space:]]*'\([^']*\)'.*/\1/p" "$file" | tail -n 1 | grep . || echo "$value")
  done
  tr ',' '\n' <<<"$value" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//' | grep -v '^$' | grep -vxFf <(tr ' ' '\n' <<<"$acting_libraries") | paste -sd, || true
}

copy_sql() {
  kb timeout "${KB_SQL_SECONDS:-60}" "$KB_BIN/ksql" -X -A -t -q -w -v ON_ERROR_STOP=1 -F $'\x1f' -h "$directory/socket" -p "$port" -U "$KB_SUPERUSER" -d "$1"
}
copy_answers() { [ "$(KB_SQL_SECONDS=5 copy_sql "$KB_DB" 2>/dev/null <<<'SELECT 1;')" = 1 ]; }
copy_opens() { [ "$(KB_SQL_SECONDS=5 copy_sql "$KB_DB" 2>/dev/null <<<'SELECT sys_is_in_recovery();')" = f ]; }

# Also after an interruption, which may have been one of the machine.
run_copy() {
  local end=$((SECONDS + START_SECONDS))
  if ! pid_in "$copy" >/dev/null; then
    rm -f "$copy"/kingbase.pid "$copy"/postmaster.pid
    kb_daemon timeout 90 "$KB_BIN/sys_ctl" -W -l "$server_log" -D "$copy" start || true
    sleep 0.5
  fi
  until copy_opens; do
    pid_in "$copy" >/dev/null || { sleep 1; pid_in "$copy" >/dev/null || die "the copy does not start: $(grep -hE 'FATAL|PANIC|ERROR' "$server_log" 2>/dev/null | tail -n 1). The original is untouched; $copy may be tried with sys_resetwal by hand"; }
    [ "$SECONDS" -lt "$end" ] || die "the copy did not finish its recovery within $START_SECONDS s; it goes on in $copy"
    sleep 0.3
  done
}

stop_copy() {
  ! pid_in "$copy" >/dev/null || kb timeout 190 "$KB_BIN/sys_ctl" -w -t 180 -m "$1" -D "$copy" stop >/dev/null 2>&1 || true
  ! pid_in "$copy" >/dev/null || die "the copy in $copy does not stop"
}

# --- one table after the other ---------------------------------------------------------------------------------------------------

# databases: name each; tables DATABASE: oid, schema.table (quoted as SQL needs it), its files and those of its large values, those of its indexes.
databases() {
  copy_sql "$KB_DB" <<<'SELECT datname FROM sys_database WHERE datallowconn AND NOT datistemplate ORDER BY 1;' |
    if [ -n "${KB_IN_databases:-}" ]; then grep -xF "$(tr ',' '\n' <<<"$KB_IN_databases" | sed 's/^ *//; s/ *$//')"; else cat; fi
}
tables() {
  copy_sql "$1" <<'SQL'
SELECT c.oid, format('%I.%I', n.nspname, c.relname), concat_ws(',', sys_relation_filepath(c.oid), sys_relation_filepath(nullif(c.reltoastrelid, 0))),
  (SELECT string_agg(sys_relation_filepath(i.indexrelid), ',') FROM sys_index i WHERE i.indrelid IN (c.oid, c.reltoastrelid))
FROM sys_class c JOIN sys_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^(sys|pg)_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM sys_depend d WHERE d.classid = 'sys_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 2;
SQL
}

# The page checksums of the copy, all of them, before anything reads it: `file block` of each bad one. That wants a database that was shut down, so
# the copy is opened and closed once; a table is read only afterwards.
step_check() {
  run_copy
  stop_copy fast
  read_control "$copy"
  : >"$ledger/bad"
  if [ "$(control_field 'Data page checksum version')" = 0 ]; then
    say 'the pages have no checksums: only what the server itself cannot read is found'
    return 0
  fi
  kb timeout "$DUMP_SECONDS" "$KB_BIN/sys_checksums" --check -D "$copy" >"$ledger/checksums.txt" 2>&1 || true
  # The answer is its last lines; without them it did not get through.
  grep -q 'Bad checksums' "$ledger/checksums.txt" || die "the page checksums of the copy could not be read: $(tail -n 1 "$ledger/checksums.txt")"
  sed -n "s|.*verification failed in file \"$copy/\([^\"]*\)\", block \([0-9]*\).*|\1 \2|p" "$ledger/checksums.txt" | sort -u >"$ledger/bad"
  say "$(wc -l <"$ledger/bad") pages with a bad checksum"
}

# damage_of LINES FILE,…: `file block` of each bad page of these files (and of their segments of a GiB), and of each that the server complained of
# in its log after so many lines.
damage_of() {
  {
    awk -v files="$2" 'BEGIN { n = split(files, part, ","); for (i = 1; i <= n; i++) want[part[i]] = 1 } { name = $1; sub(/\.[0-9]+$/, "", name); sub(/_(vm|fsm|init)$/, "", name) } name in want' "$ledger/bad"
    tail -n +"$(($1 + 1))" "$server_log" | sed -n 's/.*invalid page in block \([0-9]*\) of relation \([^;[:space:]]*\).*/\2 \1/p'
  } | sort -u
}

pages_json() {
  local separator='' file block
  while read -r file block; do
    [ -n "$file" ] || continue
    printf '%s{"file":%s,"block":%s}' "$separator" "$(json_string "$file")" "$block"
    separator=,
  done <<<"$1"
}

# One line of JSON into the list of results: DATABASE NAME FILE STATE ERROR LINES DATA_FILES INDEX_FILES.
note_table() {
  local pages indexes state=$4
  pages=$(damage_of "$6" "$7") indexes=$(damage_of "$(wc -l <"$server_log")" "$8")
  [ "$state" != whole ] || [ -z "$pages" ] || state=damaged
  printf '{"database":%s,"table":%s,"state":"%s","dump":%s,"bytes":%s,"error":%s,"damagedPages":[%s],"damagedIndexPages":[%s]}\n' "$(json_string "$1")" "$(json_string "$2")" "$state" \
    "$(json_or_null "$3")" "$(if [ -n "$3" ]; then stat -c %s "$dumps/$3"; else echo null; fi)" "$(json_or_null "$5")" "$(pages_json "$pages")" "$(pages_json "$indexes")" >>"$ledger/tables"
  [ "$state" = whole ] || say "$state: $2 of $1${pages:+, pages $(tr '\n ' ',:' <<<"$pages" | sed 's/,$//')}${5:+, $5}"
}

# dump_one DATABASE NAME FILE DATA_FILES INDEX_FILES OPTION…: as the OS user; a failure is a result.
dump_one() {
  local database=$1 name=$2 file=$3 data=$4 indexes=$5 lines state=whole error=''
  shift 5
  lines=$(wc -l <"$server_log")
  if ! kb timeout "$DUMP_SECONDS" "$KB_BIN/sys_dump" -h "$directory/socket" -p "$port" -U "$KB_SUPERUSER" -w "$@" "$database" </dev/null >"$dumps/$file" 2>"$ledger/dump.err"; then
    state=unreadable error=$(grep -m 1 -E 'ERROR|FATAL' "$ledger/dump.err" || tail -n 1 "$ledger/dump.err")
    rm -f "$dumps/$file"
    file=''
    # What it wrote before says nothing of what it left out. One that died took the others' connections along.
    run_copy
  fi
  note_table "$database" "$name" "$file" "$state" "$error" "$lines" "$data" "$indexes"
}

step_dump() {
  local database folder oid name data indexes wanted=0
  run_copy
  rm -rf "$dumps" "$ledger/tables"
  install -d -m 0700 "$dumps"
  : >"$ledger/tables"
  databases >"$ledger/databases" || die "the databases of the copy cannot be listed: its catalogue is damaged. See $server_log"
  [ -s "$ledger/databases" ] || die "the copy has no database ${KB_IN_databases:-}"
  while read -r database <&4; do
    wanted=$((wanted + 1)) folder=database-$wanted
    install -d -m 0700 "$dumps/$folder"
    dump_one "$database" '(definitions)' "$folder/definitions.sql" '' '' --schema-only
    if ! tables "$database" >"$ledger/list" 2>"$ledger/list.err"; then
      printf '{"database":%s,"table":"(all)","state":"unreadable","dump":null,"bytes":null,"error":%s,"damagedPages":[],"damagedIndexPages":[]}\n' \
        "$(json_string "$database")" "$(json_string "$(tail -n 1 "$ledger/list.err")")" >>"$ledger/tables"
      continue
    fi
    while IFS=$'\x1f' read -r oid name data indexes <&5; do
      dump_one "$database" "$name" "$folder/$oid.dump" "$data" "$indexes" --format=custom --data-only "--table=$name"
    done 5<"$ledger/list"
    say "$database: $(wc -l <"$ledger/list") tables and sequences"
  done 4<"$ledger/databases"
}

count_state() { grep -c "\"state\":\"$1\"" "$ledger/tables" || true; }

step_report() {
  {
    printf '{"source":%s,"node":"%s","at":"%s","tables":[\n' "$(json_string "$source_data")" "$KB_NAME" "$(moment)"
    sed '$!s/$/,/' "$ledger/tables"
    printf ']}\n'
  } >"$dumps/report.json"
  write_manifest "$dumps"
  cp -f "$dumps/report.json" "$directory/report.json"
  (cd "$dumps" && sha256sum --quiet -c SHA256SUMS) || die "what was written to $dumps does not read back: that volume may be going bad, too"
  say "$(count_state whole) whole, $(count_state damaged) damaged, $(count_state unreadable) unreadable: $directory/report.json"
}

step_stop() {
  stop_copy immediate
  [ "${KB_IN_keepCopy:-true}" = true ] || rm -rf --one-file-system "$copy" "$directory/tablespaces" "$directory/socket"
}

# Before the node's automation may start it again.
step_wake() {
  listing_of "$source_data" >"$ledger/listing.after" || die "$source_data cannot be listed any more"
  cmp -s "$ledger/listing.before" "$ledger/listing.after" ||
    die "$source_data was changed meanwhile, and not by this action: $(diff "$ledger/listing.before" "$ledger/listing.after" | grep '^[<>]' | head -n 1). The copy may be of two moments: find out who started it, and extract once more"
  is_own || return 0
  wake_node
}

step_prove() {
  [ -s "$directory/report.json" ] || die "$directory/report.json is gone"
  say "the original was not changed: $(wc -l <"$ledger/listing.before") files and directories as they were"
}

action_result() {
  printf '"directory":%s,"report":%s,"whole":%s,"damaged":%s,"unreadable":%s,"bytes":%s,"copy":%s,"original":"unchanged"' "$(json_string "$directory")" "$(json_string "$directory/report.json")" \
    "$(count_state whole)" "$(count_state damaged)" "$(count_state unreadable)" "$(du -sb "$dumps" | cut -f1)" \
    "$([ -d "$copy" ] && json_string "$copy" || echo null)"
}
