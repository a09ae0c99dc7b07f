# Steps of a member's life on its own node, chosen by KB_STEPS; each can be run again. Needs layout.sh, node.sh, instance.sh, daemons.sh.

# note PHASE INSTANCE_IDENTIFIER. What create_instance reports on its way is one phase to a witness, like a clone to a standby.
note() {
  local phase=$1
  case $phase in initdb | initialised | placed) phase=cloning ;; esac
  put_ledger member.json "$(printf \
    '{"cluster":"%s","node":"%s","phase":"%s","systemIdentifier":"%s","instanceIdentifier":"%s","incarnation":"%s","data":"%s","wal":"%s","dataInode":"%s","walInode":"%s"}' \
    "$KB_CLUSTER" "$KB_NAME" "$phase" "$KB_SYSTEM" "$2" "$(cat /etc/machine-id)" "$KB_DATA" "$KB_WALDIR" \
    "$(inode_of "${KB_BUILT_IN:-$KB_DATA}")" "$(inode_of "$KB_WALDIR")")"
}

# Copies the primary. Only an empty directory, or our own unfinished clone, is written to; the note stands before the first byte.
clone_standby() {
  ! server_runs || look_again "a database runs in $KB_DATA; nothing was changed"
  if [ "$KB_WIPE" = yes ]; then
    need_unfinished_clone
    need_noted_directory "$KB_DATA" dataInode member.json
    [ -z "$KB_WALDIR" ] || need_noted_directory "$KB_WALDIR" walInode member.json
    note cloning ''
    [ -z "$KB_WALDIR" ] || empty_directory "$KB_WALDIR"
    # The label last: what is left by a run that is killed here still proves to be a copy that was cut off.
    find "$KB_DATA/" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name backup_label -exec rm -rf {} +
    empty_directory "$KB_DATA"
  fi
  is_empty_directory "$KB_DATA" || look_again "$KB_DATA is not empty; nothing was changed"
  [ -z "$KB_WALDIR" ] || is_empty_directory "$KB_WALDIR" || die "$KB_WALDIR is not empty; nothing was changed"
  note cloning ''
  install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$KB_DATA"
  [ -z "$KB_WALDIR" ] || install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$KB_WALDIR"
  # Once more, now that they are there: which ones they are.
  note cloning ''
  KB_REPMGR_SECONDS=$KB_CLONE_SECONDS repmgr_quietly -h "$KB_PRIMARY_HOST" -U esrep -d esrep -p "$KB_PORT" standby clone --fast-checkpoint
  [ "$(system_identifier "$KB_DATA")" = "$KB_SYSTEM" ] || die "the clone is of another system than $KB_SYSTEM"
  sync -f "$KB_DATA"
  note cloned ''
}

# Peers are told of this node in the same run, side by side with it: until their sys_hba.conf and firewall let it in, a clone would fail.
# Any other refusal is left to the step that follows, which says more about it.
source_admits() {
  local code=0 database=replication mode=1
  [ "$KB_ROLE" != witness ] || { database=esrep && mode=0; }
  refusal=$(kb timeout 10 "$KB_BIN/ksql" -X -A -t -q -w -c "$([ $mode = 1 ] && echo IDENTIFY_SYSTEM || echo 'SELECT 1')" \
    -d "host=$KB_PRIMARY_HOST port=$KB_PORT user=esrep dbname=$database replication=$mode connect_timeout=5" 2>&1 >/dev/null) || code=$?
  [ "$code" != 0 ] || return 0
  [ "$code" != 124 ] || refusal="no answer within 10 s"
  case $refusal in
    *hba.conf* | *refused* | *'No route'* | *timeout* | *'timed out'* | 'no answer'*) return 1 ;;
    *) return 0 ;;
  esac
}

# A source that cannot be reached at all may be no primary any more: whoever called asks the cluster again.
be_admitted() {
  local refusal=
  wait_until "$KB_ADMISSION_SECONDS" source_admits && return 0
  case $refusal in
    *hba.conf*)
      die "$KB_PRIMARY_HOST:$KB_PORT does not let $KB_NAME in within $KB_ADMISSION_SECONDS s: $refusal
Its sys_hba.conf and firewall are brought up to date in the same run: see why its resources were not updated (an error above, --target), then run again."
      ;;
    *) look_again "$KB_PRIMARY_HOST:$KB_PORT was not reached within $KB_ADMISSION_SECONDS s: $refusal" ;;
  esac
}

# Seen under the lock, by the same signs as core/member/unfinishedClone.ts: somebody may have finished the clone by hand meanwhile.
need_unfinished_clone() {
  [ "$(noted phase member.json)" = cloning ] && [ "$(noted incarnation member.json)" = "$(cat /etc/machine-id)" ] &&
    [ "$(noted data member.json)" = "$KB_DATA" ] && [ "$(noted wal member.json)" = "$KB_WALDIR" ] ||
    look_again "no note says that $KB_DATA${KB_WALDIR:+ with WAL in $KB_WALDIR} is an unfinished clone of ours; nothing was changed"
  ! kb_was_started "$KB_DATA" || look_again "a database was started in $KB_DATA since its clone was begun; nothing was changed"
  is_empty_directory "$KB_DATA" || kb_is_base_backup "$KB_DATA" ||
    look_again "$KB_DATA does not look like a copy that was cut off; nothing was changed"
}

# Seen under the lock: without its mark the server would come up as a second primary, and a promotion since it was observed takes the mark away.
need_standby_signal() {
  kb_layout "$KB_DATA"
  [ -e "$KB_STANDBY_SIGNAL" ] || look_again "$KB_DATA has no standby.signal, so its database would not run as a standby; nothing was changed"
}

join_standby() {
  need_standby_signal
  start_server
  in_recovery || die "the database in $KB_DATA accepts writes although it should be a standby; nothing more was done"
  repmgr_quietly standby register -F
  wait_until "$KB_STREAMING_SECONDS" is_streaming || {
    tail -n 15 "$KB_LOG" >&2 || true
    die "replication did not reach the state streaming within $KB_STREAMING_SECONDS s; where the log above says that WAL was removed or that timelines differ, reclone this node"
  }
}

# A witness has an instance of its own, in which repmgr keeps a copy of the cluster's records.
join_witness() {
  start_server
  create_accounts
  register_witness
}

# Also copies the records: repmgrd does so every 15 s only.
register_witness() {
  if [ "$KB_VERSION" = V9 ]; then
    repmgr_quietly -h "$KB_PRIMARY_HOST" -U esrep -d esrep -p "$KB_PORT" witness register -F -S "$KB_SUPERUSER"
  else
    repmgr_quietly -h "$KB_PRIMARY_HOST" -U esrep -d esrep -p "$KB_PORT" witness register -F
  fi
}

# The record of another node (KB_OTHER_ID) leaves repmgr's table; run on the primary.
unregister() {
  local type
  type=$(kb_sql_strict esrep <<<"SELECT type FROM repmgr.nodes WHERE node_id = $KB_OTHER_ID;")
  case $type in
    '') ;;
    witness) repmgr_quietly witness unregister --node-id="$KB_OTHER_ID" ;;
    primary) repmgr_quietly primary unregister --node-id="$KB_OTHER_ID" --force ;;
    *) repmgr_quietly standby unregister --node-id="$KB_OTHER_ID" ;;
  esac
}

create_slot() {
  exists_row "sys_replication_slots WHERE slot_name = '$KB_SLOT'" ||
    kb_sql_strict "$KB_DB" <<<"SELECT sys_create_physical_replication_slot('$KB_SLOT');" >/dev/null
}

# A slot in use is left alone: its standby must be stopped first.
drop_slot() {
  kb_sql_strict "$KB_DB" >/dev/null <<<"SELECT sys_drop_replication_slot(slot_name) FROM sys_replication_slots WHERE slot_name = '$KB_SLOT' AND NOT active;"
  ! exists_row "sys_replication_slots WHERE slot_name = '$KB_SLOT'" || die "slot $KB_SLOT is in use and was not dropped"
}

main() {
  take_lock
  local step
  for step in $KB_STEPS; do
    case $step in
      admitted) be_admitted ;;
      clone) clone_standby ;;
      join) join_standby ;;
      createWitness)
        [ "$KB_RESUME" != yes ] || require_own_note member.json
        create_instance "$KB_RESUME" member.json
        ;;
      joinWitness) join_witness ;;
      syncWitness) register_witness ;;
      start)
        [ "${KB_START_AS:-}" != standby ] || need_standby_signal
        start_server
        ;;
      registerPrimary) register_primary ;;
      reload) kb timeout 30 "$KB_BIN/sys_ctl" -D "$KB_DATA" reload >/dev/null ;;
      daemons) start_daemons ;;
      virtualIp) ensure_virtual_ip ;;
      role) repair_role ;;
      slot) create_slot ;;
      dropSlot) drop_slot ;;
      stopKbha) stop_kbha ;;
      stopRepmgrd) stop_repmgrd ;;
      stop)
        stop_server
        release_virtual_ip
        ;;
      teardown) put_ledger teardown.json "$(printf '{"cluster":"%s"}' "$KB_CLUSTER")" ;;
      clearTeardown) rm -f "$KB_STATE/teardown.json" ;;
      joined) note joined "$([ "$KB_ROLE" != witness ] || system_identifier "$KB_DATA")" ;;
      left) note left "$([ "$KB_ROLE" != witness ] || system_identifier "$KB_DATA")" ;;
      unregister) unregister ;;
      *) die "unknown step $step" ;;
    esac
  done
}

main
