# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action resolveMultiPrimary: two nodes accept writes, a person has decided which one stays. Runs on the other one:
# it is fenced, what it wrote is exported for review, and it comes back as a standby by rewind or as a new copy, as rejoin.sh does it.
# Fields are those of core/action/kinds/resolveMultiPrimary.ts; a test compares them.
# shellcheck source=/dev/null
. "$library/actions/rejoin.sh"
# shellcheck source=/dev/null
. "$library/scripts/movePrimary.sh"
# shellcheck source=/dev/null
. "$library/scripts/branches.sh"
ACTION_FIELDS='winner loser bring export maxExportMiB maxRate acceptDataLossOwner acceptDataLossReason confirm'
ACTION_STEPS='hold fence dump stop export preserve copy configure start register tidy settle prove'
# What must stay free beside the export.
RESERVE_BYTES=268435456
FENCE_SECONDS=20

# The runner gives the inputs after it has read this file.
read_inputs() {
  winner=${KB_IN_winner:-} loser=${KB_IN_loser:-}
  bring=${KB_IN_bring:-rewind} export_what=${KB_IN_export:-dump} max_export=$((${KB_IN_maxExportMiB:-10240} * 1048576))
}

# --- what was seen -----------------------------------------------------------------------------------------------------------------

# Writable besides the two: each is a record of its own.
other_writable() { for name in $(writable); do [ "$name" = "$winner" ] || [ "$name" = "$loser" ] || printf '%s ' "$name"; done; }
# parted: `timeline position` of the fork, nothing where it is not known.

# Over what does not move: the same standing again gives the same token; another winner, branch, way or unseen node another one.
token() {
  local name
  {
    printf 'resolveMultiPrimary %s %s %s %s %s fork %s writable %s\n' "$(of "$winner" system)" "$winner" "$loser" "$bring" "$export_what" \
      "$parted" "$(writable)"
    for name in "$winner" "$loser"; do printf '%s timeline %s\n' "$name" "$(timeline_of "$name")"; sed -n 's/^history //p' "$looks/$name" | sort; done
    printf 'unseen %s\n' "$(unseen)"
  } | sha256sum | cut -c 1-16
}

# --- guards: facts in, lines out ---------------------------------------------------------------------------------------------------

resolve_guards() {
  local name found
  for name in "$winner" "$loser"; do
    is_node "$name" || { guard bad resolve/unknown-node "${name:-no node} is no database node of this cluster" "one of $(mp_names | paste -sd' ')" 'Name two of them, in `winner` and `loser`.'; return; }
  done
  [ "$winner" != "$loser" ] || { guard bad resolve/unknown-node "$winner is winner and loser" 'two nodes' 'Name the node that stays primary in `winner`, the other one in `loser`.'; return; }
  for name in "$winner" "$loser"; do
    readable "$name" || { guard bad resolve/unread "$name: $(of "$name" unreadable)" 'it answers' 'Without a look at both nothing is decided: make it reachable. Keep applications off it until then.'; return; }
  done
  found=$(guard_two)
  printf '%s\n' "$found"
  ! grep -q '^bad' <<<"$found" || return 0
  parted=$(junction "$loser" "$winner")
  found=$(guard_unseen; guard_record; guard_fork; guard_wal; guard_room)
  printf '%s\n' "$found"
  # Nobody is asked to confirm what is refused anyway.
  grep -q '^bad' <<<"$found" || guard_token
}

guard_two() {
  local name bad='' found
  found=$(writable)
  for name in "$winner" "$loser"; do [ "$(of "$name" recovery)" = no ] || bad="$bad $name"; done
  if [ -n "$bad" ]; then
    guard bad resolve/not-writable "these accept writes: ${found:-none }- and not$bad" "both $winner and $loser accept writes" \
      'There are no such two primaries: npm run diagnose. A node that is down comes back by rejoin.'
  else guard ok resolve/writable "exactly these accept writes: ${found% }" "$winner and $loser" ''; fi
  bad=$(unclear)
  [ -z "$bad" ] || guard bad resolve/unclear "${bad%; }" 'every database that runs answers' 'It may accept writes as well: make it answer, or stop it.'
  [ "$(of "$winner" system)" = "$(of "$loser" system)" ] && [ -n "$(of "$winner" system)" ] ||
    guard bad resolve/other-system "$winner is system $(of "$winner" system), $loser is system $(of "$loser" system)" 'one system' 'These are different databases: see which volume is mounted where. Nothing of either is a copy of the other.'
}

guard_unseen() {
  local name seen_not alive=''
  seen_not=$(unseen)
  for name in $seen_not; do [ -z "$(of "$name" alive)" ] || alive="$alive$name "; done
  if [ -n "$alive" ]; then
    guard bad resolve/unread "${alive% } accepts writes and cannot be looked at" 'it answers over ssh' 'A third primary: make it reachable, or switch it off, then look again.'
  elif [ -n "$seen_not" ] && { [ -z "${KB_IN_acceptDataLossOwner:-}" ] || [ -z "${KB_IN_acceptDataLossReason:-}" ]; }; then
    guard bad resolve/unread "not looked at: $(for name in $seen_not; do printf '%s (%s) ' "$name" "$(of "$name" unreadable)"; done)" 'every node is looked at, or somebody answers for it by name' \
      'It may accept writes, or hold what nobody else has. Make it reachable; or make sure that it is off and stays off, and give acceptDataLossOwner and acceptDataLossReason.'
  elif [ -n "$seen_not" ]; then
    guard ok resolve/unseen "not looked at: ${seen_not% }; $KB_IN_acceptDataLossOwner answers for it: $KB_IN_acceptDataLossReason" 'accepted by name' ''
  fi
}

# Who comes back is registered behind the winner, in the winner's own records.
guard_record() {
  local said
  said=$(row_of "$winner" record "$(mp_id "$winner")" 3)/$(row_of "$winner" record "$(mp_id "$winner")" 4)
  if [ "$said" = primary/active ]; then guard ok resolve/winner-record "repmgr on $winner knows it as the active primary" 'primary, active' ''
  else
    guard bad resolve/winner-record "repmgr on $winner knows it as '$said', not as the active primary: it was promoted without repmgr" 'primary/active' \
      "Stop the database of $loser by hand (its writes stay in its data directory), register $winner there (repmgr primary register -F), then bring $loser back by rejoin or reclone."
  fi
}

guard_fork() {
  local fork=$parted
  if [ -n "$fork" ]; then guard ok resolve/fork "they parted on timeline ${fork% *} at ${fork#* }: $winner is on timeline $(timeline_of "$winner"), $loser on $(timeline_of "$loser")" 'known' ''
  elif [ "$bring" = reclone ]; then guard ok resolve/fork "where they parted is not known ($winner is on timeline $(timeline_of "$winner"), $loser on $(timeline_of "$loser")): all WAL of $loser is exported, and its data is kept" 'known, or reclone' ''
  else
    guard bad resolve/fork "where they parted is not known: both are on timeline $(timeline_of "$loser"), or a history file is missing" 'known, for a rewind' \
      'sys_rewind cannot tell what to take back: use bring=reclone.'
  fi
  [ "$bring" != rewind ] || [ "$(timeline_of "$winner")" != "$(timeline_of "$loser")" ] || [ -z "$fork" ] ||
    guard bad resolve/fork "both call their timeline $(timeline_of "$loser"), although they parted" 'two timelines, for a rewind' 'sys_rewind would see nothing to do: use bring=reclone.'
}

# wal_needed: each segment that the export reads, from the fork to the end of what the loser wrote; nothing where the fork is not known.
wal_needed() {
  local segment_bytes timeline from end at last
  segment_bytes=$(of "$loser" segmentBytes)
  [ -n "$parted" ] || return 0
  [[ $segment_bytes =~ ^[1-9][0-9]*$ ]] || return 1
  while read -r timeline from end; do
    [ "$end" != - ] || end=$(end_of "$loser")
    at=$(($(lsn_number "$from") / segment_bytes)) last=$((($(lsn_number "$end") - 1) / segment_bytes))
    for (( ; at <= last; at++)); do segment_name "$timeline" $((at * segment_bytes)); echo; done
  done <<<"$(spans_of "$loser" "${parted% *}" "${parted#* }")"
}

# What the loser wrote is told from its WAL: once it is fenced and stopped, it is too late to find that some is gone.
guard_wal() {
  local needed gone
  if ! needed=$(wal_needed); then
    guard bad resolve/export-wal "which WAL of $loser the export needs could not be computed (control data, positions)" 'known' "Make the control data of $loser readable (sys_controldata), then look again."
    return
  fi
  [ -n "$needed" ] || return 0
  gone=$(sort -u <<<"$needed" | comm -23 - <(sed -n 's/^segment //p' "$looks/$loser" | sort -u))
  if [ -z "$gone" ]; then guard ok resolve/export-wal "the WAL of $loser from the fork on is there: $(wc -l <<<"$needed") segments" 'all of it' ''
  else
    guard bad resolve/export-wal "$(wc -l <<<"$gone") segments of $loser from the fork on are gone in its WAL directory, the first of them $(head -n 1 <<<"$gone")" 'all of them: the export reads them' \
      "On $loser: raise wal_keep_segments and reload, so that the next checkpoint keeps them; fetch each as the OS user from the archive (sys_rman archive-get SEGMENT WAL-DIRECTORY/SEGMENT); look again. In the archive neither: what $loser wrote cannot be told from its WAL; dump it by hand, stop it, and bring it back by reclone."
  fi
}

# export_bytes: at most; databases as they lie on disk, and WAL as segments and as text.
export_bytes() {
  local bytes=0 wal
  # Never by print: mawk writes what is above 2 GiB as 3e+09.
  [ "$export_what" = wal ] || bytes=$(awk '$1 == "database" { sum += $2; n++ } END { if (n) printf "%.0f", sum }' "$looks/$loser")
  wal=$(of "$loser" walBytes)
  if [ -n "$parted" ]; then wal=$(($(lsn_number "$(end_of "$loser")") - $(lsn_number "${parted#* }") + 2 * 16777216)); fi
  [[ $bytes =~ ^[0-9]+$ && $wal =~ ^[0-9]+$ ]] || { echo unknown; return 0; }
  echo $((bytes + 2 * wal))
}

guard_room() {
  local need free
  need=$(export_bytes) || need=unknown
  free=$(of "$loser" freeState)
  if ! [[ $need =~ ^[0-9]+$ ]]; then
    guard bad resolve/export-size "what the export takes could not be computed (databases, WAL directory and positions of $loser)" "at most $(mebibytes "$max_export")" "See whether $loser answers (ksql as $KB_SUPERUSER) and its WAL directory can be read, then look again."
  elif [ "$need" -gt "$max_export" ]; then
    guard bad resolve/export-size "the export takes up to $(mebibytes "$need")" "at most $(mebibytes "$max_export")" 'Raise maxExportMiB, or export the WAL alone (export=wal).'
  elif ! [ "${free:-0}" -ge $((need + RESERVE_BYTES)) ] 2>/dev/null; then
    guard bad resolve/export-room "the export takes up to $(mebibytes "$need"), ${free:-unread} bytes are free below $KB_STATE of $loser" "$(mebibytes $((need + RESERVE_BYTES)))" 'Make room there, mount a larger volume, or export the WAL alone (export=wal).'
  else guard ok resolve/export-room "the export takes up to $(mebibytes "$need"), $(mebibytes "$free") are free below $KB_STATE of $loser" "at most $(mebibytes "$max_export")" ''; fi
}

guard_token() {
  local expected
  expected=$(token)
  if [ "${KB_IN_confirm:-}" = "$expected" ]; then guard ok resolve/confirm "confirmed: $winner stays primary, what $loser wrote after the fork leaves the cluster" "$expected" ''
  else
    guard bad resolve/confirm "not confirmed${KB_IN_confirm:+ (the token $KB_IN_confirm belongs to another standing)}: what only $loser has leaves the cluster, and stays in its export alone" "confirm=$expected" \
      "Compare the business data of both, then give confirm=$expected; the same request id may be used."
  fi
}

# --- the plan ----------------------------------------------------------------------------------------------------------------------

# What only this node can say of itself: sizes and room for the export.
look_here() {
  [ -e "$looks/$loser" ] && readable "$loser" || return 0
  {
    sql_local "$KB_DB" <<<"SELECT 'database ' || sys_database_size(oid) || ' ' || datname FROM sys_database WHERE datallowconn AND NOT datistemplate AND datname <> 'esrep' ORDER BY datname;" 2>/dev/null || true
    install -d -m 0755 "$KB_STATE"
    echo "freeState $(free_bytes "$KB_STATE")"
    kb_layout "$KB_DATA"
    echo "walBytes $(du -sLB1 "$KB_WAL" 2>/dev/null | cut -f1)"
    echo "segmentBytes $(control_value 'Bytes per WAL segment')"
    find "$KB_WAL/" -maxdepth 1 -type f -regextype posix-extended -regex '.*/[0-9A-F]{24}' -printf 'segment %f\n' 2>/dev/null
  } >>"$looks/$loser"
}

# Standbys that stream from the loser.
followers() {
  local name
  for name in $(mp_names); do [ "$(of "$name" recovery)" != yes ] || [ "$(of "$name" receiver 3)" != "$(mp_host "$loser")" ] || printf '%s ' "$name"; done
}

# wrote NAME: what it committed after the fork, in words.
wrote() {
  local fork=$parted said commits bytes first last
  [ -n "$fork" ] || { echo "what $1 wrote after they parted could not be counted: the fork is not known"; return; }
  said=$(written_after "$1" "${fork% *}" "${fork#* }")
  IFS='|' read -r commits bytes first last <<<"$said"
  echo "$1 wrote $commits transactions, $bytes bytes of WAL after the fork (timeline $(timeline_of "$1") at $(end_of "$1"))${first:+, from $first to $last}"
}

tell() {
  local name
  [ "$(of "$winner" recovery)/$(of "$loser" recovery)" = no/no ] || return 0
  parted=$(junction "$loser" "$winner")
  loser_wrote=$(wrote "$loser") winner_wrote=$(wrote "$winner")
  say "fact: $loser_wrote; repmgr's own rows are among them"
  say "fact: $winner_wrote"
  for name in $(unseen); do say "NOT LOOKED AT: $name ($(of "$name" unreadable))"; done
  for name in $(followers); do
    say "fact: $name follows $loser, and holds its branch: it is not touched here, and does not follow $winner afterwards; then kind: rejoin, inputs: {node: $name$(given_up "$name")}"
    [ "${KB_RECOVERY:-manual}" = manual ] || say "consequence: recovery is $KB_RECOVERY here: repmgrd may stop and rewind $name by itself as soon as it is at work again; pause it there first (automation.sh pause) where that is not wanted"
  done
  [ "$(timeline_of "$loser")" -le "$(timeline_of "$winner")" ] 2>/dev/null || [ "$(setting_of "$loser" archive_mode)" = off ] ||
    say "WARNING: the archive holds WAL of timeline $(timeline_of "$loser") by $loser, and the next promotion takes that number again: its WAL is then refused by the archive. Afterwards, on the host of the repository, move aside what is named in $actions/${id:-ID}/export/archived.txt; docs/leading.md says how"
  [ -z "$(other_writable)" ] || say "fact: $(other_writable)accepts writes as well; that is another record of this kind, and repmgrd stays paused until then"
  say "consequence: $loser refuses writes, loses its sessions${KB_VIP:+ and $KB_VIP}, and is stopped; what it wrote after the fork LEAVES THE CLUSTER"
  say "consequence: its WAL from the fork on$([ "$export_what" = wal ] || echo ', and a dump of each of its databases,') with checksums stay in $actions/${id:-ID}/export for review"
  if [ "$bring" = reclone ]; then say "consequence: everything in $KB_DATA is replaced by a copy of $winner; the old data stays as $KB_DATA.old-${id:-ID}"
  else say "consequence: $KB_DATA is rewound to the fork and follows $winner"; fi
  say 'consequence: no failover happens by itself meanwhile: repmgrd pauses on every node; cron, kbha and repmgrd of this node rest'
}

action_plan() {
  read_inputs
  look
  knock
  if is_node "$loser"; then
    [ "$loser" = "$KB_NAME" ] || refuse resolve/not-here "this is $KB_NAME, and $loser is the one that is fenced" "Run it on $loser."
    look_here
  fi
  ! is_node "$winner" || ! is_node "$loser" || tell
  judge resolve_guards
  find_primary
  require_movable
  prove_way
  [ "${dry_run:-no}" = yes ] || note_plan
}

# What the ladder of rejoin needs to be proved before anything is stopped.
prove_way() {
  read_local "$KB_DATA" || refuse resolve/unread "the control data of $KB_DATA cannot be read" 'Use reclone after its database is stopped.'
  local_timeline=$(timeline_of "$loser") local_lsn=$(end_of "$loser")
  parted=$(junction "$loser" "$winner")
  fork=${parted#* }
  rung=$bring why='asked for'
  [ "$bring" != rewind ] || rewind_possible
  [ "$rung" = "$bring" ] || refuse resolve/no-rewind "$why" 'Use bring=reclone: the old data stays beside the new copy.'
  prove_room
}

note_plan() {
  note_fact rung "$bring"
  note_fact primary "$winner"
  note_fact fork "$fork"
  note_fact forkTimeline "${parted%% *}"
  note_fact lsn "$local_lsn"
  note_fact timeline "$local_timeline"
  note_fact winnerTimeline "$(timeline_of "$winner")"
  note_fact segmentBytes "${segment_bytes:-16777216}"
  note_fact loserWrote "$loser_wrote"
  note_fact winnerWrote "$winner_wrote"
  note_fact unseen "$(unseen)"
  note_fact others "$(other_writable)"
  note_fact seen "$(for name in $(mp_names); do ! readable "$name" || printf '%s ' "$name"; done)"
  note_fact paused "$(for name in $(mp_names); do ! readable "$name" || [ "$(of "$name" repmgrd)" != 'running paused' ] || printf '%s ' "$name"; done)"
  note_fact streaming "$(awk '$1 == "replica" && $3 == "streaming" { printf "%s ", $2 }' "$looks/$winner")"
}

action_resume() { read_inputs; mkdir -p "$looks"; }

# find_primary of standby.sh refuses two; here a person has said which one it is. It has to accept writes each time that it is asked for.
find_primary() {
  local said
  primary_name=$winner primary_host=$(mp_host "$winner") primary_id=$(mp_id "$winner") standby_names=''
  is_promoted "$winner" || { [ "${phase:-plan}" = plan ] || die "$winner does not accept writes any more; $(left_so)"; refuse resolve/no-primary "$winner does not accept writes" 'npm run diagnose.'; }
  said=$(replication_command "$primary_host" IDENTIFY_SYSTEM 2>&1) || {
    [ "${phase:-plan}" = plan ] || die "$winner does not let this node in for replication: $(tail -n 1 <<<"$said"); $(left_so)"
    refuse resolve/no-replication "$winner does not let this node in for replication: $(tail -n 1 <<<"$said")" 'See its sys_hba.conf and ~/.kbpass of this node.'
  }
  IFS='|' read -r primary_system primary_timeline primary_lsn _ <<<"$said"
}

left_so() {
  echo "$loser is fenced and repmgrd is paused (repmgr service unpause, on any node, when all is decided). What it wrote is in $ledger/export as far as that came, and in $KB_DATA or beside it"
}

# --- steps -------------------------------------------------------------------------------------------------------------------------

# No failover and no watchdog meanwhile; then it is looked at once more.
step_hold() {
  local found
  read_inputs
  pause_daemons "$(fact seen)" pause || say 'WARNING: repmgrd could not be paused on every node that answers (where it does not run, it does nothing either)'
  quiet_node
  look
  knock
  found=$(writable)
  for name in "$winner" "$loser"; do
    [ "$(of "$name" recovery)" = no ] || { wake_all; die "$name does not accept writes any more (these do: ${found:-none}); nothing was fenced. Look again: npm run diagnose"; }
  done
  [ "$(other_writable)" = "$(fact others)" ] || { wake_all; die "others accept writes by now: $(other_writable); nothing was fenced"; }
}

wake_all() { wake_node; unpause_as_before; }

unpause_as_before() {
  local names='' name
  for name in $(fact seen); do case " $(fact paused) " in *" $name "*) ;; *) names="$names $name" ;; esac; done
  # repmgr pauses and unpauses all of them; who was paused before counts for all.
  [ -z "$(fact paused | tr -d ' ')" ] || { say "repmgrd was paused before on $(fact paused): it is left so"; return 0; }
  pause_daemons "$names" unpause || say 'WARNING: repmgrd is still paused somewhere: until repmgr service unpause, no failover happens by itself'
}

# Twin of refuses_writes in freezeWrites.sh: a session as any application opens it.
refuses_writes() {
  local said
  said=$(sql_on "$(mp_host "$loser")" "$KB_DB" 2>&1 <<<'BEGIN; CREATE TABLE pulumi_kingbase_fence_probe (); ROLLBACK;') && return 1
  grep -q 'read-only transaction' <<<"$said"
}
sessions_gone() {
  [ "$(sql_local "$KB_DB" <<<"SELECT count(*) FROM sys_stat_activity WHERE backend_type = 'client backend' AND backend_xid IS NOT NULL AND pid <> sys_backend_pid();")" = 0 ]
}

step_fence() {
  local said
  # It may be hours since that was seen, where the request was taken up again.
  is_promoted "$winner" || {
    ! fence_stands || die "$winner does not accept writes any more, and $loser is fenced: ALTER SYSTEM RESET default_transaction_read_only and a reload there, if it is to go on as primary. repmgrd is paused (repmgr service unpause). npm run diagnose"
    wake_all
    die "$winner does not accept writes any more; nothing was fenced. npm run diagnose"
  }
  [ -z "$KB_VIP" ] || { release_virtual_ip; ! holds_virtual_ip || die "$KB_VIP cannot be taken from $loser (ip addr del); nothing else was done, repmgrd is paused"; }
  said=$(printf '%s\n' 'SET default_transaction_read_only = off;' 'ALTER SYSTEM SET default_transaction_read_only = on;' 'SELECT sys_reload_conf();' \
    "SELECT sys_terminate_backend(pid) FROM sys_stat_activity WHERE backend_type = 'client backend' AND pid <> sys_backend_pid();" | sql_local "$KB_DB" 2>&1) ||
    die "$loser could not be made to refuse writes: $(tail -n 1 <<<"$said"). repmgrd is paused; stop that database by hand (sys_ctl -D $KB_DATA -m fast stop), then rejoin"
  wait_until "$FENCE_SECONDS" refuses_writes || die "$loser still takes writes: something beats kingbase.auto.conf there; repmgrd is paused. Stop that database by hand"
  wait_until "$FENCE_SECONDS" sessions_gone || die "$loser: transactions go on writing (sys_stat_activity, backend_xid); repmgrd is paused. End them and use a new request"
  note_fact fencedLsn "$(sql_local "$KB_DB" <<<'SELECT sys_current_wal_lsn();')"
  say "fenced: $loser refuses writes at $(fact fencedLsn)${KB_VIP:+, $KB_VIP is not on it}"
}

export_folder() { printf '%s' "$ledger/export"; }

# Its setting lies in the file: whoever starts the database does not get one that takes writes.
fence_stands() { kb_layout "$KB_DATA"; [ "$(sed -n 's/^default_transaction_read_only *= *//p' "$KB_AUTO_CONF" 2>/dev/null | tail -n 1 | tr -d "' ")" = on ]; }

# A host that was lost meanwhile leaves the database down: what only it has is still to be dumped.
start_fenced() {
  ! server_runs || return 0
  fence_stands || die "the database of $loser is down, and $KB_AUTO_CONF does not fence it any more: started, it would take writes, so it was not started. Its WAL is kept in $KB_DATA; bring it back by rejoin or reclone, without a dump"
  [ ! -e "$KB_STANDBY_SIGNAL" ] || die "the database of $loser is down, and standby.signal lies beside it: it was not started. Find out who laid it there; then rejoin or reclone, without a dump"
  say "the database of $loser is down; it is fenced, and is started once more for its dump"
  start_server
  wait_until "$FENCE_SECONDS" refuses_writes || { stop_server; die "$loser takes writes although it was fenced; it was stopped again. $(left_so)"; }
}

step_dump() {
  local oid name file list seconds=43200
  install -d -m 0700 "$(export_folder)" "$(export_folder)/databases"
  rm -f "$(export_folder)"/databases/*.new
  [ "$export_what" != wal ] || { say 'no database is dumped (export=wal)'; return 0; }
  start_fenced
  # Read whole before anything is dumped: a list that ends half-way would pass for a short one.
  list=$(sql_local "$KB_DB" <<<"SELECT oid || ' ' || datname FROM sys_database WHERE datallowconn AND NOT datistemplate AND datname <> 'esrep' ORDER BY datname;" 2>"$ledger/dump.err") ||
    die "the databases of $loser could not be listed: $(tail -n 1 "$ledger/dump.err"). Nothing more was dumped, and it was not stopped; $(left_so)"
  [ -n "$list" ] || die "$loser lists no database that could be dumped; it was not stopped, and $(left_so)"
  while read -r oid name <&3; do
    file=$(export_folder)/databases/$(printf '%s' "$name" | tr -c 'A-Za-z0-9_.-' '_')-$oid.dump
    kb timeout "$seconds" "$KB_BIN/sys_dump" -w -Fc -h 127.0.0.1 -p "$KB_PORT" -U "$KB_SUPERUSER" -d "$name" >"$file.new" 2>"$ledger/dump.err" </dev/null ||
      die "the database $name of $loser could not be dumped: $(tail -n 1 "$ledger/dump.err"). $loser runs and refuses writes, repmgrd is paused. Cure that, or use export=wal in a new request"
    mv -fT "$file.new" "$file"
    say "dumped $name: $(stat -c %s "$file") bytes"
  done 3<<<"$list"
}

# Stopped, and nothing starts it. It stays fenced on its disk: what a rewind or a new copy brings is the winner's kingbase.auto.conf.
step_stop() {
  is_promoted "$winner" || die "$winner does not accept writes any more, so $loser was not stopped; npm run diagnose. $(left_so)"
  stop_server
  ! server_runs || die "the database of $loser does not stop; repmgrd is paused"
  release_virtual_ip
  [ "$("$library/automation.sh" status 2>/dev/null)" != active ] || die "the cron line of kbha on $loser is active: it would start that database again"
  ! kbha_runs || die "kbha runs on $loser: it would start that database again"
  if sql_on "$(mp_host "$loser")" "$KB_DB" >/dev/null 2>&1 <<<'SELECT 1;'; then die "something still answers at the database port of $loser"; fi
  say "proved: no server runs in $KB_DATA, nothing answers at its port, cron line and kbha are off${KB_VIP:+, $KB_VIP is not here}"
}

# The WAL from the fork on, as it is and as text; what the winner shows; one list of checksums over all of it.
step_export() {
  local to first name
  to=$(export_folder)
  install -d -m 0700 "$to" "$to/wal" "$to/winner"
  kb_layout "$KB_DATA"
  segment_bytes=$(fact segmentBytes)
  first=''
  [ -z "$(fact fork)" ] || { first=$(segment_name 0 "$(($(lsn_number "$(fact fork)") - 1))"); first=${first:8}; }
  first_exported=$first
  find "$KB_WAL/" -maxdepth 1 -type f -regextype posix-extended -regex '.*/[0-9A-F]{8}(\.history|[0-9A-F]{16}(\.partial)?)' -printf '%f\n' | sort |
    while read -r name; do
      case $name in *.history) ;; *) [[ ! ${name:8:16} < $first ]] || continue ;; esac
      cp -p --reflink=auto -- "$KB_WAL/$name" "$to/wal/" || exit 1
    done || die "the WAL of $loser could not be copied to $to/wal; it is stopped, and $(left_so)"
  describe_wal "$to" || die "the WAL of $loser could not be read from the fork on: $(tail -n 1 "$ledger/waldump.err"). $(left_so)"
  list_archived >"$to/archived.txt"
  winner_evidence >"$to/winner/evidence.tar.gz" || die "the evidence of $winner could not be read; $(left_so)"
  { echo "$(fact loserWrote)"; echo "$(fact winnerWrote)"; echo "fork: timeline $(fact forkTimeline) at $(fact fork)"; echo "fenced at $(fact fencedLsn)"; } >"$to/branches.txt"
  [ "$(du -sB1 "$to" | cut -f1)" -le $((max_export + RESERVE_BYTES)) ] || say "WARNING: the export is larger than maxExportMiB"
  write_manifest "$to"
  (cd "$to" && sha256sum --quiet -c SHA256SUMS) || die "$to does not hold what was written: the volume of $KB_STATE may be going bad. $(left_so)"
  note_fact exportBytes "$(du -sB1 "$to" | cut -f1)"
  say "exported to $to: $(find "$to" -type f | wc -l) files, $(fact exportBytes) bytes; their checksums were read back"
}

# What this node handed to the archive on a timeline that the winner has not come to: the next promotion takes its number, and other content under the
# same names is refused there (a history file is overwritten). Nothing where the winner is on the newer one.
list_archived() {
  local name
  [ "$(fact timeline)" -gt "$(fact winnerTimeline)" ] 2>/dev/null && [ -n "$first_exported" ] || return 0
  ls "$KB_WAL/archive_status" 2>/dev/null | sed -n 's/\.done$//p' | sort | while read -r name; do
    case $name in
      *.partial) [[ ${name:8:16} < $first_exported ]] || echo "$name" ;;
      *) [ $((16#${name:0:8})) -le "$(fact winnerTimeline)" ] || echo "$name" ;;
    esac
  done
}

# wal.txt.gz: every record after the fork; transactions.txt: each commit and abort of them.
describe_wal() {
  local timeline from end until to=$1
  rm -f "$to/wal.txt.gz"
  [ -n "$(fact fork)" ] || { say 'the fork is not known: the segments are kept, and not described'; return 0; }
  while read -r timeline from end; do
    until=()
    [ "$end" = - ] || until=(-e "$end")
    kb timeout 3600 "$KB_BIN/sys_waldump" -p "$KB_WAL" -t "$timeline" -s "$from" "${until[@]}" 2>"$ledger/waldump.err" </dev/null | gzip >>"$to/wal.txt.gz" ||
      wal_just_ended "$ledger/waldump.err" || return 1
  done < <(spans_of "$loser" "$(fact forkTimeline)" "$(fact fork)")
  zcat "$to/wal.txt.gz" | grep -E 'desc: (COMMIT|ABORT)' >"$to/transactions.txt" || true
  say "$(grep -c 'desc: COMMIT' "$to/transactions.txt") transactions of $loser stand in $to/transactions.txt"
}

winner_evidence() {
  node_run "$(mp_host "$winner")" 90 <<'END'
to=$(mktemp -d)
trap 'rm -rf "$to"' EXIT
timeout 20 "$bin/sys_controldata" -D "$data" >"$to/controldata.txt" 2>&1
ls -la --time-style=full-iso "$data" "$(wal_directory)/" >"$to/listing.txt" 2>&1
cp "$(wal_directory)"/*.history "$conf" "$to/" 2>/dev/null
for file in "$data"/*.conf; do cp "$file" "$to/" 2>/dev/null; done
tail -c 2000000 "$server_log" >"$to/server.log" 2>/dev/null
timeout 30 "$bin/repmgr" -f "$conf" cluster show >"$to/cluster.txt" 2>&1
sql 15 >"$to/positions.txt" 2>&1 <<'SQL'
SELECT now(), sys_current_wal_lsn(), sys_walfile_name(sys_current_wal_lsn());
SELECT application_name, state, sync_state, replay_lsn FROM sys_stat_replication;
SELECT slot_name, active, restart_lsn FROM sys_replication_slots;
SELECT datname, sys_database_size(oid) FROM sys_database;
SQL
tar -C "$to" -czf - .
END
}

# preserve copy configure start register tidy: as rejoin.sh has them. Registered by the winner's own records only.

step_settle() {
  [ -n "$(fact others | tr -d ' ')" ] || unpause_as_before
  take_vip "$winner" || say "WARNING: $KB_VIP is not on $winner yet"
}

step_prove() {
  local name bad='' behind='' follows
  primary_known
  verify_standby
  ! fence_stands || say "WARNING: default_transaction_read_only = on stands in $KB_AUTO_CONF: as a primary it would refuse writes. Where writes are frozen that is meant (the action thaw ends it); else ALTER SYSTEM RESET default_transaction_read_only there"
  look
  [ "$(for name in $(writable); do printf '%s\n' "$name"; done | sort)" = "$(for name in $winner $(fact others); do printf '%s\n' "$name"; done | sort)" ] || bad="these accept writes: $(writable)"
  if [ -n "$KB_VIP" ]; then
    [ -n "$(of "$winner" vip)" ] || take_vip "$winner" || bad="$bad; $KB_VIP is not on $winner"
    [ -z "$(of "$loser" vip)" ] || bad="$bad; $KB_VIP is on $loser"
  fi
  follows=$(fact streaming)
  for name in $(mp_names); do
    [ "$name" != "$winner" ] && [ "$name" != "$loser" ] && readable "$name" || continue
    case " $(fact others) " in *" $name "*) continue ;; esac
    if streams_from "$winner" 30 "$name"; then continue; fi
    case " $follows " in *" $name "*) bad="$bad; $name does not stream from $winner any more" ;; *) behind="$behind$name " ;; esac
  done
  note_fact behind "$behind"
  note_fact newTimeline "$(of "$winner" timeline)"
  [ -z "$bad" ] || die "$loser follows $winner, but ${bad#; }. HINT: npm run diagnose"
  for name in $behind; do say "$name does not follow $winner: it may hold the other branch. kind: rejoin, inputs: {node: $name$(given_up "$name")}"; done
  say "verified: $winner is the primary${KB_VIP:+ with $KB_VIP}, $loser follows it"
}

# given_up NAME: the input with which rejoin takes it back, where it is on a timeline that the winner never was on.
given_up() {
  local timeline
  timeline=$(timeline_of "$1")
  [ -z "$timeline" ] || path_of "$winner" | awk -v own="$timeline" '$1 == own { found = 1 } END { exit !found }' && return 0
  printf ', givenUp: %s' "$timeline"
}

action_result() {
  printf '"winner":"%s","loser":"%s","broughtBack":"%s","fork":%s,"forkTimeline":%s,"loserWrote":%s,"winnerWrote":%s,"export":%s,"exportBytes":%s,"archived":%s,"notFollowing":%s,"stillWritable":%s,"notLookedAt":%s,"timeline":%s' \
    "$winner" "$loser" "$(fact rung)" "$(json_or_null "$(fact fork)")" "$(json_number "$(fact forkTimeline)")" "$(json_or_null "$(fact loserWrote)")" \
    "$(json_or_null "$(fact winnerWrote)")" "$(json_string "$(export_folder)")" "$(json_number "$(fact exportBytes)")" "$(json_number "$(wc -l <"$(export_folder)/archived.txt")")" \
    "$(json_or_null "$(fact behind | sed 's/ *$//')")" "$(json_or_null "$(fact others | sed 's/ *$//')")" "$(json_or_null "$(fact unseen | sed 's/ *$//')")" "$(json_number "$(fact newTimeline)")"
}
