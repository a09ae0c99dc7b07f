# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action switchover: another standby becomes primary, by plan; sourced by action.sh.
# Every guard is looked at first, and all that fail are named. Where the promotion does not come about in time, the old primary serves again.
# Fields and defaults are those of core/action/kinds/switchover.ts; a test compares them.
# shellcheck source=/dev/null
. "$library/scripts/movePrimary.sh"
ACTION_FIELDS='to maxLagBytes maxTransactionSeconds maxArchiveBacklog minFreeBytes timeoutSeconds drainSeconds terminateTransactions allowPausedDaemons'

# The runner gives the inputs after it has read this file.
read_inputs() {
  max_lag=${KB_IN_maxLagBytes:-10485760}
  max_transaction=${KB_IN_maxTransactionSeconds:-15}
  max_backlog=${KB_IN_maxArchiveBacklog:-10}
  min_free=${KB_IN_minFreeBytes:-536870912}
  timeout_seconds=${KB_IN_timeoutSeconds:-120}
  drain_seconds=${KB_IN_drainSeconds:-0}
  terminate=${KB_IN_terminateTransactions:-false}
  allow_paused=${KB_IN_allowPausedDaemons:-false}
}

# --- guards: facts in, lines out ---------------------------------------------------------------------------------------------------
# A line is `ok|bad CODE FOUND LIMIT HINT`, with tabs between. Nothing is asked of anybody here: $looks/.facts and the limits are all there is.

# at_most CODE FOUND-NUMBER LIMIT TEXT HINT: a guard on a number.
at_most() { if [[ $2 =~ ^[0-9]+$ ]] && [ "$2" -le "$3" ]; then guard ok "$1" "$4" "at most $3" ''; else guard bad "$1" "$4" "at most $3" "$5"; fi; }

# The best standby: synchronous before asynchronous, then the least behind, the highest priority, the lowest id. Priority 0 is never promoted.
best_standby() {
  awk '
    $1 == "replica" && $3 == "streaming" { state[$2] = ($4 == "sync" || $4 == "quorum" ? 0 : $4 == "potential" ? 1 : 2); lag[$2] = $5 }
    $1 == "record" && $4 == "standby" && $5 == "active" && $7 > 0 { id[$3] = $2; priority[$3] = $7 }
    END { for (name in state) if (name in id) printf "%d %.0f %d %d %s\n", state[name], lag[name], -priority[name], id[name], name }
  ' "$looks/$1" | sort -k1,1n -k2,2n -k3,3n -k4,4n | awk 'NR == 1 { print $5 }'
}

switchover_guards() {
  local name
  for name in $(mp_names); do
    readable "$name" || guard bad switchover/unreadable "$name: $(of "$name" unreadable)" 'every node answers' \
      "A switchover moves every node: make $name reachable, or take it out of the declared nodes, and try again."
  done
  # What was not seen cannot be judged.
  for name in $(mp_names); do readable "$name" || return 0; done
  case $from in
    '') guard bad switchover/no-primary 'no node accepts writes' 'one primary' 'There is nothing to hand over: npm run diagnose, then the action that it names (promote).'; return ;;
    *' '*) guard bad switchover/several-primaries "$from accept writes" 'one primary' 'Decide first which one stays: npm run diagnose.'; return ;;
  esac
  guard ok switchover/primary "$from is primary on timeline $(of "$from" timeline)" 'one primary' ''
  guard_candidate || return 0
  guard_standbys
  guard_load
  guard_daemons
  guard_archive
  guard_room
  guard_vip
}

guard_candidate() {
  [ -n "$to" ] || { guard bad switchover/no-candidate 'no standby streams that may be promoted' 'a streaming standby with priority above 0' 'Bring a standby back first (rejoin or reclone).'; return 1; }
  [ "$to" != "$from" ] || { guard bad switchover/already-primary "$to is primary already" 'another node' 'Nothing to do; name another node in `to`.'; return 1; }
  mp_names | grep -qxF "$to" || { guard bad switchover/unknown-node "$to is no database node of this cluster" "one of $(mp_names | paste -sd' ')" 'Name one of them in `to`, or leave it out.'; return 1; }
  local why=''
  [ "$(of "$to" recovery)" = yes ] || why='it is no running standby'
  [ -n "$why" ] || [ "$(row_of "$from" replica "$to" 2)" = streaming ] || why="$from does not see it streaming (${why:-$(row_of "$from" replica "$to" 2 | grep . || echo not connected)})"
  [ -n "$why" ] || [ -z "$(grep -x replayPaused "$looks/$to")" ] || why='its replay is paused (sys_wal_replay_resume())'
  [ -n "$why" ] || [ "$(awk -v n="$to" '$1 == "record" && $3 == n { print $4, $5 }' "$looks/$from")" = 'standby active' ] || why='repmgr has no active record of it as a standby'
  [ -z "$why" ] || { guard bad switchover/candidate "$to cannot take over: $why" 'a registered, streaming standby' 'Repair it (rejoin or reclone), or name another node.'; return 1; }
  guard ok switchover/candidate "$to streams from $from" 'a registered, streaming standby' ''
  at_most switchover/lag "$(greater "$(row_of "$from" replica "$to" 4)" "$(row_of "$from" replica "$to" 5)")" "$max_lag" \
    "$to is $(row_of "$from" replica "$to" 4) bytes behind in writing and $(row_of "$from" replica "$to" 5) in replaying" \
    "Wait until it has caught up, or raise maxLagBytes: the outage lasts until it has replayed them."
}

greater() { if [[ $1 =~ ^[0-9]+$ && $2 =~ ^[0-9]+$ ]]; then if [ "$1" -gt "$2" ]; then echo "$1"; else echo "$2"; fi; fi; }

guard_standbys() {
  local name key mine theirs wanted_synchronous
  wanted_synchronous=$(of "$from" synchronousWanted)
  for name in $(mp_names); do
    [ "$name" != "$from" ] && [ "$name" != "$to" ] && readable "$name" || continue
    if [ "$(row_of "$from" replica "$name" 2)" = streaming ]; then guard ok switchover/standbys "$name streams" 'every standby streams' ''
    else guard bad switchover/standbys "$name does not stream from $from" 'every standby streams' "After the switchover it would be further behind: rejoin or reclone $name first."; fi
  done
  if [ "$wanted_synchronous" = async ]; then :
  elif [ -n "$(of "$from" synchronous)" ]; then guard ok switchover/synchronous "synchronous_standby_names is $(of "$from" synchronous)" "synchronous '$wanted_synchronous' in effect" ''
  else guard bad switchover/synchronous 'synchronous_standby_names is empty' "synchronous '$wanted_synchronous' in effect" 'Acknowledged writes may be on the primary alone. See why no standby is synchronous (repmgrd of the primary, hamgr.log).'; fi
  # As a standby the old primary does not start with less than its primary has.
  for key in max_connections max_worker_processes max_wal_senders max_prepared_transactions max_locks_per_transaction; do
    mine=$(setting_of "$from" $key) theirs=$(setting_of "$to" $key)
    [[ $mine =~ ^[0-9]+$ && $theirs =~ ^[0-9]+$ ]] && [ "$mine" -ge "$theirs" ] ||
      guard bad switchover/settings "$key is ${mine:-unknown} on $from and ${theirs:-unknown} on $to" 'not less on the future standby' "Bring the declared settings into effect on both (pulumi up, Rollout), then try again."
  done
}

guard_load() {
  local line age
  line=$(of "$from" transaction)
  age=${line%% *}
  if [ -z "$line" ] || [ "$age" -le "$max_transaction" ]; then guard ok switchover/long-transaction "oldest transaction: ${age:-0} s" "at most $max_transaction s" ''
  elif [ "$drain_seconds" -gt 0 ] || [ "$terminate" = true ]; then
    guard ok switchover/long-transaction "a transaction of $age s (pid, user, state: ${line#* }): waited for $drain_seconds s$([ "$terminate" != true ] || echo ', then TERMINATED')" "at most $max_transaction s" ''
  else
    guard bad switchover/long-transaction "a transaction runs for $age s (pid, user, state: ${line#* })" "at most $max_transaction s" \
      'It would be cut off. Let it end, or raise maxTransactionSeconds, or give drainSeconds (waits) or terminateTransactions (cuts off).'
  fi
}

guard_daemons() {
  local name said
  for name in $(mp_names); do
    readable "$name" || continue
    said=''
    [ "$(of "$name" repmgrd)" = 'running unpaused' ] || said="repmgrd $(of "$name" repmgrd | grep . || echo unknown)"
    [ "$(of "$name" kbha)" = running ] || said="${said:+$said, }kbha not running"
    [ "$(of "$name" automation)" = active ] || said="${said:+$said, }cron line of kbha: $(of "$name" automation)"
    if [ -z "$said" ]; then guard ok switchover/daemons "$name: repmgrd and kbha run, cron line active" 'running, not paused' ''
    elif [ "$allow_paused" = true ]; then guard ok switchover/daemons "$name: $said (allowPausedDaemons; stays as it is)" 'allowed' ''
    else guard bad switchover/daemons "$name: $said" 'running, not paused' 'A failover by itself would not happen afterwards. Resume them (repmgr service unpause; automation.sh resume), or give allowPausedDaemons.'; fi
  done
}

guard_archive() {
  local fails
  [ "$(setting_of "$from" archive_mode)" != off ] || { guard ok switchover/archive 'archive_mode is off: nothing to prove' '' ''; return 0; }
  at_most switchover/archive-backlog "$(of "$from" ready)" "$max_backlog" "$(of "$from" ready) segments wait to be archived on $from" \
    'The primary would not stop before they are archived. See why (log of sys_rman, npm run diagnose -- backup), or raise maxArchiveBacklog.'
  fails=$(of "$from" archiverFails)
  [ -z "$fails" ] || guard bad switchover/archive-fails "archiving fails on $from (failures and last segment: $fails)" 'the last attempt succeeded' 'The new primary would most likely fail too: npm run diagnose -- backup.'
  if [ "$(setting_of "$to" archive_mode)" = off ] || [ -z "$(of "$to" archiveCommand)" ]; then
    guard bad switchover/archive-after "$to has archive_mode $(setting_of "$to" archive_mode), archive_command '$(of "$to" archiveCommand)'" 'it archives as primary' 'After the switchover no WAL would be archived: pulumi up, then try again.'
  else guard ok switchover/archive-after "$to archives with: $(of "$to" archiveCommand)" 'it archives as primary' ''; fi
}

guard_room() {
  local line busy=''
  while read -r line; do
    if [ "${line%% *}" -ge "$min_free" ] 2>/dev/null; then guard ok switchover/free-disk "$to: ${line%% *} bytes free in ${line#* }" "at least $min_free" ''
    else guard bad switchover/free-disk "$to: ${line%% *} bytes free in ${line#* }" "at least $min_free" 'As primary it keeps WAL for the others: make room, or lower minFreeBytes.'; fi
  done < <(sed -n 's/^free //p' "$looks/$to")
  busy=$(of "$from" backup)
  [ -z "$(awk '$1 == "replica" && $3 == "backup"' "$looks/$from")" ] || busy="${busy:+$busy, }a base backup of $from"
  if [ -z "$busy" ]; then guard ok switchover/backup 'no backup runs' 'none' ''
  else guard bad switchover/backup "a backup runs: $busy" 'none' 'It would fail. Wait until it has ended.'; fi
  guard_channels
}

# One that was not asked proves nothing.
guard_channels() {
  local name line bad=''
  while read -r line; do bad="${bad:+$bad, }$line"; done < <(grep -v '^asked ' "$looks/.ssh")
  for name in $(mp_names); do grep -qx "asked $name" "$looks/.ssh" || bad="${bad:+$bad, }$name was not asked"; done
  if [ -z "$bad" ]; then guard ok switchover/ssh 'every node reaches every other' 'every pair, both directions' ''
  else guard bad switchover/ssh "$bad" 'every node reaches every other' 'Repair trust and network between them (npm run preflight), then try again.'; fi
}

guard_vip() {
  local name holders='' answers=''
  [ -n "$KB_VIP" ] || return 0
  for name in $(mp_names); do
    [ -z "$(of "$name" vip)" ] || holders="$holders $name"
    [[ $(of "$name" vipAnswers) != *' '* ]] || answers=$(of "$name" vipAnswers)
  done
  if [ -n "$answers" ]; then
    guard bad switchover/virtual-ip "$KB_VIP is answered by more than one host, by hardware address: $answers" "on the primary ($from) alone" \
      'Some clients write to the other one: find it (ip neigh, the table of the switch), and take the address from it.'
  elif [ "$holders" = " $from" ]; then guard ok switchover/virtual-ip "$KB_VIP is on $from" "on the primary alone" ''
  else guard bad switchover/virtual-ip "$KB_VIP is on:${holders:- nobody}" "on the primary ($from) alone" 'Clients use it: see kbha.log, and put it where it belongs first.'; fi
}

# --- looking at what the guards need ------------------------------------------------------------------------------------------------------

look_around() {
  local name hosts pids=()
  mkdir -p "$looks"
  : >"$looks/.ssh"
  hosts=$(mp_names | while read -r name; do mp_host "$name"; done | paste -sd' ')
  for name in $(mp_names); do
    node_run "$(mp_host "$name")" 60 <<END >>"$looks/.ssh" 2>/dev/null &
for host in $hosts; do channel "\$host" true >/dev/null 2>&1 || echo "$name does not reach \$host" & done
wait
echo "asked $name"
END
    pids+=($!)
  done
  look
  wait_for "${pids[@]}"
}

action_plan() {
  local verdict code found limit hint refusals=''
  read_inputs
  look_around
  from=$(writable_nodes)
  from=${from% }
  to=${KB_IN_to:-}
  [ -n "$to" ] || [[ -z $from || $from = *' '* ]] || to=$(best_standby "$from")
  while IFS=$'\t' read -r verdict code found limit hint; do
    if [ "$verdict" = ok ]; then say "ok       ${code#*/}: $found${limit:+ (wanted: $limit)}"
    else
      refusals="${refusals:+$refusals; }$code: $found (wanted: $limit)"
      printf 'REFUSED %s: %s (wanted: %s)\nHINT: %s\n' "$code" "$found" "$limit" "$hint" >&2
    fi
  done < <(switchover_guards)
  if [ -n "$refusals" ]; then
    note_line reason "$refusals"
    exit "$EXIT_REFUSED"
  fi
  say "consequence: $from is stopped (every session on it ends) and follows $to as a standby; $to becomes primary on a new timeline${KB_VIP:+ and takes $KB_VIP}"
  say "no acknowledged write is lost; where $to is not primary within $timeout_seconds s, $from serves again"
}

action_resume() {
  take_up
  say "goes on: $from hands over to $to"
}

# --- steps ---------------------------------------------------------------------------------------------------------------------------

ACTION_STEPS='decide pause drain swap follow settle resume archive'

take_up() { read_inputs; mkdir -p "$looks"; from=$(fact from) to=$(fact to) old_timeline=$(fact timeline) paused_before=$(fact paused); }

step_decide() {
  local name paused=no
  for name in $(mp_names); do [ "$(of "$name" repmgrd)" != 'running paused' ] || paused=yes; done
  note_fact timeline "$(of "$from" timeline)"
  note_fact paused "$paused"
  note_fact id "$(mp_id "$to")"
  note_fact synchronousBefore "$(of "$from" synchronous)"
  note_fact lsnBefore "$(of "$from" lsn)"
  note_fact to "$to"
  note_fact from "$from"
}

step_pause() {
  take_up
  pause_daemons "$(mp_names)" pause || { pause_daemons "$(mp_names)" unpause || true; die 'repmgrd could not be paused on every node; it was unpaused, nothing else was changed'; }
  say 'repmgrd is paused on every node'
}

# Only what was asked for is waited for or ended.
step_drain() {
  take_up
  node_run "$(mp_host "$from")" $((drain_seconds + 60)) <<END >"$looks/.drain.out" || { unpause_as_before; die "transactions older than $max_transaction s still run on $from: $(tail -n 1 "$looks/.drain.out"); nothing was stopped"; }
old() { sql 10 <<<"SELECT pid FROM sys_stat_activity WHERE backend_type = 'client backend' AND clock_timestamp() - xact_start > interval '$max_transaction seconds';"; }
sql 60 <<<'CHECKPOINT;'
for i in \$(seq 0 $drain_seconds); do [ -n "\$(old)" ] || exit 0; [ \$i -ge $drain_seconds ] || sleep 1; done
[ $terminate = true ] || { echo "pid \$(old | paste -sd' ')"; exit 1; }
old | sed 's/.*/SELECT sys_terminate_backend(&);/' | sql 10 >/dev/null
sleep 1
[ -z "\$(old)" ] || { echo "pid \$(old | paste -sd' ') did not end"; exit 1; }
END
}

unpause_as_before() {
  [ "${paused_before:-no}" = no ] || return 0
  pause_daemons "$(mp_names)" unpause || say "WARNING: repmgrd is still paused somewhere: until it is unpaused (repmgr service unpause, on any node), no failover happens by itself"
}

left() { local seconds=$((deadline - SECONDS)); if [ "$seconds" -gt 0 ]; then echo "$seconds"; else echo 0; fi; }

# Stop, hand over, promote, move the address: between the two ends of this step nobody can write.
step_swap() {
  take_up
  shutdown_lsn=''
  deadline=$((SECONDS + timeout_seconds))
  is_promoted "$to" && { take_vip "$to" || true; return 0; }
  start_probe
  sleep 0.5
  stop_old || roll_back "$from did not stop within $(($timeout_seconds - $(left))) s: $(tail -n 1 "$looks/.stop.out")"
  say "$from is stopped; its last checkpoint is at $shutdown_lsn"
  hand_over || { is_promoted "$to" || roll_back "$to was not promoted: $(grep -vE '^(asked|received)' "$looks/.promote.out" | tail -n 3 | paste -sd' ')"; }
  say "$to is primary"
  take_vip "$to" || say "WARNING: $KB_VIP is not on $to yet: $(kept_words)"
  stop_probe "$(date +%s)"
  note_fact gap "$write_gap"
  say "no write was taken for ${write_gap:-an unknown number of} s"
}

kept_words() { tail -n 2 "$looks/.promote.out" 2>/dev/null | paste -sd' '; }

# A last checkpoint before, so that the one of the shutdown is short; its place says how much the standby must have.
stop_old() {
  node_run "$(mp_host "$from")" $(($(left) + 5)) <<END >"$looks/.stop.out" 2>&1 || return 1
if server_runs; then
  sql 60 <<<'CHECKPOINT;' || true
  date +%s.%N
  timeout -k 5 $(left) "\$bin/sys_ctl" -D "\$data" -m fast -w -t $(left) stop >/dev/null || exit 1
fi
! server_runs || exit 1
! holds_vip || "\$ip" addr del "\$vip_cidr" dev "\$device" || ! holds_vip || echo "the virtual IP stayed"
state=\$(control 'Database cluster state')
[ "\$state" = 'shut down' ] || { echo "it did not shut down in order (\$state)"; exit 1; }
echo "checkpoint \$(control 'Latest checkpoint location')"
END
  shutdown_lsn=$(sed -n 's/^checkpoint //p' "$looks/.stop.out")
  [ -n "$shutdown_lsn" ]
}

# Not promoted before it has all that was acknowledged. `asked` says that from here on the promotion may come about.
hand_over() {
  local seconds
  seconds=$(left)
  [ "$seconds" -gt 5 ] || { echo 'no time is left' >"$looks/.promote.out"; return 1; }
  node_run "$(mp_host "$to")" "$seconds" <<END >"$looks/.promote.out" 2>&1
for i in \$(seq 1 100); do
  [ "\$(sql 5 <<<"SELECT CASE WHEN greatest(sys_last_wal_receive_lsn(), sys_last_wal_replay_lsn()) > '$shutdown_lsn'::pg_lsn THEN 'yes' END;")" = yes ] && break
  [ \$i -lt 100 ] || { echo "it has not received all up to $shutdown_lsn"; exit 4; }
  sleep 0.1
done
echo asked
timeout -k 5 $((seconds - 3)) "\$bin/repmgr" -f "\$conf" standby promote 2>&1 || { code=\$?; echo "repmgr standby promote ended with \$code"; exit 1; }
[ "\$(sql 5 <<<'SELECT sys_is_in_recovery();')" = f ]
END
}

# The old primary starts again, after it is certain that the other one did not and will not become primary.
roll_back() {
  say "rolling back: $1"
  make_certain "$1" || return 0
  node_run "$(mp_host "$from")" 240 <<'END' >"$looks/.back.out" 2>&1 || true
[ ! -e "$data/standby.signal" ] || { echo "standby.signal lies in $data"; exit 1; }
if server_runs && ! answers; then timeout 60 "$bin/sys_ctl" -D "$data" -m immediate -w -t 50 stop; fi
server_runs || quiet_start
for i in $(seq 1 240); do [ "$(sql 5 <<<'SELECT sys_is_in_recovery();' 2>/dev/null)" = f ] && exit 0; sleep 0.25; done
exit 1
END
  is_promoted "$from" || die "the switchover failed ($1), and $from does not accept writes again: $(tail -n 2 "$looks/.back.out" | paste -sd' '). HINT: on $from: sys_ctl -D $KB_DATA start; $to was not promoted. repmgrd is paused (repmgr service unpause)."
  take_vip "$from" || say "WARNING: $KB_VIP is not on $from"
  stop_probe "$(date +%s)"
  node_run "$(mp_host "$to")" 100 <<<'server_runs || quiet_start' || true
  unpause_as_before
  streams_from "$from" "$mp_streaming_seconds" $(mp_names | grep -vxF "$from") || say "WARNING: not every standby streams from $from again"
  die "the switchover was rolled back: $1; $from is primary again and takes writes, after ${write_gap:-an unknown number of} s without one"
}

# 1: the other one is primary after all, so the switchover goes on. Two primaries are worse than none: where it cannot be known, nothing is started.
make_certain() {
  local code=0
  ! is_promoted "$to" || { say "$to is primary after all"; return 1; }
  # Nobody asked it to.
  [ -e "$looks/.promote.out" ] && ! grep -q -e '^it has not received' -e '^no time' "$looks/.promote.out" || return 0
  node_run "$(mp_host "$to")" 120 <<END >"$looks/.certain.out" 2>&1 || code=$?
pkill -u "\$(id -un)" -f "repmgr .*standby promote" && sleep 0.5
timeout 60 "\$bin/sys_ctl" -D "\$data" -m fast -w -t 50 stop >/dev/null 2>&1 || timeout 60 "\$bin/sys_ctl" -D "\$data" -m immediate -w -t 50 stop >/dev/null 2>&1
[ -e "\$data/standby.signal" ] && [ "\$(own_timeline)" -le $old_timeline ] && exit 0
server_runs || quiet_start
exit 5
END
  [ "$code" != 0 ] || return 0
  if [ "$code" = 5 ] && { sleep 2; is_promoted "$to"; }; then say "$to is primary after all"; return 1; fi
  die "the switchover failed ($1), and whether $to became primary cannot be seen ($(tail -n 1 "$looks/.certain.out")): $from was not started, so that there are never two. HINT: look at $to. If its database is down or has standby.signal, start $from (sys_ctl -D $KB_DATA start); else finish with this action's kind promote. repmgrd is paused."
}

# The old primary as a standby; the others follow. All at once.
step_follow() {
  local name problem='' pids=()
  take_up
  for name in $(mp_names); do
    case $name in
      "$to") ;;
      "$from") rejoin_old & pids+=($!) ;;
      *) follow_new "$name" "$(fact id)" "$to" & pids+=($!) ;;
    esac
  done
  wait_for "${pids[@]}"
  for name in $(mp_names); do
    [ "$name" = "$to" ] || streams_from "$to" 20 "$name" || problem="$problem $name ($(tail -n 1 "$looks/.follow.$name" 2>/dev/null))"
  done
  [ -z "$problem" ] || fail_after "these do not follow $to:$problem"
  say "every standby follows $to"
}

rejoin_old() {
  node_run "$(mp_host "$from")" 180 <<END >"$looks/.follow.$from" 2>&1
streams() { [ "\$(sql 5 <<<"SELECT 1 FROM sys_stat_wal_receiver WHERE status = 'streaming' AND sender_host = '$(mp_host "$to")';" 2>/dev/null)" = 1 ]; }
streams && exit 0
! server_runs || [ -e "\$data/standby.signal" ] || timeout 60 "\$bin/sys_ctl" -D "\$data" -m fast -w -t 50 stop >/dev/null
timeout -k 5 150 "\$bin/repmgr" -f "\$conf" node rejoin -h $(mp_host "$to") -U esrep -d esrep -p "\$port"
END
}

# The switchover itself came about: never rolled back from here on.
fail_after() {
  unpause_as_before
  die "$to is primary and takes writes, but $1. HINT: npm run diagnose; the action rejoin brings a node back."
}

step_settle() {
  local name others
  take_up
  others=$(mp_names | grep -vxF "$to")
  # shellcheck disable=SC2086
  streams_from "$to" "$mp_streaming_seconds" $others || fail_after "not every standby streams from it within $mp_streaming_seconds s"
  drop_own_slots "$from" || say "WARNING: idle slots of repmgr are left on $from: they hold WAL back"
  take_vip "$to" || fail_after "the virtual IP $KB_VIP is not on it"
}

step_resume() {
  local tries=0
  take_up
  unpause_as_before
  [ -n "$(fact synchronousBefore)" ] || return 0
  while ! [ -n "$(node_run "$(mp_host "$to")" 15 <<<"sql 5 <<<'SHOW synchronous_standby_names;'" 2>/dev/null)" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 40 ] || fail_after 'synchronous_standby_names stays empty on it: acknowledged writes may be on it alone'
    sleep 0.5
  done
}

step_archive() {
  take_up
  archived=$(archives_on "$to" | tail -n 1) || fail_after "no WAL of the new timeline is archived: ${archived:-no answer}"
  note_fact archived "$archived"
  prove_after
}

# What is true now, looked at anew.
prove_after() {
  local name bad=''
  look
  [ "$(writable_nodes)" = "$to " ] || bad="primaries: $(writable_nodes)"
  for name in $(mp_names); do
    readable "$name" || bad="$bad; $name: $(of "$name" unreadable)"
    [ "$allow_paused" = true ] || { [ "$(of "$name" repmgrd)" = 'running unpaused' ] && [ "$(of "$name" kbha)" = running ]; } || bad="$bad; $name: repmgrd $(of "$name" repmgrd), kbha $(of "$name" kbha)"
    [ "$name" = "$to" ] || [ "$(row_of "$to" record "$(mp_id "$name")" 3)" = standby ] || bad="$bad; repmgr does not know $name as a standby"
  done
  [ -z "$KB_VIP" ] || [ -n "$(of "$to" vip)" ] || bad="$bad; $KB_VIP is not on $to"
  [ -z "$KB_VIP" ] || [ -z "$(of "$from" vip)" ] || bad="$bad; $KB_VIP is still on $from"
  note_fact newTimeline "$(of "$to" timeline)"
  [ -z "$bad" ] || fail_after "${bad#; }"
}

action_result() {
  local gap archived
  gap=$(fact gap)
  archived=$(fact archived)
  printf '"from":"%s","to":"%s","timelineBefore":%s,"timelineAfter":%s,"writeGapSeconds":%s,"archivedSegment":%s' "$(fact from)" "$(fact to)" \
    "$(fact timeline)" "$(fact newTimeline | grep . || echo null)" "${gap:-null}" "$(case $archived in '' | off) echo null ;; *) echo "\"$archived\"" ;; esac)"
}
