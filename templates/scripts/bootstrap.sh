# Bootstrap on the first node: KB_STEPS=create makes the data directory, KB_STEPS=open starts it, makes repmgr's account and registers the primary.
# Every step looks at what is there, so that a run that was killed is taken up where it stopped. Needs layout.sh, node.sh, instance.sh.

note() {
  put_ledger bootstrap.json "$(printf \
    '{"cluster":"%s","node":"%s","phase":"%s","systemIdentifier":"%s","createdAtSeconds":%s,"data":"%s","wal":"%s"}' \
    "$KB_CLUSTER" "$KB_NAME" "$1" "$2" "$KB_CREATED_AT" "$KB_DATA" "$KB_WALDIR")"
}

noted_path() {
  sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p' "$KB_STATE/bootstrap.json"
}

# A note speaks of the directories it was written for. After a change of paths, whatever lies at the new ones is not ours to take up or to wipe.
require_noted_paths() {
  local data wal
  grep -q '"data":"' "$KB_STATE/bootstrap.json" 2>/dev/null || return 0
  data=$(noted_path data)
  wal=$(noted_path wal)
  [ "$data" = "$KB_DATA" ] && [ "$wal" = "$KB_WALDIR" ] ||
    die "the interrupted bootstrap was begun in $data${wal:+ with WAL in $wal}, not in $KB_DATA${KB_WALDIR:+ with WAL in $KB_WALDIR}; nothing was changed. Put the old paths back, or remove what it left there and $KB_STATE/bootstrap.json"
}

open_cluster() {
  local identifier
  identifier=$(system_identifier "$KB_DATA")
  start_server
  wait_until 30 is_writable || die "the database in $KB_DATA runs but does not accept writes"
  note started "$identifier"
  create_accounts
  note accounts "$identifier"
  register_primary
  note registered "$identifier"
}

main() {
  take_lock
  case $KB_STEPS in
    create)
      [ "$KB_RESUME" != yes ] || require_noted_paths
      create_instance "$KB_RESUME"
      system_identifier "$KB_DATA"
      ;;
    open)
      open_cluster
      note "done" "$(system_identifier "$KB_DATA")"
      ;;
    start)
      start_server
      wait_until 30 is_writable || die "the database in $KB_DATA runs but does not accept writes"
      ;;
    *) die "unknown step $KB_STEPS" ;;
  esac
}

main
