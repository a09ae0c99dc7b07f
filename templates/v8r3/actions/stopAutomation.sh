# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. stopAutomation: pauses network_rewind.sh and restartcluster.sh on the nodes of V8R3 (a # before their lines of KINGBASECRON, as
# kingbase_monitor.sh does), and waits for those at work; sourced by action.sh. Databases and pools go on; nobody recovers a node or starts a pool meanwhile.
. "$library/v8r3.sh"
ACTION_FIELDS='node nodes confirm'
ACTION_STEPS='pause settle'
. "$library/chosen.sh"

action_plan() {
  choose_hosts
  say "pauses the automation on$(printf ' %s' "${names[@]}"); databases and pools go on, and fail over as before"
}

step_pause() {
  local host
  choose_hosts
  for host in "${hosts[@]}"; do
    pause_on "$host" || die "the automation of $(name_of "$host") could not be paused"
    say "$(name_of "$host"): $(automation_on "$host" status)"
  done
}

step_settle() {
  local host
  choose_hosts
  for host in "${hosts[@]}"; do
    on_node_seconds=130 automation_on "$host" settle 120 || die "$(name_of "$host"): a script of the automation is still at work after 120 s; the lines are paused"
  done
}

action_result() { printf '"nodes":"%s"' "${names[*]}"; }
