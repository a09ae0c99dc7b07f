# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. recoverNode: brings a node of V8R3 back as a standby, by the vendor's own network_rewind.sh; sourced by action.sh. A former primary
# has no recovery.conf, and with AUTO_PRIMARY_RECOVERY=0 nobody touches it until somebody decides: this record is that decision. What network_rewind.sh leaves
# unlooked at is looked at here: a sys_rewind that failed (the script starts the half-rewound database all the same), and whether the pool took the node back.
. "$library/v8r3.sh"
ACTION_FIELDS='node stopFormerPrimary acceptRewind maxSeconds confirm'
ACTION_STEPS='pause preserve recover verify resume'

# --- the plan --------------------------------------------------------------------------------------------------------------------

action_plan() {
  [ -s "$KB_ETC/recovery.done" ] || refuse v8r3/no-recovery-done "there is no $KB_ETC/recovery.done" 'Run pulumi up: it writes it. Nothing was changed.'
  gateway_answers "$KB_HOST" || refuse v8r3/no-gateway "none of the gateways answers ping: $(gateways)" 'network_rewind.sh would stop the database: bring a gateway back first. Nothing was changed.'
  ssh_as root localhost true >/dev/null 2>&1 </dev/null || refuse v8r3/no-local-ssh "$KB_USER does not reach root@localhost by its key" 'network_rewind.sh takes and drops the address that way: run pulumi up, and see PermitRootLogin of sshd. Nothing was changed.'
  find_primary
  prove_local
  if [ "$already" = no ]; then
    prove_rewindable
    prove_room
  fi
  consequence
  if [ -z "${dry_run:-}" ]; then
    note_fact primary "$primary"
    note_fact already "$already"
  fi
}

find_primary() {
  local name host role
  rows=$(pool_rows 2>/dev/null) || refuse v8r3/no-pool "the pool at $(ha KB_POOL_VIP):$(ha KB_POOL_PORT) does not answer" 'Where every database is down, use restartAll; else start the pools (restartcluster.sh). Nothing was changed.'
  [ -n "$(pool_field "$KB_HOST" 1)" ] || refuse v8r3/not-in-pool "the pool does not know $KB_HOST" 'See its backend_hostname lines; nothing was changed.'
  primary=$(awk -F '|' '$4 == "primary" && $3 == "up" { print $2; exit }' <<<"$rows")
  [ -n "$primary" ] || refuse v8r3/no-primary 'the pool knows no primary that is up' 'Decide which database leads first: restartAll where all are down. Nothing was changed.'
  [ "$primary" != "$KB_HOST" ] || refuse v8r3/is-primary "$KB_NAME is the primary" 'There is nothing to recover on it.'
  role=$(role_of "$primary")
  [ "$role" = primary ] || refuse v8r3/wrong-primary "the pool takes $(name_of "$primary") for the primary, and its database is $role" 'Wait for the failover, or find out why; nothing was changed.'
  while read -r name host _; do
    case $host in "$KB_HOST" | "$primary") continue ;; esac
    case $(role_of "$host") in down) ! writes_unseen "$host" || refuse v8r3/two-primaries "the database of $name runs without recovery.conf, and answers no SQL: it may accept writes as well as $(name_of "$primary")" 'Decide which one holds, and stop the other; nothing was changed.' ;; esac
    [ "$(role_of "$host")" != primary ] || refuse v8r3/two-primaries "$name accepts writes as well as $(name_of "$primary")" 'Decide which one holds, and stop the other; nothing was changed.'
  done < <(kb_members)
  say "fact: $(name_of "$primary") ($primary) is primary, as the pool and its database say"
}

prove_local() {
  local own theirs
  own=$(control_of "$KB_HOST" 'Database system identifier')
  [ -n "$own" ] || refuse v8r3/unreadable "the control data of $KB_DATA cannot be read" 'No rewind mends that: make a new copy of the primary (sys_basebackup). Nothing was changed.'
  theirs=$(control_of "$primary" 'Database system identifier')
  [ "$own" = "$theirs" ] || refuse v8r3/other-system "$KB_DATA holds the system $own, and the primary is ${theirs:-not readable}" 'These are not copies of one database; nothing was changed.'
  already=no
  case $(role_of 127.0.0.1) in
    primary)
      [ "${KB_IN_stopFormerPrimary:-false}" = true ] || refuse v8r3/runs-as-primary "the database of $KB_NAME runs and accepts writes" 'Find out who writes to it. A new request with stopFormerPrimary: true stops it; what only it has is discarded, and kept in the evidence.'
      say "STOPS the database of $KB_NAME, which accepts writes beside the primary"
      ;;
    down)
      if writes_unseen "$KB_HOST"; then
        [ "${KB_IN_stopFormerPrimary:-false}" = true ] || refuse v8r3/runs-as-primary "the database of $KB_NAME runs without recovery.conf, and answers no SQL: it may accept writes" 'Find out who writes to it. A new request with stopFormerPrimary: true stops it; what only it has is discarded, and kept in the evidence.'
        say "STOPS the database of $KB_NAME, which runs as a primary may and answers no SQL"
      fi
      ;;
    standby) if streams "$primary" "$KB_NAME" && [ "$(pool_field "$KB_HOST" 3)" = up ]; then already=yes; fi ;;
  esac
}

prove_rewindable() {
  local checksums hints
  checksums=$(control_of "$KB_HOST" 'Data page checksum version')
  hints=$(control_of "$KB_HOST" 'wal_log_hints setting')
  [ "${checksums:-0}" != 0 ] || [ "$hints" = on ] || refuse v8r3/no-rewind 'neither data checksums nor wal_log_hints: sys_rewind cannot tell which pages changed' 'Make a new copy of the primary (sys_basebackup); nothing was changed.'
}

consequence() {
  if [ "$already" = yes ]; then
    say "$KB_NAME streams and is attached already: only that is looked at"
    return 0
  fi
  say "fact: its control data: $(control_of "$KB_HOST" 'Database cluster state'), last checkpoint at $(control_of "$KB_HOST" 'Latest checkpoint location') on timeline $(control_of "$KB_HOST" "Latest checkpoint's TimeLineID"); the primary: timeline $(control_of "$primary" "Latest checkpoint's TimeLineID")"
  if [ -e "$KB_DATA/recovery.conf" ]; then
    say 'fact: it has a recovery.conf: it was a standby'
  else
    say "fact: it has no recovery.conf: it was the primary (AUTO_PRIMARY_RECOVERY=$(ha AUTO_PRIMARY_RECOVERY)); recovery.done is copied there on purpose"
  fi
  say "pauses network_rewind.sh of this node; keeps control data, WAL and logs; runs it once by hand: sys_rewind from $(name_of "$primary"), start, slots, synchronous again, attach"
  say 'DISCARDS what only this node wrote after it lost its place; its WAL is in the evidence'
}

# Time has passed since the plan: whoever leads now is not stopped.
still_led() {
  [ "$(role_of "$primary")" = primary ] || give_up "the database of $(name_of "$primary"), which led when the plan was made, is $(role_of "$primary") now; nothing more was done here"
  wait_until 60 pool_answers || give_up 'the pool does not answer any more; nothing more was done here'
  [ "$(pool_field "$KB_HOST" 4)" != primary ] || [ "$(pool_field "$KB_HOST" 3)" != up ] || give_up "the pool takes $KB_NAME for the primary since the plan was made; nothing more was done here"
}
pool_answers() { rows=$(pool_rows 2>/dev/null); }
action_resume() {
  load_facts
  [ "$already" = yes ] || still_led
}

# --- the steps -------------------------------------------------------------------------------------------------------------------

load_facts() { primary=$(fact primary) already=$(fact already) deadline=$((SECONDS + ${KB_IN_maxSeconds:-3600})); }

step_pause() {
  load_facts
  if [ "$already" = yes ]; then return 0; fi
  pause_automation
  "$library/automation.sh" settle 120 || give_up "network_rewind.sh of this node is at work for more than 120 s (a start that does not come up goes on for an hour): see $(ha RECOVERY_LOG_DIR)"
  say 'the automation of this node is paused'
}

# Behind the pause: cron would have the same script rewind while the WAL is copied.
step_preserve() {
  load_facts
  if [ "$already" = yes ]; then return 0; fi
  keep_v8r3_evidence || give_up "the evidence could not be kept in $ledger/evidence; nothing of the database was changed"
}

pause_automation() { pause_on "$KB_HOST" ours || give_up 'the lines of /etc/cron.d/KINGBASECRON could not be paused: see that file'; }
# Lines that we paused, this request or one that failed.
resume_automation() { "$library/automation.sh" resume ours; }
give_up() {
  resume_automation
  die "$@"
}

step_recover() {
  local log
  load_facts
  if [ "$already" = yes ]; then return 0; fi
  log=$(ha RECOVERY_LOG_DIR)
  "$library/automation.sh" settle 600 || die 'an earlier run of network_rewind.sh is still at work'
  still_led
  stop_former_primary
  keep_what_it_wrote_last
  [ -n "$(fact logFrom)" ] || note_fact logFrom "$(stat -c '%i %s' "$log" 2>/dev/null || echo '0 0')"
  place_recovery_conf
  until run_rewind_script "$log"; do
    [ "$SECONDS" -lt "$deadline" ] || give_up "network_rewind.sh did not come to its end within ${KB_IN_maxSeconds:-3600} s; it says: $(last_word "$log")"
    say "network_rewind.sh ended early ($(last_word "$log")); again in 10 s, as cron would"
    sleep 10
  done
  note_fact rewind "$rewind"
}

stop_former_primary() {
  case $(role_of 127.0.0.1) in primary) ;; down) writes_unseen "$KB_HOST" || return 0 ;; *) return 0 ;; esac
  [ "${KB_IN_stopFormerPrimary:-false}" = true ] || give_up "the database of $KB_NAME accepts writes since the plan was made"
  note_fact stopped yes
  kb "$KB_BIN/sys_ctl" -D "$KB_DATA" -m fast -w -t 120 stop >/dev/null </dev/null || give_up 'the former primary does not stop'
  say 'the former primary is stopped'
}

# It took writes until it stopped; they are discarded with the rest, and its WAL has them.
keep_what_it_wrote_last() {
  [ "$(fact stopped)" = yes ] || return 0
  add_last_wal || die "the former primary is stopped, and its last WAL could not be added to $ledger/evidence; nothing was rewound. Make room there, and use a new request"
  note_fact stopped kept
}

place_recovery_conf() {
  if [ -e "$KB_DATA/recovery.conf" ] && ! is_half_rewound "$KB_HOST"; then return 0; fi
  kb cp -- "$KB_ETC/recovery.done" "$KB_DATA/recovery.conf.new"
  kb mv -fT -- "$KB_DATA/recovery.conf.new" "$KB_DATA/recovery.conf"
  say 'recovery.done is copied to recovery.conf: the node is to be a standby'
}

# In a scope of its own: the database that it starts outlives this unit. 0: it came to its end; 1: it ended before.
run_rewind_script() {
  local log=$1 from unit=kb-$id-rewind pid
  from=$(stat -c %s "$log" 2>/dev/null || echo 0)
  systemctl reset-failed "$unit.scope" 2>/dev/null || true
  systemd-run --quiet --scope --collect --unit="$unit" -- runuser -u "$KB_USER" -- env HOME="$KB_HOME" PATH="$KB_BIN:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL="${KB_LOCALE:-C}" \
    "$KB_BIN/network_rewind.sh" 9>&- </dev/null >/dev/null 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    judge_rewind "$log"
    [ "$rewind" != failed ] || half_rewound "$unit" "$pid"
    if [ "$SECONDS" -ge "$deadline" ]; then
      [ "$rewind" != running ] || { rewind=failed rewind_said="still at work after ${KB_IN_maxSeconds:-3600} s (maxSeconds)"; half_rewound "$unit" "$pid"; }
      kill_script "$pid"
      break
    fi
    sleep 0.2
  done
  wait "$pid" 2>/dev/null || true
  judge_rewind "$log" ended
  case $rewind in
    failed) half_rewound "$unit" "$pid" ;;
    unknown) [ "${KB_IN_acceptRewind:-false}" = true ] || half_rewound "$unit" "$pid" ;;
  esac
  tail -c "+$((from + 1))" "$log" | grep -qE 'recovery success,exit script with success|ALL NODES ARE UP STATUS'
}

# The script alone: what it started stays.
kill_script() { pkill -TERM -f "^[^ ]*sh( +-[a-z]+)* +$KB_BIN/network_rewind\.sh" || true; kill "$1" 2>/dev/null || true; }

# judge_rewind LOG [ended]: rewind becomes none | running | done | failed | unknown, by what stands between "sys_rewind..." and the step after it.
# Its exit status is lost in the script; the marks are those of the tool (facts 6) and of pg_rewind.
judge_rewind() {
  local part inode from now
  read -r inode from < <(fact logFrom; echo)
  now=$(stat -c '%i %s' "$1" 2>/dev/null || echo '0 0')
  # What another rotated away meanwhile nobody has read.
  if [ "$inode" != 0 ] && { [ "${now% *}" != "$inode" ] || [ "${now#* }" -lt "$from" ]; }; then
    rewind=unknown rewind_said="$1 was rotated or cut while the script ran"
    return 0
  fi
  part=$(tail -c "+$((from + 1))" "$1" 2>/dev/null | tr -d '\000' |
    awk '/sys_rewind\.\.\. *$/ { text = ""; open = 1; seen = 1; next } / sed conf change/ { if (open) closed = 1; open = 0 } open { text = text $0 "\n" } END { printf "%s%s", (seen ? (closed && !open ? "closed\n" : "open\n") : "none\n"), text }')
  rewind_said=''
  case $part in none*) rewind=none; return 0 ;; esac
  rewind_said=$(grep -iE '(^|: |^[0-9: .-]+)(error|fatal|failure)[:, ]|permission denied|no space left|input/output error' <<<"$part" | head -n 1 || true)
  if [ -n "$rewind_said" ]; then rewind_said=$(masked <<<"$rewind_said") rewind=failed; return 0; fi
  if grep -qE 'Done!|no rewind required|update the control file: minRecoveryPoint|creating backup label and updating control file' <<<"$part"; then rewind='done'; return 0; fi
  rewind_said=$(tail -n 1 <<<"$part" | masked)
  case $part in
    closed*) rewind=unknown ;;
    *) if [ "${2:-}" = ended ]; then rewind=failed rewind_said="it was cut off; its last line: $rewind_said"; else rewind=running; fi ;;
  esac
}

# Its pages are of two databases: it must not run, and nobody may start it.
half_rewound() {
  kill_script "$2"
  systemctl stop "$1.scope" 2>/dev/null || true
  kb "$KB_BIN/sys_ctl" -D "$KB_DATA" -m immediate -w -t 60 stop >/dev/null 2>&1 </dev/null || true
  ! server_up "$KB_HOST" || die "the rewind failed ($rewind_said), and the database of $KB_NAME could not be stopped: STOP IT BY HAND, its pages are of two databases"
  [ ! -e "$KB_DATA/recovery.conf" ] || cp -p -- "$KB_DATA/recovery.conf" "$ledger/recovery.conf.failed"
  block_start || die "the rewind failed ($rewind_said), the database of $KB_NAME is stopped, and a recovery.conf that keeps it from starting could not be written: nobody may start it, its pages are of two databases"
  if [ "$rewind" = failed ]; then
    die "sys_rewind failed: $rewind_said. The database is stopped, its recovery.conf keeps it from starting and the automation of this node is paused, for its pages may be of two databases. Remove the cause and use a new request, or make a new copy of the primary"
  fi
  die "what sys_rewind printed has none of the marks of success that are known; its last line: ${rewind_said:-none}. The database is stopped and kept from starting, and the automation of this node is paused. Read $(ha RECOVERY_LOG_DIR); acceptRewind: true in a new request takes such a run for good"
}

masked() { sed -E 's/(-W|[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd] *=) *[^ ]+/\1 ***/g'; }
last_word() { tail -c 4000 "$1" | grep -v '^ *$' | tail -n 1 | masked; }

step_verify() {
  load_facts
  wait_until 120 streams "$primary" "$KB_NAME" || give_up "$KB_NAME does not stream from $(name_of "$primary")"
  wait_until 300 is_close || give_up "$KB_NAME streams, and is $(lag_of "$primary" "$KB_NAME") bytes behind"
  wait_until 60 pool_says_up "$KB_HOST" || give_up "$KB_NAME streams, and the pool says that it is $(pool_field "$KB_HOST" 3): pcp_attach_node had no effect"
  slot_is_active || give_up "the slot slot_$KB_NAME of $(name_of "$primary") is not in use: WAL that this node needs may be removed"
  [ "$(ha SYNC_FLAG)" != 1 ] || wait_until 90 is_synchronous || give_up 'SYNC_FLAG is 1, and no standby is synchronous on the primary: no commit waits for one'
  ! carries_address "$KB_HOST" || give_up "$KB_NAME carries the virtual IP of the database, and is no primary"
  say "$KB_NAME streams, is attached, its slot is in use$([ "$(ha SYNC_FLAG)" != 1 ] || echo ', commits wait for a standby')"
}
is_close() {
  local bytes
  bytes=$(lag_of "$primary" "$KB_NAME")
  [[ $bytes =~ ^[0-9]+$ ]] && [ "$bytes" -le 16777216 ]
}
slot_is_active() { [ "$(v8_sql "$primary" <<<"SELECT active FROM sys_replication_slots WHERE slot_name = 'slot_$KB_NAME';")" = t ]; }
is_synchronous() {
  local count
  [ -n "$(names_of_synchronous "$primary")" ] || return 1
  count=$(v8_sql "$primary" 2>/dev/null <<<"SELECT count(*) FROM sys_stat_replication WHERE sync_state IN ('sync', 'quorum');")
  [ "${count:-0}" -gt 0 ]
}

step_resume() {
  load_facts
  if [ "$already" = yes ]; then return 0; fi
  resume_automation
  say "the automation of this node: $("$library/automation.sh" status)"
}

action_result() {
  printf '"primary":"%s","already":%s,"rewind":%s,"synchronous":%s,"evidence":%s' "$(name_of "$primary")" "$([ "$already" = yes ] && echo true || echo false)" \
    "$(json_or_null "$(fact rewind)")" "$(is_synchronous && echo true || echo false)" "$(json_or_null "$([ ! -e "$ledger/evidence" ] || echo "$ledger/evidence")")"
}
