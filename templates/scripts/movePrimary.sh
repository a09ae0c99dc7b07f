# shellcheck shell=bash disable=SC2154
# What the actions switchover and promote share: how every node is looked at, and each move of the primary's place. Needs node.sh, and note_fact,
# say and die of action.sh. Nothing here decides: the actions do.
mp_streaming_seconds=60
mp_archive_seconds=120
looks=${ledger:-/nonexistent}/look

# Database nodes; a witness has no part in the data.
mp_names() { kb_members | awk '$3 == "database" { print $1 }'; }
mp_host() { kb_members | awk -v name="$1" '$1 == name { print $2 }'; }
mp_id() { kb_members | awk -v name="$1" '$1 == name { print $4 }'; }

# --- looking ---------------------------------------------------------------------------------------------------------------------

# The words a node understands, given to its shell with what it is to do: it needs none of our files.
mp_prelude() {
  printf '%s=%q\n' bin "$KB_BIN" conf "$KB_CONF" data "$KB_DATA" port "$KB_PORT" superuser "$KB_SUPERUSER" db "$KB_DB" server_log "$KB_LOG" \
    repmgrd_pid "$KB_REPMGRD_PID" kbha_pid "$KB_KBHA_PID" vip "${KB_VIP%/*}" vip_cidr "$KB_VIP" device "$KB_DEVICE" \
    ip "$(dirname "$KB_ARPING")/ip" arping "$KB_ARPING" automation "$library/automation.sh"
  cat <<'END'
set -u
cd /
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
export PATH LC_ALL=C KINGBASE_PASSFILE="$HOME/.kbpass" KINGBASE_DATA="$data"
# sql [SECONDS [DATABASE]]: as the superuser, over loopback, with this node's own password file.
sql() { timeout -k 5 "${1:-15}" "$bin/ksql" -X -A -t -q -w -v ON_ERROR_STOP=1 -F ' ' -h 127.0.0.1 -p "$port" -U "$superuser" -d "${2:-$db}"; }
answers() { [ "$(sql 5 <<<'SELECT 1;' 2>/dev/null)" = 1 ]; }
# 0 a server, 1 none; anything else says nothing.
server_runs() {
  local code=0
  timeout 20 "$bin/sys_ctl" -D "$data" status >/dev/null 2>&1 || code=$?
  case $code in 0) return 0 ;; 3 | 4) return 1 ;; *) return 2 ;; esac
}
# Where its checksum is wrong, sys_controldata warns, prints whatever it finds, and ends with 0: then nothing of it is said here. A server that is just
# writing the file gives such a moment, too. Twin of control_report in node.sh.
control_text() {
  local said try
  for try in 1 2 3; do
    said=$(timeout 20 "$bin/sys_controldata" -D "$data" 2>&1) || return 1
    case $said in *'checksum does not match'* | *untrustworthy*) sleep 0.2 ;; *) printf '%s\n' "$said"; return 0 ;; esac
  done
  return 1
}
control() { control_text | sed -n "s/^$1: *//p"; }
wal_directory() { if [ -d "$data/sys_wal" ]; then echo "$data/sys_wal"; else echo "$data/pg_wal"; fi; }
newest_history() { ls "$(wal_directory)" 2>/dev/null | sed -n 's/^\([0-9A-F]\{8\}\)\.history$/\1/p' | sort | tail -n 1; }
# A history file comes from the archive too, beside a server that is still on the branch before it: the control file is what counts.
own_timeline() { control "Latest checkpoint's TimeLineID"; }
# wal_timeline LSN: the newest timeline of which the segment that ends or holds that position is there; nothing where none is. A standby writes what it
# receives under the timeline it receives; its checkpoint may be of the one before for minutes.
wal_timeline() {
  local bytes per number
  bytes=$(control 'Bytes per WAL segment')
  [[ $bytes =~ ^[1-9][0-9]*$ ]] && [[ ${1:-} =~ ^([0-9A-Fa-f]+)/([0-9A-Fa-f]+)$ ]] || return 0
  number=$((((16#${BASH_REMATCH[1]} << 32) + 16#${BASH_REMATCH[2]} - 1) / bytes)) per=$((4294967296 / bytes))
  number=$(ls "$(wal_directory)" 2>/dev/null | sed -n "s/^\([0-9A-F]\{8\}\)$(printf '%08X%08X' $((number / per)) $((number % per)))\$/\1/p" | sort | tail -n 1)
  [ -z "$number" ] || echo $((16#$number))
}
conf_value() { sed -n "s/^$1='\{0,1\}\([^']*\)'\{0,1\}$/\1/p" "$conf" | tail -n 1; }
# channel HOST COMMAND: the way of the vendor's tools.
channel() {
  local options client=ssh
  read -ra options <<<"$(conf_value scmd_options)"
  [ "$(conf_value use_scmd)" != on ] || client=$bin/sys_securecmd
  timeout 15 "$client" "${options[@]}" "$@" </dev/null
}
holds_vip() { [ -n "$vip" ] && ip -o addr show 2>/dev/null | grep -qF " $vip/"; }
# Hardware addresses that answer for the virtual IP, where this node does not hold it; nothing where none does.
vip_answers() {
  [ -n "$vip" ] && ! holds_vip || return 0
  timeout 4 "$arping" -b -c 2 -w 1 -I "$device" "$vip" 2>/dev/null </dev/null | grep -oiE '\[[0-9a-f]{2}(:[0-9a-f]{2}){5}\]' | tr -d '[]' | tr A-F a-f | sort -u | paste -sd' '
}
daemon_runs() { # PIDFILE NAME
  local pid=
  [ ! -r "$1" ] || read -r pid <"$1" || true
  if [[ $pid =~ ^[0-9]+$ ]] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "$2"; then return 0; fi
  pgrep -u "$(id -un)" -f "(^|/)$2 .*-f " >/dev/null
}
quiet_start() { setsid timeout 90 "$bin/sys_ctl" -w -t 60 -l "$server_log" -D "$data" start >/dev/null 2>&1 </dev/null; }
END
}

# node_run HOST SECONDS: a script on standard input, run there by the OS user. On the own host in a scope of its own: what it starts (a database)
# outlives this action. To the others one connection for the whole action, where the channel is ssh: opening it takes longer than a short question.
# What runs there must not read on in the script.
mp_shell='script=$(cat); exec </dev/null; eval "$script"'
node_run() {
  if [ "$1" = "$KB_HOST" ]; then
    { mp_prelude; cat; } | systemd-run --quiet --scope --collect -- timeout -k 5 "$2" runuser -u "$KB_USER" -- env -i HOME="$KB_HOME" bash -c "$mp_shell" 9>&-
  else
    share_channel
    { mp_prelude; cat; } | on_node_seconds=$2 on_node_input "$1" bash -c "$mp_shell" 9>&-
  fi
}

share_channel() {
  [ "${KB_CHANNEL[0]}" = ssh ] && [ -z "${mp_shared:-}" ] || return 0
  mp_shared=yes
  KB_CHANNEL+=(-o ControlMaster=auto -o ControlPersist=60 -o "ControlPath=$KB_HOME/.ssh/.pulumi-kingbase-%C")
}

mp_facts_script() {
  cat <<'END'
vip_answers >"${TMPDIR:-/tmp}/.kb-vip.$$" &
echo "machine $(cat /etc/machine-id)"
echo "clock $(date +%s)"
if server_runs; then echo 'server up'; elif [ $? = 1 ]; then echo 'server down'; else echo 'server unreadable'; fi
[ ! -e "$data/standby.signal" ] || echo 'signal yes'
[ ! -e "$data/global/sys_control" ] && [ ! -e "$data/global/pg_control" ] || control_text >/dev/null || echo 'controlUnread its control file is damaged, or cannot be read'
echo "system $(control 'Database system identifier')"
echo "state $(control 'Database cluster state')"
echo "checkpointTimeline $(own_timeline)"
echo "checkpointLsn $(control 'Latest checkpoint location')"
echo "minRecovery $(control 'Minimum recovery ending location')"
echo "minRecoveryTimeline $(control "Min recovery ending loc's timeline")"
for file in "$(wal_directory)"/*.history; do
  [ ! -r "$file" ] || sed -n 's/^\([0-9][0-9]*\)[[:space:]]\{1,\}\([0-9A-F]*\/[0-9A-F]*\).*/\1 \2/p' "$file" | sed "s/^/history $((16#$(basename "$file" .history))) /"
done
echo "lastSegment $(ls "$(wal_directory)" 2>/dev/null | grep -E '^[0-9A-F]{24}$' | sort | tail -n 1)"
for place in "$data" "$(readlink -f "$(wal_directory)")"; do echo "free $(df -PB1 "$place" 2>/dev/null | awk 'NR == 2 { print $4 }') $place"; done
echo "ready $(ls "$(wal_directory)/archive_status" 2>/dev/null | grep -c '\.ready$')"
if daemon_runs "$kbha_pid" kbha; then echo 'kbha running'; else echo 'kbha missing'; fi
echo "automation $(sudo -n "$automation" status 2>/dev/null || echo unknown)"
! holds_vip || echo 'vip held'
echo "synchronousWanted $(conf_value synchronous)"
echo "failover $(conf_value failover)"
said=$(sql 15 2>"${TMPDIR:-/tmp}/.kb-look.$$" <<'SQL'
SET statement_timeout = 8000;
SELECT 'recovery', CASE WHEN sys_is_in_recovery() THEN 'yes' ELSE 'no' END;
SELECT 'lsn', CASE WHEN sys_is_in_recovery() THEN greatest(sys_last_wal_receive_lsn(), sys_last_wal_replay_lsn()) ELSE sys_current_wal_flush_lsn() END;
SELECT 'replayed', sys_last_wal_replay_lsn() WHERE sys_is_in_recovery();
SELECT 'replayPaused' WHERE CASE WHEN sys_is_in_recovery() THEN sys_is_wal_replay_paused() ELSE false END;
SELECT 'lastCommit', extract(epoch FROM sys_last_xact_replay_timestamp())::bigint WHERE sys_last_xact_replay_timestamp() IS NOT NULL;
SELECT 'timeline', ('x' || substr(sys_walfile_name(sys_current_wal_lsn()), 1, 8))::bit(32)::int WHERE NOT sys_is_in_recovery();
SELECT 'receiver', status, received_tli, coalesce(sender_host::text, '-'), coalesce(latest_end_lsn::text, '-') FROM sys_stat_wal_receiver;
SELECT 'replica', application_name, state, coalesce(sync_state, 'async'), sys_wal_lsn_diff(sys_current_wal_lsn(), flush_lsn)::bigint,
  sys_wal_lsn_diff(sys_current_wal_lsn(), replay_lsn)::bigint FROM sys_stat_replication WHERE NOT sys_is_in_recovery();
SELECT 'transaction', extract(epoch FROM clock_timestamp() - xact_start)::bigint, pid, usename, state FROM sys_stat_activity
  WHERE backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> sys_backend_pid() ORDER BY xact_start LIMIT 3;
SELECT 'set', name, setting FROM sys_settings WHERE name IN ('archive_mode', 'max_connections', 'max_worker_processes', 'max_wal_senders',
  'max_prepared_transactions', 'max_locks_per_transaction', 'max_replication_slots');
SELECT 'backup', application_name FROM sys_stat_activity WHERE application_name LIKE '%[backup]%' AND pid <> sys_backend_pid() LIMIT 1;
SELECT 'archiveCommand', current_setting('archive_command');
SELECT 'synchronous', current_setting('synchronous_standby_names');
SELECT 'archiverFails', failed_count, coalesce(last_failed_wal, '-') FROM sys_stat_archiver
  WHERE last_failed_time IS NOT NULL AND (last_archived_time IS NULL OR last_failed_time > last_archived_time);
SQL
) || echo "sqlError $(head -n 1 "${TMPDIR:-/tmp}/.kb-look.$$")"
[ -z "$said" ] || printf '%s\n' "$said"
echo "walTimeline $(wal_timeline "$(sed -n 's/^lsn //p' <<<"$said")")"
sql 15 esrep 2>/dev/null <<'SQL' || true
SET statement_timeout = 8000;
SELECT 'record', node_id, node_name, type, CASE WHEN active THEN 'active' ELSE 'inactive' END, coalesce(upstream_node_id::text, '-'), priority FROM repmgr.nodes ORDER BY node_id;
SELECT 'repmgrd', CASE WHEN repmgr.repmgrd_is_running() THEN 'running' ELSE 'missing' END, CASE WHEN repmgr.repmgrd_is_paused() THEN 'paused' ELSE 'unpaused' END;
SQL
wait
echo "vipAnswers $(cat "${TMPDIR:-/tmp}/.kb-vip.$$")"
rm -f "${TMPDIR:-/tmp}/.kb-look.$$" "${TMPDIR:-/tmp}/.kb-vip.$$"
echo 'looked whole'
END
}

# look [NAME…]: $looks/NAME for each node, all at once. A node that gave no whole answer has the line `unreadable WHY`.
look() {
  local name pids=()
  mkdir -p "$looks"
  for name in ${*:-$(mp_names)}; do
    (
      set +e
      mp_facts_script | node_run "$(mp_host "$name")" 45 >"$looks/.$name" 2>"$looks/.$name.err" || true
      grep -qx 'looked whole' "$looks/.$name" ||
        printf 'unreadable %s\n' "$(head -n 1 "$looks/.$name.err" | grep . || echo 'no answer within 45 s')" >"$looks/.$name"
      mv -f "$looks/.$name" "$looks/$name"
    ) &
    pids+=($!)
  done
  wait_for "${pids[@]}"
}

# Never a bare `wait`: what renews the note of the cluster lock runs beside us and does not end.
wait_for() {
  local pid
  for pid in "$@"; do wait "$pid" || true; done
}

# of NAME KEY [FIELD]: the first such line's text after the key, or one field of it.
of() { awk -v key="$2" -v field="${3:-0}" '$1 == key { if (field) print $(field + 1); else { sub(/^[^ ]* ?/, ""); print }; exit }' "$looks/$1" 2>/dev/null; }
# row_of NAME KEY WORD FIELD: where the first field after the key is WORD.
row_of() { awk -v key="$2" -v word="$3" -v field="$4" '$1 == key && $2 == word { print $(field + 1); exit }' "$looks/$1" 2>/dev/null; }
setting_of() { row_of "$1" set "$2" 2; }
readable() { [ -z "$(of "$1" unreadable)" ]; }
# The nodes that accept writes, each with a blank behind it.
writable_nodes() {
  local name
  for name in $(mp_names); do [ "$(of "$name" recovery)" != no ] || printf '%s ' "$name"; done
}
# guard ok|bad CODE FOUND LIMIT HINT: one line of a guard, with tabs between.
guard() { printf '%s\t%s\t%s\t%s\t%s\n' "$@"; }
# lsn_number 0/3000060: decimal.
lsn_number() { [[ $1 =~ ^([0-9A-Fa-f]+)/([0-9A-Fa-f]+)$ ]] && echo $(((16#${BASH_REMATCH[1]} << 32) + 16#${BASH_REMATCH[2]})); }

# --- moves: each can be made again, and says whether it came about ---------------------------------------------------------------------

# each_named "NAME…" SECONDS: the script on standard input on each of them at once; fails where one failed.
each_named() {
  local name script pids=() failed=0 pid
  script=$(cat)
  for name in $1; do
    node_run "$(mp_host "$name")" "$2" <<<"$script" >"$looks/.each.$name" 2>&1 &
    pids+=($!)
  done
  for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" || failed=1; done
  return $failed
}

# pause_daemons NODES pause|unpause: no failover by itself meanwhile. What counts is what each node says afterwards: repmgr ends with an error
# too where only a node that is lost could not be asked.
pause_daemons() {
  local wanted=f name
  [ "$2" = unpause ] || wanted=t
  for name in $1; do
    node_run "$(mp_host "$name")" 60 <<<"said=\$(timeout 50 \"\$bin/repmgr\" -f \"\$conf\" service $2 2>&1) || case \$said in *nknown* | *nvalid* | *sage:*) timeout 50 \"\$bin/repmgr\" -f \"\$conf\" daemon $2 ;; esac" \
      >"$looks/.pause.out" 2>&1 || true
    break
  done
  # One that repmgr did not reach is told by itself.
  each_named "$1" 30 <<END
[ "\$(sql 10 esrep <<<'SELECT repmgr.repmgrd_is_paused();')" = $wanted ] && exit 0
sql 10 esrep <<<"SELECT repmgr.repmgrd_pause($([ $wanted = t ] && echo true || echo false));" >/dev/null
[ "\$(sql 10 esrep <<<'SELECT repmgr.repmgrd_is_paused();')" = $wanted ]
END
}

# The virtual IP leaves a node that accepts no writes.
drop_vip() {
  [ -n "$KB_VIP" ] || return 0
  node_run "$(mp_host "$1")" 20 <<'END'
holds_vip || exit 0
"$ip" addr del "$vip_cidr" dev "$device" || exit 1
! holds_vip
END
}

# repmgr and kbha load it; where they have not within a few seconds we do, and only on a node that accepts writes.
take_vip() {
  [ -n "$KB_VIP" ] || return 0
  node_run "$(mp_host "$1")" 40 <<'END'
for i in 1 2 3 4 5 6; do holds_vip && exit 0; sleep 0.3; done
[ "$(sql 5 <<<'SELECT sys_is_in_recovery();')" = f ] || exit 1
ping -n -q -c 1 -W 1 "$vip" >/dev/null 2>&1 && { holds_vip || { echo "another host answers for $vip"; exit 1; }; }
holds_vip || "$ip" addr add "$vip_cidr" dev "$device" || holds_vip || exit 1
"$arping" -q -U -c 2 -I "$device" "$vip" >/dev/null 2>&1 </dev/null || true
END
}

is_promoted() { [ "$(node_run "$(mp_host "$1")" 15 <<<'sql 5 <<<"SELECT sys_is_in_recovery();"' 2>/dev/null)" = f ]; }

# promote_node NAME SECONDS: done where it accepts writes. repmgr's own answer is kept for whoever has to read it.
promote_node() {
  is_promoted "$1" && return 0
  node_run "$(mp_host "$1")" "$2" <<<'timeout -k 5 '"$2"' "$bin/repmgr" -f "$conf" standby promote 2>&1' >"$looks/.promote.out" 2>&1 || true
  is_promoted "$1"
}

# follow_new NAME ID NEW: a standby that goes on running.
follow_new() {
  node_run "$(mp_host "$1")" 150 <<END >"$looks/.follow.$1" 2>&1
streams() { [ "\$(sql 5 <<<"SELECT 1 FROM sys_stat_wal_receiver WHERE status = 'streaming' AND sender_host = '$(mp_host "$3")';" 2>/dev/null)" = 1 ]; }
streams && exit 0
timeout -k 5 120 "\$bin/repmgr" -f "\$conf" standby follow -W --upstream-node-id=$2 || true
for i in \$(seq 1 40); do streams && exit 0; sleep 0.5; done
exit 1
END
}

# streams_from NEW SECONDS NAME…: as the new primary sees it, with no more than a little behind.
streams_from() {
  local new=$1 seconds=$2 names
  shift 2
  names=$(printf "'%s'," "$@")
  [ $# -gt 0 ] || return 0
  node_run "$(mp_host "$new")" $((seconds + 15)) <<END
for i in \$(seq 1 $((seconds * 2))); do
  [ "\$(sql 5 <<<"SELECT count(*) FROM sys_stat_replication WHERE state = 'streaming' AND application_name IN (${names%,}) AND sys_wal_lsn_diff(sys_current_wal_lsn(), replay_lsn) < 16777216;" 2>/dev/null)" = $# ] && exit 0
  sleep 0.5
done
exit 1
END
}

# Slots that repmgr made for the standbys of a primary hold WAL back on it for ever when it is a standby itself. Only those, only idle ones.
drop_own_slots() {
  node_run "$(mp_host "$1")" 30 <<'END'
sql 15 >/dev/null <<<"SELECT sys_drop_replication_slot(slot_name) FROM sys_replication_slots WHERE slot_name LIKE 'repmgr\_slot\_%' AND NOT active AND sys_is_in_recovery();"
END
}

# archives_on NEW: the first segment of the new branch is in the archive; says which. Fails after the archive's time-out.
archives_on() {
  node_run "$(mp_host "$1")" $((mp_archive_seconds + 30)) <<END
[ "\$(sql 5 <<<'SHOW archive_mode;')" != off ] || { echo off; exit 0; }
segment=\$(sql 20 <<<'SET synchronous_commit = local; SELECT txid_current(); SELECT sys_walfile_name(sys_current_wal_lsn()); SELECT sys_switch_wal();' | sed -n 2p)
for i in \$(seq 1 $((mp_archive_seconds * 2))); do
  last=\$(sql 5 <<<"SELECT substr(coalesce(last_archived_wal, ''), 1, 24) FROM sys_stat_archiver;" 2>/dev/null)
  [[ \$last =~ ^[0-9A-F]{24}\$ ]] && ! [[ \$last < \$segment ]] && { echo "\$segment"; exit 0; }
  sleep 0.5
done
echo "\$segment (last archived: \${last:-none})"
exit 1
END
}

# --- the gap of writes -----------------------------------------------------------------------------------------------------------

# One commit after another, as a client would see them: through the virtual IP where there is one, else on whichever node takes them.
# probe_writes FILE: a line for each that was acknowledged, until it is killed.
probe_writes() {
  local hosts=${KB_VIP%/*}
  [ -n "$hosts" ] || hosts=$(kb_members | awk '$3 == "database" { print $2 }' | paste -sd,)
  while :; do
    [ -z "$(kb timeout 2 "$KB_BIN/ksql" -X -A -t -q -w -c 'SELECT txid_current()' \
      -d "host=$hosts port=$KB_PORT user=esrep dbname=esrep connect_timeout=2 target_session_attrs=read-write" 2>/dev/null)" ] || date +%s.%N >>"$1"
    sleep 0.1
  done
}

start_probe() {
  : >"$looks/.probe"
  probe_writes "$looks/.probe" </dev/null >/dev/null 2>&1 9>&- &
  probe_pid=$!
}

# The first acknowledgement after MOMENT, or nothing within some seconds; then the longest time between two of them is the gap.
stop_probe() {
  local tries=0
  while [ -n "${1:-}" ] && [ "$tries" -lt 40 ] && ! awk -v from="$1" '$1 > from { found = 1 } END { exit !found }' "$looks/.probe"; do
    sleep 0.25
    tries=$((tries + 1))
  done
  kill "$probe_pid" 2>/dev/null || true
  wait "$probe_pid" 2>/dev/null || true
  write_gap=$(awk 'NR > 1 && $1 - last > gap { gap = $1 - last } { last = $1 } END { if (gap != "") printf "%.1f", gap }' "$looks/.probe")
}
