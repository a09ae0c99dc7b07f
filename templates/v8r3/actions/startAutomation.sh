# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. startAutomation: lets network_rewind.sh and restartcluster.sh run again on the nodes of V8R3, and waits until cron has run them;
# sourced by action.sh. Refused where no gateway answers: the scripts would stop every database.
. "$library/v8r3.sh"
ACTION_FIELDS='node nodes confirm'
ACTION_STEPS='resume verify'
. "$library/chosen.sh"

action_plan() {
  local host
  choose_hosts
  for host in "${hosts[@]}"; do
    gateway_answers "$host" || refuse v8r3/no-gateway "$(name_of "$host") reaches none of the gateways: $(gateways)" 'network_rewind.sh would stop its database: bring a gateway back first. Nothing was changed.'
  done
  say "lets the automation run again on$(printf ' %s' "${names[@]}"); a database that is down there and has a recovery.conf is recovered within a minute"
}

step_resume() {
  local host
  choose_hosts
  for host in "${hosts[@]}"; do
    note_fact "log-$(name_of "$host")" "$(log_size "$host")"
    automation_on "$host" resume || die "the automation of $(name_of "$host") could not be resumed"
    say "$(name_of "$host"): $(automation_on "$host" status)"
  done
}
log_size() { root_on "$1" stat -c %s "$(ha RECOVERY_LOG_DIR)" 2>/dev/null || echo 0; }

step_verify() {
  local host
  choose_hosts
  for host in "${hosts[@]}"; do
    wait_until 150 has_run "$host" || die "cron of $(name_of "$host") did not run network_rewind.sh within 150 s: systemctl status cron (or crond)"
  done
}
has_run() { [ "$(log_size "$1")" != "$(fact "log-$(name_of "$1")")" ]; }

action_result() { printf '"nodes":"%s"' "${names[*]}"; }
