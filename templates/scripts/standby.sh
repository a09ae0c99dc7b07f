# shellcheck shell=bash
# What the actions that bring a node back as a standby share: who leads, whether the node may be touched, how it is kept from being started
# half-way, and what proves that it follows. Sourced by kinds of action.sh; needs its helpers. Numbers of positions are bytes.

lsn_number() { local high=${1%%/*} low=${1##*/}; printf '%s' "$((16#$high * 4294967296 + 16#$low))"; }
# segment_name TIMELINE POSITION
segment_name() {
  local number=$(($2 / segment_bytes)) per=$((4294967296 / segment_bytes))
  printf '%08X%08X%08X' "$1" "$((number / per))" "$((number % per))"
}
mebibytes() { printf '%s MiB' "$(($1 / 1048576))"; }

# replication_command HOST COMMAND: over a replication connection, as the user that streams.
replication_command() {
  kb timeout 15 "$KB_BIN/ksql" -X -A -t -q -w -F '|' -c "$2" -d "host=$1 port=$KB_PORT user=esrep dbname=replication replication=1 connect_timeout=5" </dev/null
}

# Every other database node is asked; one that is neither answering nor proved to be down blocks, unless the operator calls it off.
find_primary() {
  local name host role id said found='' unread='' standbys=''
  while read -r name host role id <&3; do
    [ "$role" = database ] && [ "$name" != "$KB_NAME" ] || continue
    said=$(KB_SQL_SECONDS=10 sql_on "$host" "$KB_DB" 2>/dev/null <<<"SELECT CASE WHEN sys_is_in_recovery() THEN 'standby' ELSE 'primary' END;") || said=$(down_or_unread "$host")
    case $said in
      primary) found="$found $name" primary_name=$name primary_host=$host primary_id=$id ;;
      standby) standbys="$standbys $name" ;;
      down) say "fact: the database of $name is down" ;;
      *) case ",${KB_IN_ignore:-}," in *",$name,"*) say "fact: $name was not reached; the operator says that it is off" ;; *) unread="$unread $name" ;; esac ;;
    esac
  done 3< <(kb_members)
  [ -z "$unread" ] || refuse "$kind/unread" "whether a database runs as primary on${unread} could not be read" \
    "Make it reachable, or make sure that it is switched off and name it: ignore=$(tr ' ' ',' <<<"${unread# }")."
  [ -n "$found" ] || refuse "$kind/no-primary" 'no other node runs as primary' 'A node is brought back to a primary: see npm run diagnose for which one to promote or start.'
  case ${found# } in *' '*) refuse "$kind/two-primaries" "more than one node accepts writes:$found" 'Decide which one stays and stop the others first; both may hold writes.' ;; esac
  standby_names=${standbys# }
  said=$(replication_command "$primary_host" IDENTIFY_SYSTEM 2>&1) || refuse "$kind/no-replication" "$primary_name does not let this node in for replication: $(tail -n 1 <<<"$said")" 'See its sys_hba.conf and ~/.kbpass of this node.'
  IFS='|' read -r primary_system primary_timeline primary_lsn _ <<<"$said"
  say "fact: $primary_name ($primary_host) is the only primary: system $primary_system, timeline $primary_timeline, at $primary_lsn"
}

down_or_unread() {
  local code=0
  on_node_seconds=15 on_node "$1" "$KB_BIN/sys_ctl" -D "$KB_DATA" status >/dev/null 2>&1 || code=$?
  case $code in 3 | 4) echo down ;; *) echo unread ;; esac
}

# This node must not be the one that leads, nor hold what no other has.
prove_not_leading() {
  local role
  role=$(KB_SQL_SECONDS=10 sql_local "$KB_DB" 2>/dev/null <<<"SELECT CASE WHEN sys_is_in_recovery() THEN 'standby' ELSE 'primary' END;") || role=down
  [ "$role" != primary ] || refuse "$kind/runs-as-primary" "the database of this node accepts writes, and so does $primary_name" 'Two primaries: decide which one stays; what the other acknowledged is lost. Nothing was stopped.'
  say "fact: the database of this node is $([ "$role" = standby ] && echo 'a running standby' || echo 'not running')"
}

# Sets local_*: what the control data of DIRECTORY says.
read_local() {
  local minimum minimum_timeline
  read_control "$1"
  segment_bytes=$(control_field 'Bytes per WAL segment')
  local_system=$(control_field 'Database system identifier')
  [ -n "$local_system" ] || return 1
  local_state=$(control_field 'Database cluster state')
  local_timeline=$(control_field "Latest checkpoint's TimeLineID")
  local_lsn=$(control_field 'Latest checkpoint location')
  minimum=$(control_field 'Minimum recovery ending location')
  minimum_timeline=$(control_field "Min recovery ending loc's timeline")
  if [ "${minimum_timeline:-0}" -ge "$local_timeline" ] && [ "$(lsn_number "${minimum:-0/0}")" -gt "$(lsn_number "$local_lsn")" ]; then
    local_timeline=$minimum_timeline local_lsn=$minimum
  fi
  local_checksums=$(control_field 'Data page checksum version')
  local_hints=$(control_field 'wal_log_hints setting')
  [ "$1" != "$KB_DATA" ] || running_position
}

# A standby that runs is further than its control data, which may name the timeline before for minutes: it replayed up to there, from the newest
# timeline of which it has that segment.
running_position() {
  local lsn name timeline
  lsn=$(KB_SQL_SECONDS=10 sql_local "$KB_DB" 2>/dev/null <<<'SELECT sys_last_wal_replay_lsn() WHERE sys_is_in_recovery();') || return 0
  [[ $lsn =~ ^[0-9A-F]+/[0-9A-F]+$ ]] && [[ $segment_bytes =~ ^[1-9][0-9]*$ ]] || return 0
  name=$(segment_name 0 "$(($(lsn_number "$lsn") - 1))")
  kb_layout "$KB_DATA"
  timeline=$(ls "$KB_WAL/" | sed -n "s/^\([0-9A-F]\{8\}\)${name:8}\$/\1/p" | sort | tail -n 1)
  [ -n "$timeline" ] || return 0
  timeline=$((16#$timeline))
  [ "$timeline" -gt "$local_timeline" ] || { [ "$timeline" = "$local_timeline" ] && [ "$(lsn_number "$lsn")" -gt "$(lsn_number "$local_lsn")" ]; } || return 0
  local_timeline=$timeline local_lsn=$lsn
}

prove_same_system() {
  [ "$local_system" = "$primary_system" ] || refuse "$kind/other-system" "$KB_DATA holds system $local_system, the primary is system $primary_system" 'These are different databases. See which volume is mounted there; nothing was changed.'
  say "fact: same system $local_system; this node: timeline $local_timeline, $local_lsn, $local_state"
}

# fork_of TIMELINE: where the primary's history left it; nothing where it is its own, `none` where it never was on it.
fork_of() {
  [ "$1" != "$primary_timeline" ] || return 0
  [ "$primary_timeline" != 1 ] || { echo none; return 0; }
  replication_command "$primary_host" "TIMELINE_HISTORY $primary_timeline" | sed 's/^[0-9A-F]*\.history|//' |
    awk -v wanted="$1" '$1 == wanted { print $2; found = 1 } END { if (!found) print "none" }'
}

# fork_given_up: the last place that this node and the primary both went through, by the history files of both; fails where it is not known.
fork_given_up() {
  local theirs timeline at end
  kb_layout "$KB_DATA"
  theirs=$(
    echo "$primary_timeline $primary_lsn"
    [ "$primary_timeline" = 1 ] || replication_command "$primary_host" "TIMELINE_HISTORY $primary_timeline" | sed 's/^[0-9A-F]*\.history|//' | awk '/^[0-9]/ { print $1, $2 }'
  ) || return 1
  while read -r timeline at; do
    end=$(awk -v wanted="$timeline" '$1 == wanted { print $2; exit }' <<<"$theirs")
    [ -n "$end" ] || continue
    if [ "$(lsn_number "$at")" -le "$(lsn_number "$end")" ]; then echo "$at"; else echo "$end"; fi
    return 0
  done < <(awk '/^[0-9]/ { print $1, $2 }' "$KB_WAL/$(printf '%08X' "$local_timeline").history" 2>/dev/null | tac)
  return 1
}

# A timeline that the primary never was on, or more of its own than it has, is what only this node has.
prove_not_newest() {
  fork=$(fork_of "$local_timeline") || refuse "$kind/no-history" "the history of timeline $primary_timeline could not be read from $primary_name" 'Run it again when that node answers.'
  if [ "$fork" = none ]; then
    [ "${KB_IN_givenUp:-}" = "$local_timeline" ] ||
      refuse "$kind/ahead" "timeline $local_timeline of this node is no ancestor of timeline $primary_timeline of $primary_name: this node may hold newer data" "Keep its data directory, compare both, and decide which one leads before anything is discarded. Where that is decided and what the other branch holds is exported (resolveMultiPrimary): givenUp=$local_timeline."
    fork=$(fork_given_up) || refuse "$kind/no-history" "where timeline $local_timeline left the history of $primary_name cannot be told from the history files here" 'Set its data directory aside by hand, then use the kind reclone.'
    say "fact: timeline $local_timeline was given up; it left the history of $primary_name at $fork"
  elif [ -n "${KB_IN_givenUp:-}" ]; then
    refuse "$kind/not-given-up" "this node is on timeline $local_timeline, which $primary_name went through; the record gives up timeline $KB_IN_givenUp" 'Leave givenUp out.'
  fi
  # Asked again: a node that replays is further by now than the primary was a moment ago.
  primary_lsn=$(sql_on "$primary_host" "$KB_DB" <<<'SELECT sys_current_wal_lsn();') || refuse "$kind/no-primary" "$primary_name does not answer any more" 'Run it again.'
  if [ -z "$fork" ] && [ "$(lsn_number "$local_lsn")" -gt "$(lsn_number "$primary_lsn")" ]; then
    refuse "$kind/ahead" "on the common timeline $local_timeline this node is at $local_lsn, the primary at $primary_lsn: this node holds more" 'Keep its data directory, and find out why the primary has less.'
  fi
  [ -z "$fork" ] || say "fact: the primary left timeline $local_timeline at $fork"
}

free_bytes() { df -PB1 "$1" | awk 'NR == 2 { print $4 }'; }
directory_bytes() { du -sB1 "$1" 2>/dev/null | cut -f1; }

# --- the node's own automation ---------------------------------------------------------------------------------------------------

# Cron, kbha and repmgrd of this node must not start what is half done. Noted before, put back after.
quiet_node() {
  local state
  # An action that failed leaves the node quiet, and this file: what held before it still counts.
  if [ ! -s "$KB_STATE/quieted" ]; then
    state=$("$library/automation.sh" status 2>/dev/null) || state=missing
    put_ledger quieted "$state $(repmgrd_runs && echo repmgrd; kbha_runs && echo kbha; true)"
  fi
  note_fact automation "$(head -n 1 "$KB_STATE/quieted" | cut -d' ' -f1)"
  note_fact daemons "$(tr '\n' ' ' <"$KB_STATE/quieted" | cut -d' ' -f2-)"
  state=$("$library/automation.sh" status 2>/dev/null) || state=missing
  [ "$state" != active ] || "$library/automation.sh" pause >/dev/null
  stop_kbha
  stop_repmgrd
}

# As before: a cron line that an operator had commented out stays so, and daemons that he had stopped stay stopped.
wake_node() {
  if [ "$(fact automation)" = active ]; then
    start_daemons
    "$library/automation.sh" resume >/dev/null
  elif [ -n "$(fact daemons | tr -d ' ')" ]; then
    start_daemons
    case $(fact daemons) in *kbha*) ;; *) stop_kbha ;; esac
  else
    say "automation was $(fact automation) and no daemon ran: both are left so"
  fi
  rm -f "$KB_STATE/quieted"
}

# The vendor's own recovery (recovery = automatic or standby, run by the primary's repmgrd) rewinds, copies and starts this node by itself.
vendor_at_work() {
  pgrep -a -u "$KB_USER" -f '/(sys_rewind|sys_basebackup) |/repmgr .*(node rejoin|standby clone)|/kbha -A (rejoin|reattach) ' |
    grep -F -e "$KB_DATA " -e "$KB_CONF" | head -n 1 | cut -c1-200 || true
}
vendor_idle() { [ -z "$(vendor_at_work)" ]; }

prove_vendor_idle() {
  local found
  found=$(vendor_at_work)
  [ -z "$found" ] || refuse "$kind/vendor-at-work" "the vendor's own recovery is at work on this node: process $found" 'Wait for its end and look again: where it succeeds, nothing is left to do. failover.recovery: manual leaves such nodes to you.'
}

# Right before the data directory leaves its place: two that work on it would leave a mixture.
take_data_directory() {
  wait_until 600 vendor_idle || die "the vendor's own recovery works on this node for more than 600 s: $(vendor_at_work); nothing was moved"
  if server_runs; then
    [ "$1" = stop ] || {
      wake_node
      die "the database of this node was started meanwhile, by the vendor's own recovery or by hand; nothing was moved. Look at it again, with a new request"
    }
    stop_server
  fi
}

# --- half done is out of the way -------------------------------------------------------------------------------------------------

# What is being rewound or copied lies under another name, where neither kbha, nor repmgr, nor an operator's sys_ctl finds a database.
rewinding() { printf '%s' "$KB_DATA.rewinding"; }
cloning() { printf '%s' "$KB_DATA.cloning"; }

require_movable() {
  ! mountpoint -q "$KB_DATA" || refuse "$kind/mount-root" "$KB_DATA is the root of a mounted volume: it cannot be set aside while it is worked on" 'Keep the data in a directory below the mount point.'
}

move() {
  mv -T "$1" "$2"
  sync "$(dirname "$2")"
}

# --- as a standby ----------------------------------------------------------------------------------------------------------------

restore_command() {
  [ -z "$KB_RMAN_CONF" ] || printf '%s/sys_rman --config=%s --stanza=%s archive-get %%f "%%p"' "$KB_BIN" "$KB_RMAN_CONF" "$KB_STANZA"
}

standby_conninfo() { printf '%s application_name=%s' "$(sed "s/host=[^ ]*/host=$primary_host/; s/ dbname=[^ ]*//" <<<"$KB_CONNINFO")" "$KB_NAME"; }

quoted_setting() { printf "'%s'" "${1//\'/\'\'}"; }

# primary_lacks_wal DIRECTORY: the primary no longer has the segment with which replay begins.
primary_lacks_wal() {
  local name
  name=$(sed -n 's/^START WAL LOCATION.*(file \([0-9A-F]*\)).*/\1/p' "$1/backup_label" 2>/dev/null | grep . || { read_control "$1"; control_field "Latest checkpoint's REDO WAL file"; })
  [ -z "$(sql_on "$primary_host" "$KB_DB" 2>/dev/null <<<"SELECT name FROM sys_ls_waldir() WHERE substr(name, 9) = substr('$name', 9) LIMIT 1;")" ]
}

# configure_standby DIRECTORY: follows the primary through its slot; WAL that the primary no longer has comes from the archive until it streams.
configure_standby() {
  local command=''
  ! primary_lacks_wal "$1" || command=$(restore_command)
  kb_layout "$1"
  touch "$KB_AUTO_CONF"
  {
    grep -vE '^[[:space:]]*(primary_conninfo|primary_slot_name|restore_command|recovery_target[a-z_]*|synchronous_standby_names)[[:space:]]*=' "$KB_AUTO_CONF" || true
    printf 'primary_conninfo = %s\nprimary_slot_name = %s\n' "$(quoted_setting "$(standby_conninfo)")" "$(quoted_setting "$KB_SLOT")"
    [ -z "$command" ] || printf 'restore_command = %s\n' "$(quoted_setting "$command")"
  } >"$KB_AUTO_CONF.new"
  chmod 0600 "$KB_AUTO_CONF.new"
  chown "$KB_USER:$KB_GROUP" "$KB_AUTO_CONF.new"
  mv -fT "$KB_AUTO_CONF.new" "$KB_AUTO_CONF"
  rm -f "$1/recovery.signal"
  install -m 0600 -o "$KB_USER" -g "$KB_GROUP" /dev/null "$1/standby.signal"
  sync -f "$1"
}

forget_restore_command() {
  kb_layout "$KB_DATA"
  grep -q '^restore_command' "$KB_AUTO_CONF" || return 0
  sql_local "$KB_DB" >/dev/null <<<'ALTER SYSTEM RESET restore_command;' || return 0
  kb timeout 30 "$KB_BIN/sys_ctl" -D "$KB_DATA" reload >/dev/null || true
}

# reserve_slot: on the primary, so that it keeps the WAL from now on.
reserve_slot() {
  sql_on "$primary_host" "$KB_DB" >/dev/null <<<"SELECT sys_create_physical_replication_slot('$KB_SLOT', true) WHERE NOT EXISTS (SELECT 1 FROM sys_replication_slots WHERE slot_name = '$KB_SLOT');" ||
    die "no slot $KB_SLOT on $primary_name"
}

server_alive() { kb timeout 20 "$KB_BIN/sys_ctl" -D "$KB_DATA" status >/dev/null 2>&1; }

# Replaying may take long: it is waited for as long as the server lives.
start_standby() {
  local end=$((SECONDS + ${KB_START_SECONDS:-1800})) shown=$SECONDS
  need_signal
  server_alive || kb_daemon timeout 90 "$KB_BIN/sys_ctl" -W -l "$KB_LOG" -D "$KB_DATA" start || true
  sleep 0.5
  until server_answers; do
    server_alive || { sleep 1; server_alive || { last_words; die "the database does not start as a standby; its log is $KB_LOG and below $KB_DATA"; }; }
    [ "$SECONDS" -lt "$end" ] || die 'the database did not become consistent in time; it goes on replaying'
    if [ $((SECONDS - shown)) -ge 10 ]; then shown=$SECONDS; say 'replaying'; fi
    sleep 0.3
  done
  in_recovery || die "the database in $KB_DATA accepts writes although it should be a standby"
}

need_signal() { [ -e "$KB_DATA/standby.signal" ] || die "$KB_DATA has no standby.signal: started so it would be a second primary; nothing was started"; }

last_words() {
  kb_layout "$KB_DATA"
  find "$KB_LOG_DIRECTORY" -type f -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -n 2 | cut -d' ' -f2- |
    while read -r file; do grep -hE 'FATAL|PANIC|ERROR' "$file" | tail -n 3 >&2 || true; done
  tail -n 3 "$KB_LOG" >&2 2>/dev/null || true
}

register_standby() { repmgr_quietly standby register -F --upstream-node-id="$primary_id"; }

follows_primary() {
  [ "$(sql_on "$primary_host" "$KB_DB" 2>/dev/null <<<"SELECT count(*) FROM sys_stat_replication WHERE application_name = '$KB_NAME' AND state = 'streaming';")" = 1 ]
}

# A former primary keeps the slots of those that followed it: they would hold WAL here for ever.
drop_stale_slots() {
  sql_local "$KB_DB" <<<"SELECT slot_name FROM sys_replication_slots WHERE slot_type = 'physical' AND NOT active AND slot_name LIKE 'repmgr_slot_%';" |
    while read -r slot; do
      sql_local "$KB_DB" >/dev/null <<<"SELECT sys_drop_replication_slot('$slot');" && say "dropped the slot $slot that this node kept as a former primary"
    done
}

# Timeline, stream, slot and record: each is asked, none is assumed.
verify_standby() {
  local said
  wait_until "${KB_STREAMING_SECONDS:-120}" follows_primary || { last_words; die "this node does not stream from $primary_name; where its log says that WAL was removed or that timelines differ, reclone it"; }
  said=$(sql_local "$KB_DB" <<<'SELECT received_tli, sender_host, slot_name FROM sys_stat_wal_receiver;')
  say "verified: receives timeline|from|through $said"
  [ "${said##*|}" = "$KB_SLOT" ] || die "it streams through the slot '${said##*|}', not $KB_SLOT"
  [ "${said%%|*}" -ge "$primary_timeline" ] || die "it receives timeline ${said%%|*}, the primary is on $primary_timeline"
  said=$(sql_on "$primary_host" "$KB_DB" <<<"SELECT CASE WHEN active THEN 'yes' ELSE 'no' END FROM sys_replication_slots WHERE slot_name = '$KB_SLOT';")
  [ "$said" = yes ] || die "slot $KB_SLOT on $primary_name is not in use"
  said=$(sql_on "$primary_host" esrep <<<"SELECT type, CASE WHEN active THEN 'active' ELSE 'inactive' END, upstream_node_id FROM repmgr.nodes WHERE node_id = $KB_ID;")
  [ "$said" = "standby|active|$primary_id" ] || die "repmgr's record of this node is '$said', not 'standby|active|$primary_id'"
  say 'verified: streaming, slot in use, registered as an active standby of the primary'
}

# The same primary as when the request was planned.
same_primary() {
  find_primary
  [ -z "$(fact primary)" ] || [ "$(fact primary)" = "$primary_name" ] || die "$(fact primary) led when this request was made, now $primary_name does: make a new request"
  note_fact primary "$primary_name"
  segment_bytes=$(fact segmentBytes)
}

# --- copying -----------------------------------------------------------------------------------------------------------------------

# copy_database SOURCE_HOST TARGET: a whole copy, with WAL. Whatever a killed copy left there is ours, because only we use that name.
copy_database() {
  local options=(-h "$1" -p "$KB_PORT" -U esrep -D "$2" -X stream -c fast -l "pulumi-kingbase $id" -P -w)
  rm -rf --one-file-system "$2"
  [ -z "${KB_IN_maxRate:-}" ] || options+=("--max-rate=${KB_IN_maxRate}M")
  [ -z "$KB_WALDIR" ] || options+=("--waldir=$KB_WALDIR")
  reserve_slot
  install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$2"
  kb "$KB_BIN/sys_basebackup" "${options[@]}" 2>&1 </dev/null | copy_progress
}

# One line for each tenth: sys_basebackup writes one a second, ended by carriage returns.
copy_progress() {
  local line percent last=-1
  while IFS= read -r line; do
    percent=$(sed -n 's/.*(\([0-9]*\)%).*/\1/p' <<<"$line")
    if [ -z "$percent" ]; then
      [ -z "${line// /}" ] || say "$line"
    elif [ $((percent / 10)) -gt "$last" ]; then
      last=$((percent / 10))
      say "copied $(sed 's/^ *//' <<<"$line")"
    fi
  done < <(stdbuf -oL tr '\r' '\n')
}

# A separate WAL directory belongs to the data it was made for, and goes aside with it.
put_wal_directory_aside() {
  [ -n "$KB_WALDIR" ] && [ -d "$KB_WALDIR" ] && ! is_empty_directory "$KB_WALDIR" || return 0
  if [ -n "$(fact walAside)" ]; then empty_directory "$KB_WALDIR"; return 0; fi
  ! mountpoint -q "$KB_WALDIR" || die "$KB_WALDIR is the root of a mounted volume and is not empty; nothing was copied"
  note_fact walAside yes
  move "$KB_WALDIR" "$KB_WALDIR.old-$id"
  [ ! -d "$KB_DATA" ] || { kb_layout "$KB_DATA"; [ ! -L "$KB_WAL" ] || ln -sfn "$KB_WALDIR.old-$id" "$KB_WAL"; }
}

# restore_copy TARGET: from the repository, with what the archive adds.
restore_copy() {
  rm -rf --one-file-system "$1"
  reserve_slot
  install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$1"
  kb "$KB_BIN/sys_rman" "--config=$KB_RMAN_CONF" "--stanza=$KB_STANZA" "--kb1-path=$1" --log-level-console=info --log-level-file=off --type=standby restore 2>&1 </dev/null |
    while IFS= read -r line; do case $line in *INFO* | *ERROR* | *WARN*) say "${line#*: }" ;; esac; done
}
