# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action freezeWrites: no session writes any more, on any database node that answers; sourced by action.sh, and by
# thaw.sh for what both share. What was deleted by mistake stays readable the longer the less is written: autovacuum rests too.
# It is set on every node by itself (ALTER SYSTEM is not replicated), so that a failover changes nothing.
ACTION_FIELDS='node endSessions'
ACTION_STEPS='set end prove'

# The replication manager goes on writing its own few rows: without them it would take a healthy cluster for a broken one.
FREEZE_MANAGER=esrep
# How long a reload, or a session that is ended, may take.
FREEZE_SECONDS=20

database_nodes() { kb_members | awk '$3 == "database" { print $1, $2 }'; }

# freeze_sql HOST: as the superuser of the database there, and allowed to write whatever is frozen.
freeze_sql() { { echo 'SET default_transaction_read_only = off;'; cat; } | sql_on "$1" "$KB_DB" 2>&1; }

# answering: `name host recovery readOnly autovacuum sessions` of each node that answers; the names of the others in $silent.
answering() {
  local name host row
  silent=''
  : >"$ledger/nodes"
  while read -r name host; do
    if row=$(freeze_sql "$host" <<'SQL'
SELECT sys_is_in_recovery(),
  coalesce((SELECT setting FROM sys_file_settings WHERE name = 'default_transaction_read_only' AND sourcefile LIKE '%.auto.conf' LIMIT 1), '-'),
  coalesce((SELECT setting FROM sys_file_settings WHERE name = 'autovacuum' AND sourcefile LIKE '%.auto.conf' LIMIT 1), '-'),
  (SELECT count(*) FROM sys_stat_activity WHERE backend_type = 'client backend' AND pid <> sys_backend_pid());
SQL
    ); then
      printf '%s %s %s\n' "$name" "$host" "$(tail -n 1 <<<"$row" | tr '|' ' ')" >>"$ledger/nodes"
    else
      silent="$silent$name "
      say "$name does not answer: $(tail -n 1 <<<"$row")"
    fi
  done < <(database_nodes)
}

primaries() { awk '$3 == "f" { print $1, $2 }' "$ledger/nodes"; }

action_plan() {
  local name host recovery read_only vacuum sessions
  answering
  [ -s "$ledger/nodes" ] || refuse freeze/no-database 'no database node answers' 'What does not run writes nothing. Find out what runs: npm run diagnose.'
  while read -r name host recovery read_only vacuum sessions; do
    [ "$read_only" = - ] && [ "$vacuum" != - ] &&
      refuse freeze/autovacuum-set "autovacuum is set to $vacuum by ALTER SYSTEM on $name: thaw would take that away" \
        "Take it out there first (ALTER SYSTEM RESET autovacuum), or write it into the declared parameters."
    say "$name: $([ "$recovery" = f ] && echo 'accepts writes' || echo 'standby'), $sessions sessions$([ "$read_only" != on ] || echo ', frozen already')"
  done <"$ledger/nodes"
  say "every new transaction on these nodes will be read-only, and autovacuum rests, until the action thaw"
  if [ "${KB_IN_endSessions:-true}" = true ]; then
    say "the sessions on $(primaries | cut -d' ' -f1 | paste -sd' ') are ENDED; what they had not committed is rolled back"
  else
    say 'sessions stay; a transaction that has begun to write may still commit'
  fi
  say 'a session that asks for it (SET default_transaction_read_only = off) can still write: close the applications, too'
  [ -z "$silent" ] || say "NOT FROZEN, because they do not answer: $silent"
}

step_set() {
  local name host recovery rest said
  answering
  while read -r name host recovery rest; do
    said=$(
      {
        [ "$recovery" != f ] || echo "ALTER ROLE $FREEZE_MANAGER SET default_transaction_read_only = off;"
        printf '%s\n' 'ALTER SYSTEM SET default_transaction_read_only = on;' 'ALTER SYSTEM SET autovacuum = off;' 'SELECT sys_reload_conf();'
      } | freeze_sql "$host"
    ) || die "$name could not be frozen: $(tail -n 1 <<<"$said"); the action thaw takes back what was set on the other nodes"
    say "$name: default_transaction_read_only = on, autovacuum = off"
  done <"$ledger/nodes"
  note_fact silent "$silent"
}

step_end() {
  local name host count
  [ "${KB_IN_endSessions:-true}" = true ] || return 0
  while read -r name host; do
    count=$(freeze_sql "$host" <<<"SELECT count(sys_terminate_backend(pid)) FROM sys_stat_activity WHERE backend_type = 'client backend' AND pid <> sys_backend_pid() AND usename <> '$FREEZE_MANAGER';") ||
      die "the sessions on $name could not be ended: $(tail -n 1 <<<"$count")"
    say "$name: $(tail -n 1 <<<"$count") sessions ended"
  done < <(primaries)
}

# refuses_writes HOST: a session as any application opens it cannot write there.
refuses_writes() {
  local said
  said=$(sql_on "$1" "$KB_DB" 2>&1 <<<'BEGIN; CREATE TABLE pulumi_kingbase_frozen_probe (); ROLLBACK;') && return 1
  grep -q 'read-only transaction' <<<"$said"
}
still_writes() {
  [ "$(freeze_sql "$1" <<<"SELECT count(*) FROM sys_stat_activity WHERE backend_type = 'client backend' AND backend_xid IS NOT NULL AND pid <> sys_backend_pid() AND usename <> '$FREEZE_MANAGER';")" != 0 ]
}
none_writes() { ! still_writes "$1"; }

step_prove() {
  local name host
  while read -r name host _; do
    wait_until "$FREEZE_SECONDS" refuses_writes "$host" || die "$name still takes writes: something beats kingbase.auto.conf there (SELECT * FROM sys_settings WHERE name = 'default_transaction_read_only')"
    say "$name refuses writes"
  done <"$ledger/nodes"
  while read -r name host; do
    if ! wait_until "$FREEZE_SECONDS" none_writes "$host"; then
      [ "${KB_IN_endSessions:-true}" = true ] && die "$name: transactions go on writing (sys_stat_activity, backend_xid); end them and run this with a new requestId"
      say "$name: transactions that had begun go on writing"
    fi
    note_fact "lsn.$name" "$(freeze_sql "$host" <<<'SELECT sys_current_wal_lsn();' | tail -n 1)"
    say "$name: nothing is written by clients after $(fact "lsn.$name")"
  done < <(primaries)
}

action_result() {
  local name separator=''
  printf '"frozen":['
  while read -r name _; do
    printf '%s{"node":%s,"lsn":%s}' "$separator" "$(json_string "$name")" "$(json_or_null "$(fact "lsn.$name")")"
    separator=,
  done <"$ledger/nodes"
  printf '],"notReached":%s' "$(json_or_null "$(fact silent | sed 's/ *$//')")"
}
