# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. What every recovery action of a V8R3 node uses: HAmodule.conf, other hosts, databases, the pool, the automation. The vendor's
# programs and scripts are used as installed. KB_* comes from action.conf. Sourced by the kinds, so that what it defines takes the place of action.sh's own.

# ha NAME: a value of HAmodule.conf; empty where it has none. Passwords in it are base64.
ha() { sed -n "s/^$1=\"\{0,1\}\([^\"#]*\)\"\{0,1\}.*/\1/p" "$KB_ETC/HAmodule.conf" | head -n 1; }

# ssh_as USER HOST COMMAND…: with the pinned keys; standard input goes along.
ssh_as() {
  local user=$1 host=$2
  shift 2
  # Where it runs another language may be set, and what is read there are English names.
  kb timeout -k 5 "${on_node_seconds:-60}" "${KB_CHANNEL[@]}" -l "$user" "$host" "$(printf '%q ' env LC_ALL=C "$@")"
}
root_on() {
  local host=$1
  shift
  if [ "$host" = "$KB_HOST" ]; then "$@" </dev/null; else ssh_as root "$host" "$@" </dev/null; fi
}
owner_on() {
  local host=$1
  shift
  if [ "$host" = "$KB_HOST" ]; then kb "$@" </dev/null; else ssh_as "$KB_USER" "$host" "$@" </dev/null; fi
}

# The trust of V8R3 reaches root on every node; there is no sudo between them.
lock_at() {
  if [ "$1" = "$KB_HOST" ]; then
    lock_note | "$library/cluster-lock.sh" "$2"
  else
    lock_note | on_node_seconds=15 ssh_as root "$1" "$library/cluster-lock.sh" "$2"
  fi
}

# v8_ksql OPTION…: as the maintenance user. Its password goes by the environment: words of a command can be read by everybody.
v8_ksql() {
  local password
  password=$(ha KB_PASS | base64 -d 2>/dev/null) || password=''
  KINGBASE_PASSWORD=$password PGPASSWORD=$password kb timeout "${KB_SQL_SECONDS:-20}" "$KB_BIN/ksql" -X -A -q "$@"
}
target() { printf 'host=%s port=%s user=%s dbname=%s connect_timeout=5' "$1" "$2" "$(ha KB_USER)" "$(ha KB_DATANAME)"; }

# v8_sql HOST: SQL on standard input, fields separated by |; stops at the first error.
v8_sql() { v8_ksql -t -F '|' -v ON_ERROR_STOP=1 -d "$(target "$1" "$KB_PORT")"; }

# primary, standby, or down: it does not answer.
role_of() {
  case $(v8_sql "$1" 2>/dev/null <<<'SELECT sys_is_in_recovery();') in
    f) echo primary ;;
    t) echo standby ;;
    *) echo down ;;
  esac
}

# id|host|status|role of each node as the pool at its address says it. By the names of the columns: the fork's pool has nine, later ones more.
pool_rows() {
  local said
  said=$(v8_ksql -F '|' -d "$(target "$(ha KB_POOL_VIP)" "$(ha KB_POOL_PORT)")" -c 'show pool_nodes' 2>&1 </dev/null) || { printf '%s\n' "$said" >&2; return 1; }
  awk -F '|' '{ for (i = 1; i <= NF; i++) gsub(/^ +| +$/, "", $i) } NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["node_id"] ~ /^[0-9]+$/ { print $at["node_id"] "|" $at["hostname"] "|" $at["status"] "|" $at["role"] }' <<<"$said"
}
# pool_field HOST NUMBER: of what pool_rows printed into $rows.
pool_field() { awk -F '|' -v host="$1" -v field="$2" '$2 == host { print $field; exit }' <<<"$rows"; }
pool_says_up() { rows=$(pool_rows 2>/dev/null) && [ "$(pool_field "$1" 3)" = up ]; }

# streams PRIMARY NAME
streams() { [ "$(v8_sql "$1" 2>/dev/null <<<"SELECT count(*) FROM sys_stat_replication WHERE application_name = '$2' AND state = 'streaming';")" = 1 ]; }

# lag_of PRIMARY NAME: bytes that it has not applied; in the words of PostgreSQL 9.6, which V8R3 descends from, else in those of 10 and later.
lag_of() {
  v8_sql "$1" 2>/dev/null <<<"SELECT sys_xlog_location_diff(sys_current_xlog_location(), replay_location)::bigint FROM sys_stat_replication WHERE application_name = '$2';" ||
    v8_sql "$1" 2>/dev/null <<<"SELECT sys_wal_lsn_diff(sys_current_wal_lsn(), replay_lsn)::bigint FROM sys_stat_replication WHERE application_name = '$2';"
}

names_of_synchronous() { v8_sql "$1" 2>/dev/null <<<'SHOW synchronous_standby_names;'; }

# A database that runs and answers no SQL (no connection left, another password, not listening there) is not down: without recovery.conf it may take writes.
# On another host only what is seen counts: one that is not reached is not known.
writes_unseen() {
  local code=0
  owner_on "$1" "$KB_BIN/sys_ctl" -D "$KB_DATA" status >/dev/null 2>&1 || code=$?
  [ "$code" = 0 ] && ! owner_on "$1" test -e "$KB_DATA/recovery.conf" 2>/dev/null
}

# Whether a server runs in the data directory of HOST. 3 and 4 of sys_ctl mean no; anything else says nothing, and nothing is done on a guess.
server_up() {
  local code=0
  owner_on "$1" "$KB_BIN/sys_ctl" -D "$KB_DATA" status >/dev/null 2>&1 || code=$?
  case $code in 0) return 0 ;; 3 | 4) return 1 ;; *) die "whether a database runs on $1 could not be read (sys_ctl status: exit code $code)" ;; esac
}

# control_of HOST NAME: of what sys_controldata says there; empty where it cannot be read.
control_of() { { owner_on "$1" "$KB_BIN/sys_controldata" -D "$KB_DATA" 2>/dev/null || true; } | sed -n "s/^$2: *//p"; }

gateways() { ha KB_GATEWAY_IP | tr ',' ' '; }
gateway_answers() { # gateway_answers HOST
  local gateway
  for gateway in $(gateways); do
    if root_on "$1" ping -n -c 2 -w 3 "$gateway" >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

# The virtual IP of the database on HOST.
carries_address() { [ -n "$(root_on "$1" ip -o -4 addr show | grep -F " $(ha KB_VIP | cut -d/ -f1)/")" ]; }

# address_on HOST add|del: the virtual IP of the database.
address_on() { root_on "$1" "$library/address.sh" "$2"; }

wal_directory() { local name; for name in sys_wal sys_xlog pg_wal pg_xlog; do if [ -d "$KB_DATA/$name" ]; then echo "$KB_DATA/$name"; return 0; fi; done; return 1; }

name_of() { kb_members | awk -v host="$1" '$2 == host { print $1 }'; }

standing() {
  local role
  role=$(role_of 127.0.0.1)
  read_control
  printf '{"role":"%s","timeline":%s,"lsn":%s,"systemIdentifier":%s,"controlState":%s}' "$role" "$(json_number "$(control_field "Latest checkpoint's TimeLineID")")" \
    "$(json_or_null "$(control_field 'Latest checkpoint location')")" "$(json_or_null "$(control_field 'Database system identifier')")" "$(json_or_null "$(control_field 'Database cluster state')")"
}

# Before anything of the database is touched: control data, WAL, recovery.conf and the three logs as they are, with checksums. The directory is root's alone:
# recovery.conf has a password. Fails where it is not whole; then the next attempt begins anew.
keep_v8r3_evidence() {
  local to=$ledger/evidence file
  if [ -e "$to/manifest.json" ]; then return 0; fi
  rm -rf "$to"
  install -d -m 0700 "$to" "$to/data" "$to/log" || return 1
  control_report "$KB_DATA" >"$to/controldata.txt" 2>&1 || true
  ls -la --time-style=full-iso "$KB_DATA" "$(wal_directory)/" >"$to/listing.txt" 2>&1 || true
  copy_wal "$to/wal" || return 1
  for file in "$KB_DATA"/recovery.* "$KB_DATA"/*.conf "$KB_ETC/recovery.done"; do [ ! -f "$file" ] || cp -p -- "$file" "$to/data/" || return 1; done
  for file in recovery failover cluster cluster_restart; do [ ! -f "$KB_LOG/$file.log" ] || tail -c 10000000 -- "$KB_LOG/$file.log" >"$to/log/$file.log" || return 1; done
  write_manifest "$to" || return 1
  say "evidence kept in $to ($(find "$to" -type f | wc -l) files, WAL among them)"
}

# copy_wal DIRECTORY. A server that runs takes old segments away meanwhile: then from the start, where what was copied already stays.
copy_wal() {
  local from try
  from=$(wal_directory) || return 1
  install -d -m 0700 "$1" || return 1
  for try in 1 2 3; do
    if cp -au -- "$from/." "$1/"; then return 0; fi
    [ "$try" = 3 ] || sleep 1
  done
  return 1
}

# What a database that ran wrote after the first copy, until it was stopped.
add_last_wal() {
  local to=$ledger/evidence
  control_report "$KB_DATA" >"$to/controldata.stopped.txt" 2>&1 || true
  copy_wal "$to/wal" && write_manifest "$to"
}

prove_room() {
  local need free
  need=$(($(du -sk "$(wal_directory)/" | cut -f1) * 11 / 10 + 65536))
  free=$(df -Pk "$KB_STATE" | awk 'NR == 2 { print $4 }')
  [ "$need" -lt "$free" ] || refuse v8r3/no-room "the copy of the WAL needs $((need / 1024)) MiB below $KB_STATE, and $((free / 1024)) MiB are free" 'Make room there; nothing was changed.'
}

automation_on() { root_on "$1" "$library/automation.sh" "${@:2}"; }
# pause_on HOST [ours]. Paused is what cron does not run any more, not what was asked for; where there is no line of it, it is run from elsewhere.
pause_on() {
  automation_on "$1" pause "${@:2}" && case $(automation_on "$1" status) in 'running 0 paused '[1-9]*) return 0 ;; esac
  return 1
}

# Beside pages of two databases: no server of V8R3 starts with a recovery.conf that has a word it does not know, and none becomes primary by mistake.
readonly half_mark=pulumi_kingbase_half_rewound
block_start() {
  printf '%s\n' "# The rewind of request $id failed: the pages of this directory may be of two databases. Nobody starts it. recoverNode, or a new copy." "$half_mark = 'yes'" |
    kb tee "$KB_DATA/recovery.conf.new" >/dev/null && kb mv -fT -- "$KB_DATA/recovery.conf.new" "$KB_DATA/recovery.conf"
}
is_half_rewound() { owner_on "$1" grep -q "^$half_mark" "$KB_DATA/recovery.conf" 2>/dev/null; }
