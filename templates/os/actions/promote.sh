# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action promote: a standby becomes primary because the primary is lost; sourced by action.sh.
# What was not replicated is lost: a person takes that upon himself by name, and confirms what was seen by its token.
# Fields are those of core/action/kinds/promote.ts; a test compares them.
# shellcheck source=/dev/null
. "$library/scripts/movePrimary.sh"
ACTION_FIELDS='node acceptDataLossOwner acceptDataLossReason confirm minFreeBytes'

# The runner gives the inputs after it has read this file.
read_inputs() {
  to=${KB_IN_node:-}
  min_free=${KB_IN_minFreeBytes:-268435456}
}

# --- what was seen -----------------------------------------------------------------------------------------------------------------

unseen() {
  local name
  for name in $(mp_names); do readable "$name" || printf '%s ' "$name"; done
}

# Whom repmgr calls the primary: the last one that is known.
lost_primary() { awk '$1 == "record" && $4 == "primary" { print ($5 == "active" ? 0 : 1), $3 }' "$looks/$to" | sort | awk 'NR == 1 { print $2 }'; }

# The position up to which a node has WAL, and on which timeline. A stopped database says it by its control file: at least that.
end_of() {
  local lsn
  lsn=$(of "$1" lsn)
  [ -n "$lsn" ] || lsn=$(farther "$(of "$1" checkpointLsn)" "$(of "$1" minRecovery)")
  echo "$lsn"
}
farther() { if [ "$(lsn_number "$1" || echo 0)" -ge "$(lsn_number "$2" || echo 0)" ]; then echo "$1"; else echo "$2"; fi; }
# The newest one that anything of it names: its checkpoint may be of the timeline before for minutes after a switch, and may be all there is to see.
timeline_of() {
  { of "$1" timeline; of "$1" walTimeline; of "$1" minRecoveryTimeline; of "$1" checkpointTimeline; of "$1" receiver 2; } | grep -xE '[0-9]+' | sort -n | tail -n 1 || true
}
# forked OLD NEW WHERE: position at which timeline NEW left OLD, by the history files that node WHERE has; nothing where NEW does not come from OLD.
forked() { awk -v new="$2" -v old="$1" '$1 == "history" && $2 == new && $3 == old { print $4; exit }' "$looks/$3"; }

# compare A B: ahead, behind, same or diverged, of A's data against B's. Ancestry first, then the position.
compare() {
  local ta tb fork
  ta=$(timeline_of "$1") tb=$(timeline_of "$2")
  if [ "$ta" = "$tb" ]; then order "$(end_of "$1")" "$(end_of "$2")"; return; fi
  if [ "${ta:-0}" -gt "${tb:-0}" ] 2>/dev/null; then
    fork=$(forked "$tb" "$ta" "$1")
    if [ -z "$fork" ] || [ "$(order "$(end_of "$2")" "$fork")" = ahead ]; then echo diverged; else echo ahead; fi
  else
    fork=$(forked "$ta" "$tb" "$2")
    if [ -z "$fork" ] || [ "$(order "$(end_of "$1")" "$fork")" = ahead ]; then echo diverged; else echo behind; fi
  fi
}
order() {
  local a b
  a=$(lsn_number "$1") && b=$(lsn_number "$2") || { echo diverged; return; }
  if [ "$a" = "$b" ]; then echo same; elif [ "$a" -gt "$b" ]; then echo ahead; else echo behind; fi
}

# lost_at_most: bytes that the lost primary is known to have had beyond the candidate; `unknown` where nobody could say.
lost_at_most() {
  local loser theirs mine
  loser=$(lost_primary)
  mine=$(lsn_number "$(end_of "$to")") || { echo unknown; return; }
  [ -n "$loser" ] && [ "$loser" != "$to" ] && readable "$loser" || { echo unknown; return; }
  [ "$(of "$loser" state)" = 'shut down' ] || { echo unknown; return; }
  # The record of the shutdown checkpoint is behind its position: whoever has that position and more has all.
  theirs=$(lsn_number "$(of "$loser" checkpointLsn)") || { echo unknown; return; }
  if [ "$(timeline_of "$loser")" != "$(timeline_of "$to")" ]; then echo unknown
  elif [ "$mine" -gt "$theirs" ]; then echo 0
  else echo $((theirs - mine + 1)); fi
}

# Over what does not move: the same standing again gives the same token, another primary, branch or unseen node another one.
token() {
  local name
  {
    printf 'promote %s %s %s\n' "$(of "$to" system)" "$to" "$(lost_primary)"
    for name in $(mp_names); do
      if readable "$name"; then printf '%s timeline %s\n' "$name" "$(timeline_of "$name")"; sed -n 's/^history //p' "$looks/$name" | sort; else printf '%s unseen\n' "$name"; fi
    done
  } | sha256sum | cut -c 1-16
}

# --- guards: facts in, lines out ---------------------------------------------------------------------------------------------------

promote_guards() {
  local name running
  if ! mp_names | grep -qxF "$to"; then
    guard bad promote/unknown-node "${to:-no node} is no database node of this cluster" "one of $(mp_names | paste -sd' ')" 'Name one of them in `node`.'
    return
  fi
  if ! readable "$to"; then
    guard bad promote/candidate "$to: $(of "$to" unreadable)" 'it answers' "A node that cannot be looked at is not promoted."
    return
  fi
  guard_none_runs
  guard_candidate
  guard_most_advanced
  guard_waiver
  guard_room
}

guard_none_runs() {
  local name running bad=''
  running=$(writable_nodes)
  for name in $(mp_names); do
    [ -z "$(of "$name" alive)" ] || running="$running$name (does not answer over ssh, its database accepts writes) "
    [ "$(of "$name" server)" != up ] || [ -n "$(of "$name" recovery)" ] || [ -n "$(of "$name" signal)" ] || bad="$bad $name (a database without standby.signal runs and does not answer: $(of "$name" sqlError))"
    [ "$(of "$name" server)" != unreadable ] || bad="$bad $name (whether a database runs there could not be read)"
  done
  [ "$(of "$to" receiver 1)" != streaming ] || running="$running$(of "$to" receiver 3) (sends WAL to $to) "
  if [ -n "$running" ]; then
    guard bad promote/primary-runs "a primary runs: ${running% }" 'none' 'Two primaries would take writes. Hand over by the action switchover, or stop it first.'
  elif [ -n "$bad" ]; then
    guard bad promote/primary-unclear "${bad# }" 'every database that runs answers' 'It may be a primary: make it answer, or stop it.'
  else
    guard ok promote/primary-runs "no primary runs on any node that could be looked at ($(for name in $(mp_names); do ! readable "$name" || printf '%s ' "$name"; done))" 'none' ''
  fi
}

guard_candidate() {
  local why=''
  [ "$(of "$to" recovery)" = yes ] || why='its database is no running standby'
  [ -n "$why" ] || [ -n "$(of "$to" signal)" ] || why='it has no standby.signal'
  [ -n "$why" ] || ! grep -qx 'replayPaused *' "$looks/$to" || why='its replay is paused (sys_wal_replay_resume())'
  [ -n "$why" ] || [ "$(awk -v n="$to" '$1 == "record" && $3 == n { print $4 }' "$looks/$to")" = standby ] || why='repmgr has no record of it as a standby'
  if [ -z "$why" ]; then guard ok promote/candidate "$to is a running standby on timeline $(timeline_of "$to") at $(end_of "$to")" 'a running standby' ''
  else guard bad promote/candidate "$to cannot be promoted: $why" 'a running, registered standby' 'Name another standby, or repair this one.'; fi
}

# Whoever is not primary and has more is better; the lost primary itself counts as well, where it could be looked at: starting it loses nothing.
# Not judged while a primary runs: positions move meanwhile and were read at different moments, so who is ahead would be chance, and the hint
# (promote the other one) wrong.
guard_most_advanced() {
  local name said bad='' loser
  [ -z "$(guard_none_runs | grep $'^bad\tpromote/primary-runs\t')" ] || return 0
  loser=$(lost_primary)
  for name in $(mp_names); do
    [ "$name" != "$to" ] && [ "$name" != "$loser" ] && readable "$name" || continue
    said=$(compare "$name" "$to")
    case $said in
      ahead) bad="${bad:+$bad; }$name is ahead: timeline $(timeline_of "$name") at $(end_of "$name"), $to has timeline $(timeline_of "$to") at $(end_of "$to")" ;;
      diverged) bad="${bad:+$bad; }$name (timeline $(timeline_of "$name") at $(end_of "$name")) and $to (timeline $(timeline_of "$to") at $(end_of "$to")) come from different branches" ;;
    esac
  done
  if [ -z "$bad" ]; then guard ok promote/most-advanced "no standby that could be looked at has more than $to" 'the most advanced one' ''
  else guard bad promote/most-advanced "$bad" 'the most advanced one' 'Promote the node that has more; where branches differ, npm run diagnose first.'; fi
}

guard_waiver() {
  local unseen_nodes lost expected
  unseen_nodes=$(unseen)
  lost=$(lost_at_most)
  if [ -n "${KB_IN_acceptDataLossOwner:-}" ] && [ -n "${KB_IN_acceptDataLossReason:-}" ]; then
    guard ok promote/data-loss "what is lost is accepted by $KB_IN_acceptDataLossOwner: $KB_IN_acceptDataLossReason" 'accepted by name' ''
  else
    guard bad promote/data-loss 'nobody accepts by name what is lost' 'acceptDataLossOwner and acceptDataLossReason' 'Give both: whoever decides, and why.'
  fi
  [ "$lost" != 0 ] || [ -n "$unseen_nodes" ] || return 0
  # Nobody is asked to confirm two primaries.
  [ -z "$(guard_none_runs | grep '^bad')" ] || return 0
  expected=$(token)
  if [ "${KB_IN_confirm:-}" = "$expected" ]; then
    guard ok promote/confirm "confirmed: ${unseen_nodes:+not looked at: ${unseen_nodes% }; }lost at most: $lost bytes" "$expected" ''
  else
    guard bad promote/confirm "not confirmed${KB_IN_confirm:+ (the token $KB_IN_confirm belongs to another standing)}; ${unseen_nodes:+not looked at: ${unseen_nodes% }; }lost at most: $lost bytes" "confirm=$expected" \
      "Make sure that ${unseen_nodes:-the lost primary }accepts no writes and will not come back as primary, then give confirm=$expected."
  fi
}

guard_room() {
  local line
  while read -r line; do
    if [ "${line%% *}" -ge "$min_free" ] 2>/dev/null; then guard ok promote/free-disk "$to: ${line%% *} bytes free in ${line#* }" "at least $min_free" ''
    else guard bad promote/free-disk "$to: ${line%% *} bytes free in ${line#* }" "at least $min_free" 'A primary without room stops: make room, or lower minFreeBytes.'; fi
  done < <(sed -n 's/^free //p' "$looks/$to")
}

# --- the plan ------------------------------------------------------------------------------------------------------------------------

# A node without ssh may have a database that takes writes: asked from here, over the network. `t`, `f` or no answer.
knock() {
  local name said
  for name in $(unseen); do
    said=$(kb timeout 8 "$KB_BIN/ksql" -X -A -t -q -w -c 'SELECT sys_is_in_recovery()' \
      -d "host=$(mp_host "$name") port=$KB_PORT user=esrep dbname=esrep connect_timeout=5" 2>/dev/null </dev/null) || said=''
    [ "$said" != f ] || echo 'alive primary' >>"$looks/$name"
  done
}

tell() {
  local loser lost last
  loser=$(lost_primary)
  lost=$(lost_at_most)
  say "lost primary: ${loser:-unknown}$(! readable "${loser:-$to}" && echo ', not looked at' || true)"
  for name in $(unseen); do say "NOT LOOKED AT: $name ($(of "$name" unreadable)); where it accepts writes, they are lost, and there are two primaries"; done
  if [ -n "$loser" ] && readable "$loser"; then
    say "$loser has WAL on timeline $(timeline_of "$loser") at least up to $(end_of "$loser") (control data: $(of "$loser" state)); starting it instead would lose nothing"
  fi
  [ -z "$(of "$to" vipAnswers)" ] || say "WARNING: somebody answers for $KB_VIP (hardware address $(of "$to" vipAnswers)): the lost primary is not without power, or a stranger has it; clients may go on reaching it"
  last=$(of "$to" lastCommit)
  say "$to has WAL up to $(end_of "$to")${last:+, last commit at $(date -u -d "@$last" +%Y-%m-%dT%H:%M:%SZ), $(($(date +%s) - last)) s ago}"
  case $lost in
    0) say 'lost: nothing, the primary was stopped in order and all of its WAL is here' ;;
    unknown) say "lost at most: not known; whatever was committed after that and is not on $to" ;;
    *) say "lost at most: $lost bytes of WAL" ;;
  esac
  say "failover: $(of "$to" failover); $(of "$to" repmgrd | grep -q paused$ && echo "repmgrd of $to is $(of "$to" repmgrd)" || echo 'repmgrd not read')"
  say "consequence: $to becomes primary on a new timeline${KB_VIP:+ and takes $KB_VIP}; standbys that answer follow it; the lost primary must be rejoined, and loses what only it has"
}

action_plan() {
  local verdict code found limit hint name refusals=''
  read_inputs
  look
  knock
  ! mp_names | grep -qxF "$to" || ! readable "$to" || tell
  while IFS=$'\t' read -r verdict code found limit hint; do
    if [ "$verdict" = ok ]; then say "ok       ${code#*/}: $found"
    else
      refusals="${refusals:+$refusals; }$code: $found (wanted: $limit)"
      printf 'REFUSED %s: %s (wanted: %s)\nHINT: %s\n' "$code" "$found" "$limit" "$hint" >&2
    fi
  done < <(promote_guards)
  [ -n "$refusals" ] || return 0
  note_line reason "$refusals"
  exit "$EXIT_REFUSED"
}

action_resume() { take_up; }

# --- steps ---------------------------------------------------------------------------------------------------------------------------

ACTION_STEPS='decide pause promote follow resume archive'

take_up() { read_inputs; mkdir -p "$looks"; loser=$(fact loser) seen=$(fact seen) others=$(fact others) paused_before=$(fact paused); }

step_decide() {
  local name seen='' others='' paused=no
  for name in $(mp_names); do
    readable "$name" || continue
    [ "$(of "$name" recovery)" != yes ] || seen="$seen $name"
    [ "$name" = "$to" ] || [ "$(of "$name" recovery)" != yes ] || others="$others $name"
    [ "$(of "$name" repmgrd)" != 'running paused' ] || paused=yes
  done
  note_fact loser "$(lost_primary)"
  note_fact seen "${seen# }"
  note_fact others "${others# }"
  note_fact unseen "$(unseen)"
  note_fact paused "$paused"
  note_fact lost "$(lost_at_most)"
  note_fact lsn "$(end_of "$to")"
  note_fact timeline "$(timeline_of "$to")"
}

# No failover by itself at the same time; then it is looked at once more: one may have come about just before.
step_pause() {
  local running
  take_up
  pause_daemons "$seen" pause || say 'WARNING: repmgrd could not be paused on every node that answers'
  look
  knock
  running=$(writable_nodes)
  for name in $(mp_names); do [ -z "$(of "$name" alive)" ] || running="$running$name "; done
  [ -z "$running" ] || { unpause_as_before; die "a primary runs by now: ${running% }; nothing was promoted"; }
}

unpause_as_before() {
  [ "${paused_before:-no}" = no ] || return 0
  pause_daemons "$seen" unpause || say "WARNING: repmgrd is still paused somewhere: until it is unpaused (repmgr service unpause, on any node), no failover happens by itself"
}

step_promote() {
  take_up
  if [ -n "$loser" ] && readable_host "$loser"; then drop_vip "$loser" || say "WARNING: $KB_VIP could not be taken from $loser"; fi
  promote_node "$to" 120 || { unpause_as_before; die "$to was not promoted: $(tail -n 3 "$looks/.promote.out" | paste -sd' '). No primary was made; see its log"; }
  say "$to is primary"
  take_vip "$to" || say "WARNING: $KB_VIP is not on $to: another host may still answer for it"
}

readable_host() { node_run "$(mp_host "$1")" 15 <<<'true' 2>/dev/null; }

step_follow() {
  local name pids=() problem=''
  take_up
  for name in $others; do
    follow_new "$name" "$(mp_id "$to")" "$to" &
    pids+=($!)
  done
  wait_for ${pids[@]+"${pids[@]}"}
  for name in $others; do streams_from "$to" 20 "$name" || problem="$problem $name"; done
  note_fact behind "${problem# }"
  [ -z "$problem" ] || say "WARNING: does not follow $to:$problem; rejoin or reclone it"
}

step_resume() {
  take_up
  unpause_as_before
  [ -z "$KB_VIP" ] || take_vip "$to" || die "$to is primary, but $KB_VIP is not on it: see which host answers for it (arping -D), and take it away there. HINT: kbha loads it as soon as nobody else answers."
}

step_archive() {
  local archived
  take_up
  archived=$(archives_on "$to" | tail -n 1) || die "$to is primary and takes writes, but no WAL of the new timeline is archived: ${archived:-no answer}. HINT: npm run diagnose -- backup."
  note_fact archived "$archived"
  look "$to"
  note_fact newTimeline "$(of "$to" timeline)"
  [ -n "$(fact newTimeline)" ] || die "$to does not accept writes any more"
}

action_result() {
  local lost archived
  lost=$(fact lost) archived=$(fact archived)
  printf '"to":"%s","lostPrimary":%s,"notLookedAt":%s,"lostAtMostBytes":%s,"lsn":"%s","timelineBefore":%s,"timelineAfter":%s,"notFollowing":%s,"acceptedBy":%s,"reason":%s,"archivedSegment":%s' "$to" \
    "$(json_or_null "$(fact loser)")" "$(json_or_null "$(fact unseen)")" "$(json_number "$lost")" "$(fact lsn)" "$(json_number "$(fact timeline)")" \
    "$(json_number "$(fact newTimeline)")" "$(json_or_null "$(fact behind)")" "$(json_string "$KB_IN_acceptDataLossOwner")" "$(json_string "$KB_IN_acceptDataLossReason")" \
    "$(case $archived in '' | off) echo null ;; *) json_string "$archived" ;; esac)"
}
