# shellcheck shell=bash
# Whole file of pulumi-kingbase. rejoin: brings this node back as a standby of the primary, by the least that suffices: start, follow, rewind,
# reclone. Inputs: maxRung (start | follow | rewind | reclone; default rewind), maxRate (MB/s of a copy), ignore (nodes known to be off), givenUp (timeline of a branch that was given up).
# What it would discard is printed by the plan; the diverged WAL, control data, configuration and logs are kept in the ledger.
. "$library/scripts/standby.sh"
ACTION_FIELDS='node maxRung maxRate ignore givenUp confirm'
ACTION_STEPS='preserve quiet stop copy configure start register tidy verify'

rung_number() { case $1 in none) echo 0 ;; start) echo 1 ;; follow) echo 2 ;; rewind) echo 3 ;; reclone) echo 4 ;; esac; }

# --- the plan --------------------------------------------------------------------------------------------------------------------

action_plan() {
  max_rung=${KB_IN_maxRung:-rewind}
  find_primary
  prove_not_leading
  prove_vendor_idle
  require_movable
  if read_local "$KB_DATA"; then
    prove_same_system
    prove_not_newest
    choose_rung
  else
    unreadable_data
  fi
  [ "$(rung_number "$rung")" -le "$(rung_number "$max_rung")" ] || refuse "rejoin/needs-$rung" "$why, and the record allows $max_rung at most" "Set maxRung: $rung in a new request$([ "$rung" != reclone ] || echo ', or use the kind reclone')."
  prove_room
  consequence
  [ "${dry_run:-no}" = yes ] || {
    note_fact rung "$rung"
    note_fact primary "$primary_name"
    note_fact fork "$fork"
    note_fact lsn "${local_lsn:-}"
    note_fact timeline "${local_timeline:-}"
    note_fact segmentBytes "${segment_bytes:-16777216}"
  }
}

# Half rewound by a run that failed, or never a database: only a new copy helps.
unreadable_data() {
  rung=reclone fork=''
  why="$KB_DATA holds no database whose control data can be read"
  [ ! -e "$(rewinding)" ] || why="a rewind that failed left $(rewinding) half done"
}

choose_rung() {
  if follows_primary && server_answers; then
    rung=none why='it streams from the primary already'
  elif is_clean_history; then
    if points_at_primary; then rung=start why='a standby of this primary that is down'; else rung=follow why='its history is part of the primary'"'"'s'; fi
    wal_at_hand "$local_lsn" || { rung=reclone why="the WAL from $local_lsn on is neither at the primary nor in the archive"; }
    # It has to be told where to find it.
    [ "$rung" != start ] || [ "$wal_from" != archive ] || { rung=follow why='a standby of this primary whose next WAL only the archive has'; }
  else
    ! is_stale_signal "$KB_DATA" "$local_state" || say 'fact: standby.signal lies beside a database that was primary to its end: it is stale, and would start it as a standby of nobody'
    rung=rewind why="its timeline $local_timeline left the primary's history at ${fork:-$local_lsn}"
    rewind_possible
  fi
  say "fact: the least that suffices is $rung: $why"
}

# Nothing of its own after the fork: shut down cleanly, or a standby, and not beyond it.
is_clean_history() {
  kb_layout "$KB_DATA"
  [ -z "$fork" ] || [ "$(lsn_number "$local_lsn")" -le "$(lsn_number "$fork")" ] || return 1
  case $local_state in
    'in archive recovery' | 'shut down in recovery') return 0 ;;
    'shut down') [ -e "$KB_STANDBY_SIGNAL" ] || [ -n "$fork" ] ;;
    # A primary that was killed: how far it came stands in its WAL only.
    *) [ -e "$KB_STANDBY_SIGNAL" ] && [ "$local_state" != 'in production' ] ;;
  esac
}

# is_stale_signal DIRECTORY STATE: only a primary is "in production", and a promotion removes the signal.
is_stale_signal() { [ -e "$1/standby.signal" ] && [ "$2" = 'in production' ]; }

points_at_primary() {
  kb_layout "$KB_DATA"
  [ -e "$KB_STANDBY_SIGNAL" ] && grep -qE "^primary_conninfo.*host=$primary_host( |')" "$KB_AUTO_CONF" && grep -q "^primary_slot_name.*$KB_SLOT" "$KB_AUTO_CONF"
}

# The primary has the segment, or the archive gives it.
wal_at_hand() {
  local name at
  at=$(($(lsn_number "$1") - 1))
  name=$(segment_name "$local_timeline" "$at")
  if [ -n "$(sql_on "$primary_host" "$KB_DB" 2>/dev/null <<<"SELECT name FROM sys_ls_waldir() WHERE substr(name, 9) = substr('$name', 9) LIMIT 1;")" ]; then
    wal_from=primary
    say "fact: $primary_name still has the WAL from ${name:8} on"
  elif archived "$name"; then
    wal_from=archive
    say "fact: segment $name is in the archive"
  else
    return 1
  fi
}

# archived SEGMENT: read back from the archive into the ledger, and removed.
archived() {
  local to
  [ -n "$KB_RMAN_CONF" ] || return 1
  to=$(kb mktemp -d) || return 1
  kb timeout 60 "$KB_BIN/sys_rman" "--config=$KB_RMAN_CONF" "--stanza=$KB_STANZA" --log-level-file=off archive-get "$1" "$to/$1" >/dev/null 2>&1 </dev/null && [ -s "$to/$1" ]
  local code=$?
  rm -rf "$to"
  return $code
}

rewind_possible() {
  local name at
  if [ "${local_checksums:-0}" = 0 ] && [ "$local_hints" != on ]; then
    rung=reclone why='neither data checksums nor wal_log_hints: sys_rewind cannot tell which pages changed'
    return 0
  fi
  say "fact: data checksums version ${local_checksums:-0}, wal_log_hints ${local_hints:-off}: a rewind is possible"
  at=$(lsn_number "${fork:-$local_lsn}")
  name=$(segment_name "$local_timeline" "$((at - 1))")
  kb_layout "$KB_DATA"
  if [ -e "$KB_WAL/$name" ]; then
    say "fact: the WAL from the fork on is here ($name); a checkpoint before it may need more, from the archive"
  elif archived "$name"; then
    say "fact: the segment of the fork, $name, is gone here and is in the archive"
  else
    rung=reclone why="the segment of the fork, $name, is neither here nor in the archive"
  fi
}

prove_room() {
  local free need
  free=$(free_bytes "$(dirname "$KB_DATA")")
  case $rung in
    rewind) need=$((256 * 1048576)) ;;
    reclone) need=$(sql_on "$primary_host" "$KB_DB" <<<'SELECT sum(sys_database_size(oid)) + 268435456 FROM sys_database;') ;;
    *) return 0 ;;
  esac
  say "fact: $(mebibytes "$free") free beside $KB_DATA, $(mebibytes "$need") needed"
  [ "$free" -ge "$need" ] || refuse rejoin/no-room "$(mebibytes "$free") free beside $KB_DATA, $(mebibytes "$need") needed" 'Make room there; nothing was changed.'
}

consequence() {
  case $rung in
    none) say 'consequence: nothing is stopped or rewritten; registration and slot are checked' ;;
    start) say "consequence: the database is started as it is; nothing is lost" ;;
    follow) say "consequence: the database is started as a standby of $primary_name; nothing is lost" ;;
    rewind) say "consequence: what this node wrote after ${fork:-$local_lsn} on timeline $local_timeline is DISCARDED (its WAL is kept in the ledger); changed pages are taken from $primary_name" ;;
    reclone) say "consequence: everything in $KB_DATA is replaced by a copy of $primary_name; the old data stays as $KB_DATA.old-$id" ;;
  esac
  say "consequence: automation, kbha and repmgrd of this node pause meanwhile; the other nodes go on"
}

action_resume() { same_primary; }

# --- the steps -------------------------------------------------------------------------------------------------------------------

step_preserve() {
  [ "$(fact rung)" != none ] || return 0
  [ ! -d "$KB_DATA" ] || keep_evidence
}

step_quiet() { [ "$(fact rung)" = none ] || quiet_node; }

step_stop() {
  [ "$(fact rung)" != none ] || return 0
  [ ! -d "$KB_DATA" ] || stop_server
}

step_copy() {
  case $(fact rung) in
    rewind) rewind_or_reclone ;;
    reclone) reclone_instead ;;
  esac
}

rewind_or_reclone() {
  if rewind_aside; then return 0; fi
  [ "${KB_IN_maxRung:-rewind}" = reclone ] ||
    die "sys_rewind did not succeed ($(tail -n 1 "$ledger/rewind.log")); $(rewinding) is half done and lies where nothing starts it. Use the kind reclone for this node"
  say 'the rewind did not succeed; the record allows a new copy'
  note_fact rung reclone
  reclone_instead
}

# Out of the way first; then again and again while WAL is missing that the archive has.
rewind_aside() {
  local tries=0 killed=0 code missing last=''
  primary_known
  if [ ! -d "$(rewinding)" ]; then
    [ -d "$KB_DATA" ] || die "neither $KB_DATA nor $(rewinding) is there"
    take_data_directory refuse
    move "$KB_DATA" "$(rewinding)"
  elif [ -d "$KB_DATA" ]; then
    die "both $KB_DATA and $(rewinding) are there: somebody made a database here meanwhile; nothing more was done"
  fi
  recover_aside || return 1
  keep_wal || return 1
  put_wal_back || return 1
  while :; do
    say "rewinding $(rewinding) to $primary_name"
    code=0
    kb timeout 7200 "$KB_BIN/sys_rewind" -D "$(rewinding)" --source-server="host=$primary_host port=$KB_PORT user=esrep dbname=esrep connect_timeout=10" -P >"$ledger/rewind.log" 2>&1 </dev/null || code=$?
    if [ "$code" = 0 ]; then
      tail -n 2 "$ledger/rewind.log" >&2
      sync -f "$(rewinding)"
      return 0
    fi
    tail -n 3 "$ledger/rewind.log" >&2
    # Killed, by whoever ran out of memory or patience: that says nothing against rewinding.
    if [ "$code" -gt 128 ] && [ $((killed += 1)) -le 2 ]; then
      say "sys_rewind was ended by signal $((code - 128))"
      put_wal_back || return 1
      continue
    fi
    missing=$(sed -n -e 's/.*could not open file ".*\/\([0-9A-F]\{24\}\)".*/\1/p' -e 's/.*could not restore file "\([0-9A-F]\{24\}\)".*/\1/p' "$ledger/rewind.log" | tail -n 1)
    [ -n "$missing" ] && [ "$missing" != "$last" ] && [ $((tries += 1)) -le 200 ] && fetch_segment "$missing" || return 1
    last=$missing
  done
}

# A primary that was killed ends in order first, in single-user mode: what is kept after it can begin a rewind again, on pages half of which are new.
recover_aside() {
  [ -z "$(fact recovered)" ] || return 0
  read_control "$(rewinding)"
  ! is_stale_signal "$(rewinding)" "$(control_field 'Database cluster state')" || rm "$(rewinding)/standby.signal"
  [ ! -e "$(rewinding)/standby.signal" ] || return 0
  case $(control_field 'Database cluster state') in
    'shut down' | 'shut down in recovery') ;;
    *)
      say 'the database was not shut down in order: it is recovered in single-user mode first'
      kb timeout 3600 "$KB_BIN/kingbase" --single -D "$(rewinding)" template1 >"$ledger/rewind.log" 2>&1 </dev/null || return 1
      ;;
  esac
  note_fact recovered yes
}

fetch_segment() {
  [ -n "$KB_RMAN_CONF" ] || return 1
  kb_layout "$(rewinding)"
  say "segment $1 is gone here; it is taken from the archive"
  # The archive is asked for by the control data of the database, which is not in its place now.
  kb timeout 120 "$KB_BIN/sys_rman" "--config=$KB_RMAN_CONF" "--stanza=$KB_STANZA" "--kb1-path=$(rewinding)" --log-level-file=off archive-get "$1" "$KB_WAL/$1" </dev/null 2>&1 | tail -n 2 >&2
  [ -s "$KB_WAL/$1" ]
}

# The WAL that says which pages changed, the histories of the timelines, and the control data, as they were: a rewind removes some of it, puts the
# source's own in the place of some, and one that was killed needs it again.
keep_wal() {
  local to=$ledger/evidence/wal first name
  [ ! -e "$to/complete" ] || return 0
  rm -rf "$to"
  install -d -m 0700 "$to"
  kb_layout "$(rewinding)"
  segment_bytes=$(fact segmentBytes)
  first=$(lsn_number "$(fact fork | grep . || fact lsn)")
  first=$((first - 64 * segment_bytes))
  [ "$first" -gt 0 ] || first=0
  name=$(segment_name "$(fact timeline)" "$first")
  find "$KB_WAL/" -maxdepth 1 -type f -regextype posix-extended -regex '.*/[0-9A-F]{24}' -printf '%f\n' | sort |
    while read -r segment; do
      [[ $segment < $name ]] || [ "${segment:0:8}" != "${name:0:8}" ] || cp -p --reflink=auto "$KB_WAL/$segment" "$to/" || exit 1
    done || return 1
  find "$KB_WAL/" -maxdepth 1 -type f -name '*.history' -exec cp -p -t "$to" {} + || return 1
  cp -p "$KB_CONTROL" "$to/" || return 1
  : >"$to/complete"
  say "kept $(find "$to" -name '????????????????????????' | wc -l) WAL segments of timeline $(fact timeline) in $to"
}

# After a rewind that was cut off: what it had removed, and the control data it began with.
put_wal_back() {
  local file
  [ -n "$(fact rewindBegun)" ] || { note_fact rewindBegun yes; return 0; }
  kb_layout "$(rewinding)"
  for file in "$ledger/evidence/wal"/[0-9A-F]*; do
    [ ! -f "$file" ] || cmp -s "$file" "$KB_WAL/$(basename "$file")" || install -m 0600 -o "$KB_USER" -g "$KB_GROUP" "$file" "$KB_WAL/" || return 1
  done
  install -m 0600 -o "$KB_USER" -g "$KB_GROUP" "$ledger/evidence/wal/$(basename "$KB_CONTROL")" "$KB_CONTROL" || return 1
  rm -f "$(rewinding)/backup_label"
  say 'a rewind was cut off here: its WAL and control data are put back, and it begins again'
}

reclone_instead() {
  primary_known
  put_wal_directory_aside
  copy_database "$primary_host" "$(cloning)" || die "the copy of $primary_name failed; see the lines above. $KB_DATA was not touched"
}

primary_known() { [ -n "${primary_host:-}" ] || same_primary; }

# The one place where what was worked on comes to its place, whole.
step_configure() {
  primary_known
  case $(fact rung) in
    none) return 0 ;;
    start) ;;
    follow) configure_standby "$KB_DATA" ;;
    rewind)
      if [ -d "$(rewinding)" ]; then
        configure_standby "$(rewinding)"
        move "$(rewinding)" "$KB_DATA"
      fi
      ;;
    reclone)
      if [ -d "$(cloning)" ]; then
        configure_standby "$(cloning)"
        put_old_aside
        move "$(cloning)" "$KB_DATA"
      fi
      ;;
  esac
}

put_old_aside() {
  local old
  [ ! -d "$KB_DATA" ] || take_data_directory stop
  for old in "$KB_DATA" "$(rewinding)"; do
    [ ! -d "$old" ] || move "$old" "$KB_DATA.old-$id$([ "$old" = "$KB_DATA" ] || echo .rewinding)"
  done
}

step_start() {
  [ "$(fact rung)" != none ] || return 0
  primary_known
  reserve_slot
  start_standby
}

step_register() {
  primary_known
  wait_until "${KB_STREAMING_SECONDS:-120}" follows_primary || { last_words; die "this node does not stream from $primary_name; see the lines above"; }
  note_fact streaming "$(moment)"
  register_standby
}

step_tidy() {
  [ "$(fact rung)" != none ] || return 0
  forget_restore_command
  drop_stale_slots
  # Older WAL than the fork was kept for the rewind alone.
  rm -f "$ledger/evidence/wal/complete"
  wake_node
}

step_verify() {
  primary_known
  verify_standby
}

action_result() {
  printf '"rung":"%s","primary":"%s","fork":%s,"streamingAt":%s' "$(fact rung)" "$(fact primary)" "$(json_or_null "$(fact fork)")" "$(json_or_null "$(fact streaming)")"
}
