# Bootstrap on the first node: KB_STEPS=create makes the data directory, KB_STEPS=open starts it, makes repmgr's account and registers the primary.
# Every step looks at what is there, so that a run that was killed is taken up where it stopped. Needs layout.sh, node.sh, instance.sh.

note() {
  put_ledger bootstrap.json "$(printf \
    '{"cluster":"%s","node":"%s","phase":"%s","systemIdentifier":"%s","createdAtSeconds":%s,"incarnation":"%s","data":"%s","wal":"%s","dataInode":"%s","walInode":"%s"}' \
    "$KB_CLUSTER" "$KB_NAME" "$1" "$2" "$KB_CREATED_AT" "$(cat /etc/machine-id)" "$KB_DATA" "$KB_WALDIR" "$(inode_of "${KB_BUILT_IN:-$KB_DATA}")" "$(inode_of "$KB_WALDIR")")"
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
      [ "$KB_RESUME" != yes ] || require_own_note bootstrap.json
      create_instance "$KB_RESUME" bootstrap.json
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
