# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action thaw: takes back what freezeWrites set, on every database node that answers; sourced by action.sh.
# shellcheck source=/dev/null
. "$library/actions/freezeWrites.sh"
ACTION_FIELDS='node'
ACTION_STEPS='reset prove'

action_plan() {
  local name host recovery read_only rest
  answering
  [ -s "$ledger/nodes" ] || refuse freeze/no-database 'no database node answers' 'Start the cluster first; what was frozen stays frozen over a start.'
  while read -r name host recovery read_only rest; do
    say "$name: $([ "$recovery" = f ] && echo 'accepts writes again' || echo 'standby'), $([ "$read_only" = on ] && echo 'frozen' || echo 'not frozen')"
  done <"$ledger/nodes"
  [ -z "$silent" ] || say "STAY AS THEY ARE, because they do not answer: $silent (run thaw again with a new requestId when they are back)"
}

step_reset() {
  local name host recovery rest said
  answering
  while read -r name host recovery rest; do
    said=$(
      {
        printf '%s\n' 'ALTER SYSTEM RESET default_transaction_read_only;' 'ALTER SYSTEM RESET autovacuum;' 'SELECT sys_reload_conf();'
        [ "$recovery" != f ] || echo "ALTER ROLE $FREEZE_MANAGER RESET default_transaction_read_only;"
      } | freeze_sql "$host"
    ) || die "$name could not be thawed: $(tail -n 1 <<<"$said")"
    say "$name: default_transaction_read_only and autovacuum are as its files say"
  done <"$ledger/nodes"
  note_fact silent "$silent"
}

takes_writes() { sql_on "$1" "$KB_DB" >/dev/null 2>&1 <<<'BEGIN; CREATE TABLE pulumi_kingbase_frozen_probe (); ROLLBACK;'; }

step_prove() {
  local name host
  while read -r name host; do
    wait_until "$FREEZE_SECONDS" takes_writes "$host" || die "$name still refuses writes: see SELECT name, setting, sourcefile FROM sys_settings WHERE name = 'default_transaction_read_only'"
    say "$name takes writes"
  done < <(primaries)
}

action_result() {
  printf '"thawed":[%s],"notReached":%s' "$(awk '{ printf "%s\"%s\"", (NR > 1 ? "," : ""), $1 }' "$ledger/nodes")" "$(json_or_null "$(fact silent | sed 's/ *$//')")"
}
