# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action startCluster: no database serves, and automation does not bring one back. Runs on the node that is to lead, proves
# that no other has what it lacks, starts it, and then lets every node follow whose data is part of its history. What needs more is named, not touched.
# Fields are those of core/action/kinds/startCluster.ts; a test compares them.
# shellcheck source=/dev/null
. "$library/scripts/standby.sh"
# shellcheck source=/dev/null
. "$library/scripts/movePrimary.sh"
# shellcheck source=/dev/null
. "$library/scripts/branches.sh"
ACTION_FIELDS='node resumeAutomation acceptDataLossOwner acceptDataLossReason confirm'
ACTION_STEPS='hold preserve start writes follow register address wake prove'
MIN_FREE_BYTES=134217728

# The runner gives the inputs after it has read this file.
read_inputs() { to=${KB_IN_node:-}; }

# --- what was seen -----------------------------------------------------------------------------------------------------------------

# By its control file, whatever lies in its directory now: the mark may have been laid or lost since.
was_standby() { case $(of "$1" state) in 'in archive recovery' | 'shut down in recovery') return 0 ;; *) return 1 ;; esac; }
serving_standby() { [ "$(of "$1" recovery)" = yes ]; }
leads_already() { [ "$(writable)" = "$to " ]; }
others() { mp_names | grep -vxF -- "$to"; }
where() { printf 'timeline %s at %s' "$(timeline_of "$1")" "$(end_of "$1")"; }

# own_commits NAME: transactions that it committed after it parted from the candidate.
own_commits() {
  local at said
  at=$(fact_of "$1" relation 2)
  [ -n "$at" ] || { echo unknown; return; }
  said=$(written_after "$1" "$at" "$(fact_of "$1" relation 3)")
  echo "${said%%|*}"
}

# fact_of NAME KEY FIELD: what compare_all noted of another node against the candidate.
fact_of() { of "$1" "$2" "$3"; }

# compare_all: for each other node `relation WORD timeline position`, `wal same|other|unread` and, where it parted, `own COMMITS`.
compare_all() {
  local name relation
  for name in $(others); do
    readable "$name" || continue
    relation=$(relate "$to" "$name")
    echo "relation $relation" >>"$looks/$name"
    case $relation in
      *' '*)
        set -- $relation
        echo "wal $(same_wal "$to" "$name" "$2" "$3")" >>"$looks/$name"
        ;;
    esac
    case $relation in parted*) echo "own $(own_commits "$name")" >>"$looks/$name" ;; esac
  done
}

# fits NAME: all that it has is part of the candidate's history, so that it may follow without a rewind.
fits() {
  [ "$(of "$1" system)" = "$(of "$to" system)" ] && [ "$(of "$1" wal)" = same ] || return 1
  case $(of "$1" relation 1) in same | holds) ;; *) return 1 ;; esac
  # A primary that was killed may have more in memory of its disks than its WAL says to us: that is for rejoin to look at.
  was_standby "$1" || serving_standby "$1" || [ "$(of "$1" state)" = 'shut down' ]
}

# Over what does not move: the same standing again gives the same token.
token() {
  local name
  {
    printf 'startCluster %s %s\n' "$(of "$to" system)" "$to"
    for name in $(mp_names); do
      if readable "$name"; then printf '%s timeline %s at %s\n' "$name" "$(timeline_of "$name")" "$(of "$name" walEnd)"; else printf '%s unseen\n' "$name"; fi
    done
    sed -n 's/^history //p' "$looks/$to" | sort
  } | sha256sum | cut -c 1-16
}

# --- guards: facts in, lines out ---------------------------------------------------------------------------------------------------

start_guards() {
  local found
  is_node "$to" || { guard bad start/unknown-node "${to:-no node} is no database node of this cluster" "one of $(mp_names | paste -sd' ')" 'Name one of them in `node`.'; return; }
  if ! readable "$to"; then
    guard bad start/candidate "$to: $(of "$to" unreadable)" 'it answers' 'A node that cannot be looked at is not started.'
    return
  fi
  # With a primary there is nothing to be said of a candidate.
  found=$(guard_none_runs)
  printf '%s\n' "$found"
  ! grep -q '^bad' <<<"$found" || return 0
  found=$(guard_candidate)
  printf '%s\n' "$found"
  ! grep -q '^bad' <<<"$found" || return 0
  found=$(guard_others; guard_room)
  printf '%s\n' "$found"
  ! grep -q '^bad' <<<"$found" || return 0
  guard_doubt
}

guard_none_runs() {
  local running bad
  running=$(writable) bad=$(unclear)
  if [ -n "$running" ]; then
    guard bad start/primary-runs "${running% } accepts writes" 'nobody' 'There is a primary: what is down comes back by rejoin. With two of them: npm run diagnose.'
  elif [ -n "$bad" ]; then guard bad start/unclear "${bad%; }" 'every database that runs answers' 'It may be a primary: make it answer, or stop it.'
  else guard ok start/none-runs 'no node that could be looked at accepts writes' 'none' ''; fi
}

guard_candidate() {
  local why='' hint='Look at its control data and WAL (sys_controldata, sys_waldump), or name another node.'
  if serving_standby "$to"; then why='its database runs, as a standby' hint='A running standby becomes primary by the action promote.'
  elif [ "$(of "$to" server)" != down ]; then why='its database runs'
  elif [ -z "$(of "$to" system)" ]; then why="its control file cannot be read"
  elif [ -z "$(end_of "$to")" ]; then why="where its WAL ends is not known: $(of "$to" walEndError)"
  elif [ -z "$(path_of "$to")" ]; then why="the history file of its timeline $(timeline_of "$to") is missing"
  else
    case $(of "$to" state) in
      'in archive recovery' | 'shut down in recovery' | 'shut down' | 'in production' | 'shutting down' | 'in crash recovery') ;;
      *) why="its control file says '$(of "$to" state)'" ;;
    esac
  fi
  if [ -z "$why" ]; then guard ok start/candidate "$to is down, $(of "$to" state), $(where "$to")" 'a database that is down and can be read' ''
  else guard bad start/candidate "$to: $why" 'a database that is down and can be read' "$hint"; fi
}

# Ancestry first, then the position; both are believed only where the WAL up to the junction is the same.
guard_others() {
  local name
  for name in $(others); do
    readable "$name" || continue
    # A damaged one is no empty directory: guard_doubt asks who answers for what lies there.
    if [ -n "$(of "$name" controlUnread)" ]; then :
    elif [ "$(of "$name" server)" = down ] && [ -z "$(of "$name" system)" ]; then
      guard ok start/others "$name has no control file that can be read: it holds nothing that could be judged, and stays as it is" 'judged' ''
    elif [ "$(of "$name" system)" != "$(of "$to" system)" ]; then
      guard bad start/other-system "$name is system $(of "$name" system), $to is system $(of "$to" system)" 'one system' 'See which volume is mounted where; nothing was started.'
    else guard_other "$name"; fi
  done
}

guard_other() {
  local name=$1 own
  own=$(of "$name" own)
  case $(of "$name" relation 1)/$(of "$name" wal) in
    same/same | holds/same) guard ok start/others "$to has all that $name has ($(where "$name"))" 'no other has more' '' ;;
    # Without the WAL to compare, its position still says that it may have more: nobody answers for that.
    held/same | held/unread) guard bad start/not-the-one "$name has more: $(where "$name"), $to has $(where "$to")" 'the node that has most' "Start $name: node=$name." ;;
    parted/same | parted/unread | parted/)
      if [ "$own" = 0 ]; then guard ok start/others "$name left the common history at $(of "$name" relation 3), and committed nothing after it ($(where "$name"))" 'no other has transactions of its own' ''
      else
        guard bad start/forked "$to and $name parted on timeline $(of "$name" relation 2 | grep . || echo '?') at $(of "$name" relation 3 | grep . || echo 'an unknown position'), and $name has ${own:-unknown} transactions of its own ($(where "$name"); $to: $(where "$to"))" 'no other has transactions of its own' \
          "Two candidates: keep the evidence of both (preserveEvidence, data=true), compare their data, and move the data directory of the one to give up aside before this is asked again."
      fi
      ;;
    same/other | held/other | holds/other | parted/other) guard bad start/forked "$to and $name hold other WAL up to the same position ($(of "$name" relation 3)): they parted before it, nobody knows where" 'the same WAL up to where they parted' 'Keep the evidence of both, compare their data, and move the data directory of the one to give up aside.' ;;
  esac
}

# in_doubt: who may hold more, because it could not be looked at, or not far enough: `name (why)` each on a line.
in_doubt() {
  local name
  for name in $(mp_names); do
    if ! readable "$name"; then echo "$name ($(of "$name" unreadable))"
    elif [ "$name" = "$to" ]; then continue
    elif [ -n "$(of "$name" controlUnread)" ]; then echo "$name ($(of "$name" controlUnread): how far it came is not known)"
    elif [ -z "$(of "$name" system)" ]; then continue
    else
      case $(of "$name" relation 1)/$(of "$name" wal) in
        unknown/* | /*) echo "$name (which timelines it went through, or how far, is not known: $(of "$name" walEndError | grep . || echo "the history file of timeline $(timeline_of "$name") is missing"))" ;;
        */unread) echo "$name (whether it shares its WAL up to $(of "$name" relation 3) could not be read: it is gone on one of the two)" ;;
      esac
    fi
  done
}

guard_room() {
  local line
  while read -r line; do
    if [ "${line%% *}" -ge "$MIN_FREE_BYTES" ] 2>/dev/null; then guard ok start/free-disk "$to: ${line%% *} bytes free in ${line#* }" "at least $MIN_FREE_BYTES" ''
    else guard bad start/free-disk "$to: ${line%% *} bytes free in ${line#* }" "at least $MIN_FREE_BYTES" 'A primary without room stops: make room. Never remove anything from the WAL directory by hand.'; fi
  done < <(sed -n 's/^free //p' "$looks/$to")
}

guard_doubt() {
  local doubt names expected
  doubt=$(in_doubt)
  [ -n "$doubt" ] || return 0
  names=$(sed 's/ (.*//' <<<"$doubt" | paste -sd' ') doubt=$(paste -sd';' <<<"$doubt")
  if [ -z "${KB_IN_acceptDataLossOwner:-}" ] || [ -z "${KB_IN_acceptDataLossReason:-}" ]; then
    guard bad start/not-proved "not proved against $doubt" 'every node is looked at and has no more, or somebody answers for it by name' \
      'It may accept writes, or have more. Make it readable; or make sure that it is off and stays off, and give acceptDataLossOwner and acceptDataLossReason.'
    return 0
  fi
  expected=$(token)
  if [ "${KB_IN_confirm:-}" = "$expected" ]; then guard ok start/confirm "confirmed: not proved against $names; $KB_IN_acceptDataLossOwner answers for it: $KB_IN_acceptDataLossReason" "$expected" ''
  else
    guard bad start/confirm "not confirmed${KB_IN_confirm:+ (the token $KB_IN_confirm belongs to another standing)}; not proved against $doubt; what only it has is lost" "confirm=$expected" \
      "Make sure that $names accepts no writes and will not come back as primary, then give confirm=$expected."
  fi
}

# --- the plan ----------------------------------------------------------------------------------------------------------------------

rewind_names() { for name in $(others); do ! readable "$name" || fits "$name" || [ -z "$(of "$name" system)" ] || printf '%s ' "$name"; done; }
follow_names() { for name in $(others); do ! readable "$name" || ! fits "$name" || printf '%s ' "$name"; done; }

tell() {
  local name
  for name in $(mp_names); do
    if readable "$name"; then say "fact: $name: database $(of "$name" server), control data: $(of "$name" state)$([ -z "$(of "$name" signal)" ] || echo ', standby.signal'), $(where "$name")"
    else say "NOT LOOKED AT: $name ($(of "$name" unreadable)); where it accepts writes, there are two primaries"; fi
  done
}

consequence() {
  local name
  if was_standby "$to"; then say "consequence: $to was a standby: it is started as one, replays all that it has, and is promoted onto a new timeline"
  else say "consequence: $to was primary: it is started as it is, on its own timeline${stale:+; its standby.signal is stale, and is set aside}"; fi
  say "consequence: cron, kbha and repmgrd rest on every node meanwhile${KB_VIP:+; $KB_VIP comes to $to}"
  for name in $(follow_names); do say "consequence: $name is started, and follows $to"; done
  for name in $(rewind_names); do say "consequence: $name is NOT touched, its data is no part of $to's history or cannot be started as a standby: afterwards kind: rejoin, inputs: {node: $name}"; done
  [ -z "$(rewind_names)" ] || [ "${KB_RECOVERY:-manual}" != automatic ] ||
    say "consequence: recovery is automatic here: where repmgrd is at work again, it may rewind $(rewind_names)by itself; pause it first (automation.sh pause) where that is not wanted"
}

action_plan() {
  local stale=''
  read_inputs
  look
  knock
  if is_node "$to"; then
    [ "$to" = "$KB_NAME" ] || refuse start/not-here "this is $KB_NAME, and $to is the one that is to lead" "Run it on $to."
    if leads_already; then
      plan_already
      return 0
    fi
    if readable "$to" && [ -z "$(writable)" ]; then
      look_at_wal
      compare_all
      tell
    fi
  fi
  judge start_guards
  was_standby "$to" || [ -z "$(of "$to" signal)" ] || stale=yes
  consequence
  [ "${dry_run:-no}" = yes ] || note_plan
}

# It leads: its database is not touched. What a request that failed half-way had not come to is made good: address, record and watchers.
plan_already() {
  local name resting=''
  say "fact: $to is primary already, and alone: somebody has started it meanwhile. Its database is not touched"
  [ -z "$KB_VIP" ] || [ -n "$(of "$to" vip)" ] || {
    [ -z "$(unseen)" ] || refuse start/not-proved "$to is primary already, $KB_VIP is not on it, and these could not be looked at: $(unseen)" \
      "Whoever cannot be seen may be primary, and hold the address: make it reachable, then look again."
    say "consequence: $KB_VIP, which is not on it, comes to $to"
  }
  for name in $(mp_names); do ! readable "$name" || [ "$(of "$name" automation)" = active ] || resting="$resting$name "; done
  if [ -z "$resting" ]; then :
  elif [ "${KB_IN_resumeAutomation:-false}" = true ]; then say "consequence: cron, kbha and repmgrd of ${resting% } rest, and work again afterwards"
  else say "WARNING: the cron line of kbha rests on ${resting% }: nothing there is watched, and it is left so (automation.sh resume there, or resumeAutomation)"; fi
  [ "${dry_run:-no}" = yes ] || {
    note_fact already yes
    note_fact unseen "$(unseen)"
    note_fact seen "$(for name in $(mp_names); do ! readable "$name" || printf '%s ' "$name"; done)"
    for name in $(mp_names); do ! readable "$name" || note_fact "watched.$name" "$(of "$name" automation | grep . || echo unknown)"; done
  }
}

note_plan() {
  note_fact wasStandby "$(was_standby "$to" && echo yes || echo no)"
  note_fact stale "${stale:-no}"
  note_fact where "$(where "$to")"
  note_fact timeline "$(timeline_of "$to")"
  note_fact follow "$(follow_names)"
  note_fact rewind "$(rewind_names)"
  note_fact unseen "$(unseen)"
  note_fact seen "$(for name in $(mp_names); do ! readable "$name" || printf '%s ' "$name"; done)"
}

# Taken up again, maybe hours later: what was seen then counts no more.
action_resume() {
  local name
  read_inputs
  look
  knock
  for name in $(others); do
    case " $(writable) " in *" $name "*) die "$name accepts writes by now; $to was not taken further. $(left_so)" ;; esac
  done
  ! grep -q '^start ' "$ledger/steps" || return 0
  for name in $(fact seen); do
    readable "$name" || die "$name was looked at before and cannot be read any more ($(of "$name" unreadable)): it may accept writes; $to was not started. $(left_so)"
    [ "$name" = "$to" ] || [ "$(of "$name" server)" = down ] || [ -n "$(of "$name" recovery)" ] ||
      die "the database of $name runs by now and does not say what it is: it may accept writes; $to was not started. $(left_so)"
  done
}
left_so() { echo 'Cron, kbha and repmgrd rest where this request had stopped them (automation.sh resume). HINT: npm run diagnose'; }
nothing_to_do() { [ "$(fact already)" = yes ]; }

# --- steps -------------------------------------------------------------------------------------------------------------------------

# Nobody else starts anything meanwhile. What held before is noted once on each node, and put back at the end.
step_hold() {
  local name
  ! nothing_to_do || return 0
  for name in $(fact seen); do
    [ -n "$(fact "watched.$name")" ] || note_fact "watched.$name" "$(watched "$name" | grep . || echo unknown)"
    still "$name" || { wake_all; die "cron, kbha or repmgrd of $name could not be stopped: $(tail -n 1 "$looks/.still.$name"). Nothing was started"; }
  done
  look
  knock
  [ -z "$(writable)" ] || { wake_all; die "$(writable)accepts writes by now: nothing was started. Look again: npm run diagnose"; }
}

# active/paused/missing of the cron line.
watched() { node_run "$(mp_host "$1")" 20 <<<'sudo -n "$automation" status' 2>/dev/null || true; }

still() {
  node_run "$(mp_host "$1")" 40 <<'END' >"$looks/.still.$1" 2>&1
[ "$(sudo -n "$automation" status)" != active ] || sudo -n "$automation" pause >/dev/null || exit 1
for each in "$kbha_pid kbha" "$repmgrd_pid repmgrd"; do
  set -- $each
  for i in $(seq 1 60); do
    daemon_runs "$1" "$2" || break
    pkill -u "$(id -un)" -f "(^|/)$2 .*-f " || true
    sleep 0.2
  done
  ! daemon_runs "$1" "$2" || { echo "$2 does not end"; exit 1; }
done
END
}

wake() {
  node_run "$(mp_host "$1")" 90 <<'END' >"$looks/.wake.$1" 2>&1
sudo -n "$automation" resume >/dev/null || exit 1
daemon_runs "$repmgrd_pid" repmgrd || timeout 60 "$bin/repmgrd" -d -v -f "$conf" >/dev/null 2>&1 </dev/null || true
daemon_runs "$kbha_pid" kbha || { setsid "$bin/kbha" -A daemon -f "$conf" >/dev/null 2>&1 </dev/null & }
for i in $(seq 1 60); do daemon_runs "$kbha_pid" kbha && exit 0; sleep 0.25; done
echo 'kbha does not run'; exit 1
END
}

# As before, or everywhere where the record says so.
wake_all() {
  local name left='' problem=''
  for name in $(fact seen); do
    # Not come to yet.
    [ -n "$(fact "watched.$name")" ] || continue
    if [ "$(fact "watched.$name")" = active ] || [ "${KB_IN_resumeAutomation:-false}" = true ]; then wake "$name" || problem="$problem $name ($(tail -n 1 "$looks/.wake.$name"))"
    else left="$left$name "; fi
  done
  note_fact leftPaused "$left"
  [ -z "$left" ] || say "the cron line of kbha was not active before on ${left% }: it is left so, and nothing there is watched (automation.sh resume, or resumeAutomation)"
  [ -z "$problem" ] || say "WARNING: not watched again:$problem"
}

step_preserve() { nothing_to_do || keep_evidence; }

# A stale standby.signal goes into the ledger. A standby without it gets one: started without, it would go on writing the timeline of a primary
# that may come back; promoted, it leaves that timeline.
step_start() {
  ! nothing_to_do || return 0
  kb_layout "$KB_DATA"
  if [ "$(fact wasStandby)" = yes ]; then
    [ -e "$KB_STANDBY_SIGNAL" ] || is_writable || install -m 0600 -o "$KB_USER" -g "$KB_GROUP" /dev/null "$KB_STANDBY_SIGNAL"
    if ! is_writable; then
      start_standby
      promote_node "$to" 300 || die "$to was started as a standby and not promoted: $(tail -n 3 "$looks/.promote.out" | paste -sd' '). It takes no writes; cron and kbha rest on every node"
    fi
    is_writable || die "$to does not accept writes after its promotion"
  else
    if [ -e "$KB_STANDBY_SIGNAL" ] && ! server_runs; then mv -T "$KB_STANDBY_SIGNAL" "$ledger/standby.signal.stale"; sync "$KB_DATA"; fi
    start_leading
  fi
  say "$to accepts writes"
}

# Crash recovery may take long: it is waited for as long as the server lives.
start_leading() {
  local end=$((SECONDS + ${KB_START_SECONDS:-1800})) shown=$SECONDS
  server_alive || kb_daemon timeout 90 "$KB_BIN/sys_ctl" -W -l "$KB_LOG" -D "$KB_DATA" start || true
  sleep 0.5
  until server_answers; do
    server_alive || { sleep 1; server_alive || { last_words; die "the database does not start; its log is $KB_LOG and below $KB_DATA. Cron and kbha rest on every node"; }; }
    [ "$SECONDS" -lt "$end" ] || die 'the database did not come up in time; it goes on recovering'
    if [ $((SECONDS - shown)) -ge 10 ]; then shown=$SECONDS; say 'recovering'; fi
    sleep 0.3
  done
  is_writable || die "the database in $KB_DATA is read-only although it should lead"
}

# A commit of its own, acknowledged by its own disk: the standbys come next.
step_writes() {
  local said
  ! nothing_to_do || return 0
  said=$(sql_local esrep 2>&1 <<<'SET synchronous_commit = local; SELECT txid_current(); SELECT sys_current_wal_flush_lsn();') || die "$to does not take writes: $(tail -n 1 <<<"$said")"
  say "proved: $to committed a transaction; its WAL is on disk up to $(tail -n 1 <<<"$said")"
  find_new_primary
  note_fact newTimeline "$primary_timeline"
}

find_new_primary() {
  local said
  primary_name=$KB_NAME primary_host=$KB_HOST primary_id=$KB_ID
  said=$(replication_command "$KB_HOST" IDENTIFY_SYSTEM 2>&1) || die "$to does not let itself in for replication: $(tail -n 1 <<<"$said")"
  IFS='|' read -r primary_system primary_timeline primary_lsn _ <<<"$said"
}

# Started as the standby that it is; where it does not find the new primary by itself, repmgr points it there.
step_follow() {
  local name pids=()
  ! nothing_to_do || return 0
  for name in $(fact follow); do
    bring_behind "$name" &
    pids+=($!)
  done
  wait_for ${pids[@]+"${pids[@]}"}
  local problem=''
  for name in $(fact follow); do
    if streams_from "$to" 60 "$name"; then say "$name follows $to"; else
      problem="$problem$name "
      say "WARNING: $name does not follow $to ($(tail -n 1 "$looks/.follow.$name" 2>/dev/null)): kind: rejoin, inputs: {node: $name}"
    fi
  done
  note_fact behind "$problem"
}

bring_behind() {
  if [ "$(of "$1" recovery)" = yes ]; then follow_new "$1" "$(mp_id "$to")" "$to"; return; fi
  node_run "$(mp_host "$1")" 300 <<END >"$looks/.follow.$1" 2>&1
streams() { [ "\$(sql 5 <<<"SELECT 1 FROM sys_stat_wal_receiver WHERE status = 'streaming' AND sender_host = '$KB_HOST';" 2>/dev/null)" = 1 ]; }
if ! server_runs; then
  if [ "\$(control 'Database cluster state')" = 'shut down' ]; then
    # A former primary that was stopped in order: repmgr looks once more whether it may follow, and is never forced.
    timeout -k 5 120 "\$bin/repmgr" -f "\$conf" node rejoin -h $KB_HOST -U esrep -d esrep -p "\$port" || exit 1
  else
    [ -e "\$data/standby.signal" ] || touch "\$data/standby.signal"
    quiet_start || server_runs || { echo "its database does not start: see \$server_log"; exit 1; }
  fi
fi
for i in \$(seq 1 20); do streams && exit 0; sleep 0.5; done
timeout -k 5 60 "\$bin/repmgr" -f "\$conf" standby follow -W --upstream-node-id=$KB_ID || true
for i in \$(seq 1 60); do streams && exit 0; sleep 0.5; done
echo "it does not stream from $KB_HOST"; exit 1
END
}

# Only where repmgr does not know it so: a promotion has written it, and a primary that was one still stands there.
step_register() {
  ! nothing_to_do || [ -z "$(fact unseen)" ] || return 0
  [ "$(registered)" != 'primary|active' ] || return 0
  ( register_primary ) || true
  [ "$(registered)" = 'primary|active' ] || die "$to takes writes, but repmgr's record of it is '$(registered)': repmgr primary register -F. $(rest_said)"
}
registered() { sql_local esrep 2>/dev/null <<<"SELECT type, CASE WHEN active THEN 'active' ELSE 'inactive' END FROM repmgr.nodes WHERE node_id = $KB_ID;"; }

step_address() {
  local name
  [ -n "$KB_VIP" ] || return 0
  # Where it is already, nobody is asked to give it up.
  ! nothing_to_do || [ -z "$(of "$to" vip)" ] || return 0
  for name in $(fact seen); do [ "$name" = "$to" ] || drop_vip "$name" || say "WARNING: $KB_VIP could not be taken from $name"; done
  take_vip "$to" || die "$to takes writes, but $KB_VIP is not on it: see which host answers for it (arping -D), and take it away there. $(rest_said)"
}
rest_said() { if nothing_to_do; then echo 'Cron and kbha are as they were'; else echo 'Cron and kbha rest on every node'; fi; }

step_wake() { wake_all; }

step_prove() {
  local name bad=''
  look
  [ "$(writable)" = "$to " ] || bad="these accept writes: $(writable)"
  [ -z "$KB_VIP" ] || [ -n "$(of "$to" vip)" ] || bad="$bad; $KB_VIP is not on it"
  for name in $(fact follow); do case " $(fact behind) " in *" $name "*) ;; *) streams_from "$to" 30 "$name" || bad="$bad; $name does not stream from it" ;; esac; done
  [ -z "$bad" ] || die "$to was started, but ${bad#; }. HINT: npm run diagnose"
  for name in $(fact rewind); do say "$name is as it was. kind: rejoin, inputs: {node: $name}"; done
  note_fact newTimeline "$(of "$to" timeline)"
  say "verified: $to is the only primary${KB_VIP:+, $KB_VIP is on it}"
}

action_result() {
  printf '"primary":"%s","alreadyRunning":%s,"from":%s,"promoted":%s,"staleSignal":%s,"timelineBefore":%s,"timelineAfter":%s,"following":%s,"notFollowing":%s,"needRejoin":%s,"notLookedAt":%s,"leftPaused":%s' "$to" \
    "$(json_flag nothing_to_do)" "$(json_or_null "$(fact where)")" "$(json_flag test "$(fact wasStandby)" = yes)" "$(json_flag test "$(fact stale)" = yes)" \
    "$(json_number "$(fact timeline)")" "$(json_number "$(fact newTimeline)")" "$(json_or_null "$(for name in $(fact follow); do case " $(fact behind) " in *" $name "*) ;; *) echo "$name" ;; esac; done | paste -sd' ')")" \
    "$(json_or_null "$(fact behind | sed 's/ *$//')")" "$(json_or_null "$(fact rewind | sed 's/ *$//')")" "$(json_or_null "$(fact unseen | sed 's/ *$//')")" "$(json_or_null "$(fact leftPaused | sed 's/ *$//')")"
}
