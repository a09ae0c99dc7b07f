# shellcheck shell=bash
# Whole file of pulumi-kingbase. reclone: replaces this node's database by a new copy of the cluster's, and follows the primary.
# Inputs: source (best | primary | repository | name of a node; default best: a standby that streams, else the primary), maxRate (MB/s),
# oldData (aside | remove; default aside), ignore (nodes known to be off), givenUp (timeline of a branch that was given up), confirm (what the dry run printed, with oldData=remove).
# The copy is made beside the data directory, where nothing starts it; the old data leaves its place when the copy is whole.
. "$library/scripts/standby.sh"
ACTION_FIELDS='node source maxRate oldData ignore givenUp confirm'
ACTION_STEPS='preserve quiet stop copy swap start register tidy verify remove'

old_place() { printf '%s' "$KB_DATA.old-$id"; }

# --- the plan --------------------------------------------------------------------------------------------------------------------

action_plan() {
  local token
  old_data=${KB_IN_oldData:-aside} fork=''
  find_primary
  prove_not_leading
  prove_vendor_idle
  require_movable
  # Unreadable control data says nothing: then what lies there is kept, whatever was asked for.
  if [ -d "$KB_DATA" ] && read_local "$KB_DATA"; then
    prove_same_system
    prove_not_newest
  elif [ -d "$KB_DATA" ] && ! is_empty_directory "$KB_DATA"; then
    [ "$old_data" = aside ] || refuse reclone/unreadable "what lies in $KB_DATA cannot be read, so that it is not newer than the primary is not proved" 'Use oldData: aside; it can be removed by hand later.'
    say "fact: what lies in $KB_DATA cannot be read; it is kept aside"
  fi
  choose_source
  prove_room
  token=$(printf '%s\n' "$kind" "$KB_NAME" "$primary_system" "${local_system:-none}" "${local_timeline:-0}" "$fork" "$old_data" | sha256sum | cut -c1-16)
  consequence
  if [ "$old_data" = remove ]; then
    say "confirm: $token"
    [ "${dry_run:-no}" = yes ] || [ "${KB_IN_confirm:-}" = "$token" ] ||
      refuse reclone/not-confirmed "oldData=remove deletes $KB_DATA, and its confirmation is ${KB_IN_confirm:-missing}" "Look at what is deleted, then add confirm: $token to the record; the same request id may be used."
  fi
  [ "${dry_run:-no}" = yes ] || {
    note_fact primary "$primary_name"
    note_fact source "$source_name"
    note_fact sourceHost "$source_host"
    note_fact removeFirst "$remove_first"
    note_fact segmentBytes "${segment_bytes:-16777216}"
  }
}

# Best: a standby that streams keeps the load off the primary; the slot at the primary keeps the WAL that the copy needs to go on.
choose_source() {
  local asked=${KB_IN_source:-best} name host
  source_name='' source_host=''
  case $asked in
    repository)
      [ -n "$KB_RMAN_CONF" ] || refuse reclone/no-repository 'this cluster declares no backup' 'Choose another source.'
      [ -z "${KB_IN_maxRate:-}" ] || refuse reclone/no-rate 'a copy from the repository has no maxRate' 'Leave maxRate out, or choose a node as the source.'
      source_name=repository
      ;;
    primary) source_name=$primary_name source_host=$primary_host ;;
    *)
      while read -r name host _ <&3; do
        case " $standby_names " in *" $name "*) ;; *) continue ;; esac
        [ "$asked" = best ] || [ "$asked" = "$name" ] || continue
        streams "$name" || { [ "$asked" = best ] || refuse reclone/source-behind "$name does not stream from $primary_name" 'Choose another source.'; continue; }
        [ -n "$source_name" ] || { source_name=$name source_host=$host; }
      done 3< <(kb_members)
      if [ -z "$source_name" ]; then
        [ "$asked" = best ] || [ "$asked" = "$primary_name" ] || refuse reclone/no-source "$asked is neither the primary nor a standby that answers" "Use source: best, primary, repository or one of: $primary_name $standby_names."
        source_name=$primary_name source_host=$primary_host
      fi
      ;;
  esac
  say "fact: the copy comes from $source_name${KB_IN_maxRate:+, at most $KB_IN_maxRate MB/s}"
}

streams() { [ "$(sql_on "$primary_host" "$KB_DB" <<<"SELECT count(*) FROM sys_stat_replication WHERE application_name = '$1' AND state = 'streaming';")" = 1 ]; }

prove_room() {
  local free need own=0
  remove_first=no
  free=$(free_bytes "$(dirname "$KB_DATA")")
  need=$(sql_on "$primary_host" "$KB_DB" <<<'SELECT sum(sys_database_size(oid)) + 268435456 FROM sys_database;')
  say "fact: $(mebibytes "$free") free beside $KB_DATA, $(mebibytes "$need") needed for the copy"
  [ "$free" -lt "$need" ] || return 0
  own=$(directory_bytes "$KB_DATA")
  [ "$old_data" = remove ] && [ $((free + ${own:-0})) -ge "$need" ] || refuse reclone/no-room "$(mebibytes "$free") free beside $KB_DATA, $(mebibytes "$need") needed" 'Make room there, or set oldData: remove where that would do.'
  remove_first=yes
  say 'fact: there is not room for both: the old data goes before the copy begins'
}

consequence() {
  if [ "$old_data" = remove ]; then
    say "consequence: everything in $KB_DATA is DELETED, $([ "$remove_first" = yes ] && echo before the copy || echo after the copy follows the primary)"
  else
    say "consequence: everything in $KB_DATA is replaced; the old data stays as $(old_place), and takes its room until you remove it"
  fi
  say 'consequence: automation, kbha and repmgrd of this node pause meanwhile; the other nodes go on'
}

action_resume() { same_primary; }

# --- the steps -------------------------------------------------------------------------------------------------------------------

step_preserve() { [ ! -d "$KB_DATA" ] || keep_evidence; }
step_quiet() { quiet_node; }

step_stop() {
  [ -d "$KB_DATA" ] || return 0
  stop_server
  [ "$(fact removeFirst)" != yes ] || remove_old "$KB_DATA"
}

step_copy() {
  [ -n "${primary_host:-}" ] || same_primary
  put_wal_directory_aside
  if [ "$(fact source)" = repository ]; then
    restore_copy "$(cloning)" || die 'the restore from the repository failed; see the lines above'
  else
    copy_database "$(fact sourceHost)" "$(cloning)" || die "the copy of $(fact source) failed; see the lines above. The old data is where it was"
  fi
  [ "$(system_identifier "$(cloning)")" = "$primary_system" ] || die "the copy is of another system than $primary_system"
  configure_standby "$(cloning)"
}

step_swap() {
  if [ -d "$(cloning)" ]; then
    # The vendor's own recovery may have started the old data while the copy was made.
    [ ! -d "$KB_DATA" ] || { take_data_directory stop; move "$KB_DATA" "$(old_place)"; }
    move "$(cloning)" "$KB_DATA"
  fi
  [ -e "$KB_DATA/standby.signal" ] || die "$KB_DATA is not the new copy"
}

step_start() {
  [ -n "${primary_host:-}" ] || same_primary
  start_standby
}

step_register() {
  [ -n "${primary_host:-}" ] || same_primary
  wait_until "${KB_STREAMING_SECONDS:-120}" follows_primary || { last_words; die "this node does not stream from $primary_name; see the lines above"; }
  note_fact streaming "$(moment)"
  register_standby
}

step_tidy() {
  forget_restore_command
  drop_stale_slots
  wake_node
}

step_verify() {
  [ -n "${primary_host:-}" ] || same_primary
  note_fact bytes "$(directory_bytes "$KB_DATA")"
  verify_standby
}

step_remove() {
  [ "${KB_IN_oldData:-aside}" = remove ] || return 0
  remove_old "$(old_place)"
  [ -z "$KB_WALDIR" ] || remove_old "$KB_WALDIR.old-$id"
}

# Only below one of our own names, or the data directory that was confirmed; never over a mount point.
remove_old() {
  [ -d "$1" ] || return 0
  case $1 in "$KB_DATA" | "$KB_DATA.old-$id" | "$KB_WALDIR.old-$id") ;; *) die "$1 is nothing to remove" ;; esac
  rm -rf --one-file-system "$1"
  say "removed $1"
}

action_result() {
  printf '"source":"%s","primary":"%s","bytes":%s,"oldData":"%s","streamingAt":%s' "$(fact source)" "$(fact primary)" "$(json_number "$(fact bytes)")" \
    "$([ "${KB_IN_oldData:-aside}" = remove ] && echo removed || old_place)" "$(json_or_null "$(fact streaming)")"
}
