#!/bin/bash
# Whole file of pulumi-kingbase. Runs one action of recovery on this node, once for each request id: what was done stands in a ledger outside
# the data directory, and the same id again gives the recorded result, attaches to the run, or takes it up where it was interrupted.
#
# Usage: action.sh [--dry-run | --follow | --poll COUNT | --status] ID KIND [NAME=VALUE …]
#        action.sh --status ID
#        action.sh --history
#   (nothing)  as --follow        --follow   runs it as a unit of systemd (kb-ID) that outlives this connection, and follows it
#   --poll     the same in single steps: -1 starts it or attaches to it; then COUNT lines are known already, and exit 4 says that it goes on
#   --dry-run  proves every precondition by looking, prints what would be stopped, lost and rewritten, and changes nothing
#   --status   the state of that request as JSON                   --history   every request of this node, one JSON document a line
# Exit: 0 succeeded, 1 failed (the record says why), 2 wrong use, 3 refused (nothing was changed; the id may be used again unless it failed),
#       4 goes on (--poll), 75 another operation holds the cluster or this node
set -uo pipefail
library=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$library/action.conf"
for script in layout node instance daemons json; do
  # shellcheck source=/dev/null
  . "$library/scripts/$script.sh"
done
actions=$KB_STATE/actions
EXIT_REFUSED=3 EXIT_GOES_ON=4 EXIT_BUSY=75

# --- words -----------------------------------------------------------------------------------------------------------------------

usage() {
  echo "$*" >&2
  echo "HINT: $0 --help" >&2
  exit 2
}

say() { printf '[%5ds] %s\n' "$SECONDS" "$*" >&2; }

# die WORDS: the action fails, and its record says why.
die() {
  note_line reason "$*"
  echo "FAILED: $*" >&2
  exit 1
}

# refuse CODE FOUND HINT: nothing was changed.
refuse() {
  note_line reason "REFUSED $1: $2 HINT: $3"
  printf 'REFUSED %s: %s\nHINT: %s\n' "$1" "$2" "$3" >&2
  exit "$EXIT_REFUSED"
}

# look_again of instance.sh: what was seen is not so any more; here that ends the action.
look_again() { die "$@"; }

# note_line NAME TEXT: a small file of the running request, replaced as a whole.
note_line() {
  [ -n "${ledger:-}" ] && [ -d "$ledger" ] || return 0
  printf '%s\n' "$2" >"$ledger/.$1.new"
  sync "$ledger/.$1.new"
  mv -fT "$ledger/.$1.new" "$ledger/$1"
}

read_line() { cat "$ledger/$1" 2>/dev/null || true; }

# note_fact NAME VALUE, fact NAME: what a step found and a later one needs, also after an interruption.
note_fact() {
  install -d -m 0700 "$ledger/facts"
  printf '%s' "$2" >"$ledger/facts/.$1.new"
  sync "$ledger/facts/.$1.new"
  mv -fT "$ledger/facts/.$1.new" "$ledger/facts/$1"
}
fact() { cat "$ledger/facts/$1" 2>/dev/null || true; }

# --- other nodes and SQL ---------------------------------------------------------------------------------------------------------

# on_node HOST COMMAND…: as the OS user there, with the pinned keys; no input. on_node_input takes standard input along.
on_node_input() {
  local host=$1
  shift
  kb timeout -k 5 "${on_node_seconds:-60}" "${KB_CHANNEL[@]}" "$host" "$(printf '%q ' "$@")"
}
on_node() { on_node_input "$@" </dev/null; }

# sql_local DATABASE, sql_on HOST DATABASE: SQL on standard input, fields separated by |; stops at the first error.
sql_on() {
  kb timeout "${KB_SQL_SECONDS:-30}" "$KB_BIN/ksql" -X -A -t -q -w -v ON_ERROR_STOP=1 -F '|' \
    -d "host=$1 port=$KB_PORT user=$KB_SUPERUSER dbname=$2 connect_timeout=5"
}
sql_local() { sql_on 127.0.0.1 "$1"; }

repmgr_() { kb_repmgr "$@"; }

# What is started stays when the action ends: the unit of an action is taken down with all its processes. Twin of kb_daemon in node.sh.
kb_daemon() {
  systemd-run --quiet --scope --collect -- runuser -u "$KB_USER" -- env HOME="$KB_HOME" PATH="$KB_BIN:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C \
    KINGBASE_PASSFILE="$KB_PASSFILE" KINGBASE_DATA="$KB_DATA" "$@" 9>&- </dev/null >/dev/null 2>&1
}

# control_value NAME [DIRECTORY]; where several are needed, read_control [DIRECTORY] once and then control_field NAME. Empty where there is
# none, or a corrupt one.
control_value() { control_report "${2:-$KB_DATA}" 2>/dev/null | sed -n "s/^$1: *//p"; }
read_control() { control_text=$(control_report "${1:-$KB_DATA}" 2>/dev/null) || control_text=''; }
control_field() { sed -n "s/^$1: *//p" <<<"$control_text"; }

# keep_evidence [NAME]: control data, configuration, WAL directory and logs as they are, with checksums and a manifest, before anything is touched.
keep_evidence() {
  local to=$ledger/evidence${1:+/$1} file
  if [ -e "$to/manifest.json" ]; then return 0; fi
  rm -rf "$to"
  install -d -m 0700 "$ledger/evidence" "$to" "$to/data" "$to/etc" "$to/log"
  kb_layout "$KB_DATA"
  { kb timeout 20 "$KB_BIN/sys_controldata" -D "$KB_DATA" 2>&1 || true; } >"$to/controldata.txt"
  { ls -la --time-style=full-iso "$KB_DATA" "$KB_WAL/" 2>&1 || true; } >"$to/listing.txt"
  for file in "$KB_MAIN_CONF" "$KB_AUTO_CONF" "$KB_HBA" "$KB_IDENT" "$KB_SETTINGS" "$KB_STANDBY_SIGNAL" "$KB_CONTROL" "$KB_WAL"/*.history; do
    [ ! -f "$file" ] || cp -p -- "$file" "$to/data/"
  done
  for file in "$KB_CONF" "$KB_STATE"/*.json; do [ ! -f "$file" ] || cp -p -- "$file" "$to/etc/"; done
  for file in "$KB_LOG" "$(dirname "$(dirname "$KB_CONF")")"/log/*.log $(find "$KB_LOG_DIRECTORY" -type f -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -n 4 | cut -d' ' -f2-); do
    [ ! -f "$file" ] || tail -c 10000000 -- "$file" >"$to/log/$(basename "$file")"
  done
  write_manifest "$to"
  say "evidence kept in $to ($(find "$to" -type f | wc -l) files)"
}

write_manifest() {
  local line sum path separator=''
  (cd "$1" && find . -type f ! -name manifest.json ! -name SHA256SUMS -printf '%P\0' | sort -z | xargs -0 -r sha256sum) >"$1/SHA256SUMS"
  {
    printf '{"node":"%s","cluster":"%s","at":"%s","files":[' "$KB_NAME" "$KB_CLUSTER" "$(moment)"
    while read -r line; do
      sum=${line%% *} path=${line#* }
      path=${path# }
      printf '%s{"path":%s,"bytes":%s,"sha256":"%s"}' "$separator" "$(json_string "$path")" "$(stat -c %s "$1/$path")" "$sum"
      separator=,
    done <"$1/SHA256SUMS"
    printf ']}\n'
  } >"$1/.manifest.new"
  sync -f "$1"
  mv -fT "$1/.manifest.new" "$1/manifest.json"
}

# --- the cluster lock ------------------------------------------------------------------------------------------------------------

lock_note() {
  printf '{"token":"%s","what":"action %s %s","operator":"%s","pid":%s,"place":"%s/%s/%s"' "action-$KB_NAME-$id" "$kind" "$id" \
    "root@$(hostname)" "$$" "$(hostname)" "$(cat /proc/sys/kernel/random/boot_id)" "$(readlink /proc/self/ns/pid)"
}

# lock_at HOST hold|renew|release: where the host does not answer, it takes no part (exit code of the channel, 255 or 124).
lock_at() {
  if [ "$1" = "$KB_HOST" ]; then
    lock_note | "$library/cluster-lock.sh" "$2"
  else
    lock_note | on_node_seconds=15 on_node_input "$1" sudo -n "$library/cluster-lock.sh" "$2"
  fi
}

hold_cluster() {
  local name host role code said
  held=()
  while read -r name host role _; do
    [ "$role" != repository ] || continue
    code=0
    said=$(lock_at "$host" hold 2>"$ledger/.lock.err" 9>&-) || code=$?
    case $code in
      0) held+=("$host") ;;
      77)
        release_cluster
        note_line reason "the cluster is held by another run, as node $name says: $(holder_text "$said")"
        printf 'REFUSED action/held: %s\nHINT: %s\n' "$(read_line reason)" \
          "Wait until that run has ended, then run this again with the same id. A run that died gives way 90 s after its end; $KB_STATE/operation.json on $name is its note." >&2
        exit "$EXIT_BUSY"
        ;;
      *) say "node $name takes no part in the lock: it was not reached ($(tail -n 1 "$ledger/.lock.err"))" ;;
    esac
  done < <(kb_members | sort)
  ( while sleep 20; do for host in "${held[@]}"; do lock_at "$host" renew >/dev/null 2>&1 || true; done; done ) 9>&- &
  renewal=$!
}

holder_text() {
  local since
  since=$(sed -n 's/.*"since":\([0-9]*\).*/\1/p' <<<"$1")
  printf '%s (process %s): %s, %s s old' "$(sed -n 's/.*"operator":"\([^"]*\)".*/\1/p' <<<"$1")" "$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' <<<"$1")" \
    "$(sed -n 's/.*"what":"\([^"]*\)".*/\1/p' <<<"$1")" "$(($(date +%s) - ${since:-0}))"
}

release_cluster() {
  local host
  [ -z "${renewal:-}" ] || kill "$renewal" 2>/dev/null || true
  for host in ${held[@]+"${held[@]}"}; do lock_at "$host" release >/dev/null 2>&1 || true; done
  held=()
}

# --- the ledger ------------------------------------------------------------------------------------------------------------------

moment() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
now() { date +%s.%N; }
seconds_between() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b - a }'; }

unit_runs() { case $(systemctl is-active "kb-$id.service" 2>/dev/null) in active | activating | deactivating | reloading) return 0 ;; *) return 1 ;; esac; }

# new | running | interrupted | succeeded | failed | refused
state_of() {
  local state
  state=$(read_line state)
  if [ "$state" = running ] && ! unit_runs; then state=$(read_line state); [ "$state" != running ] || state=interrupted; fi
  printf '%s' "${state:-new}"
}

inputs_json() {
  local line separator=''
  printf '{'
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    printf '%s%s:%s' "$separator" "$(json_string "${line%%=*}")" "$(json_string "${line#*=}")"
    separator=,
  done
  printf '}'
}

steps_json() {
  [ -e "$ledger/steps" ] || { printf '[]'; return 0; }
  awk 'BEGIN { printf "[" } { printf "%s{\"step\":\"%s\",\"seconds\":%s%s}", (NR > 1 ? "," : ""), $1, $2, (NF > 2 ? ",\"endedAt\":\"" $3 "\"" : "") } END { printf "]" }' "$ledger/steps"
}

# state_text STATE: state.json for people and programs; the small files beside it are what the runner itself reads.
state_text() {
  printf '{"requestId":"%s","kind":"%s","cluster":"%s","node":"%s","state":"%s","step":%s,"steps":%s,"inputs":%s,"reason":%s,"startedAt":"%s","updatedAt":"%s"}\n' \
    "$id" "$(read_line kind)" "$KB_CLUSTER" "$KB_NAME" "$1" "$(json_or_null "$(read_line step)")" "$(steps_json)" "$(inputs_json < <(read_line inputs))" \
    "$(json_or_null "$(read_line reason)")" "$(read_line started)" "$(moment)"
}
json_or_null() { if [ -n "$1" ]; then json_string "$1"; else printf null; fi; }

enter_state() {
  note_line state "$1"
  note_line state.json "$(state_text "$1")"
}

show_record() {
  cat "$ledger/record.json"
  [ "$(read_line state)" = succeeded ]
}

# Where this node stands: before and after.
standing() {
  local role lsn=
  role=$(KB_SQL_SECONDS=10 sql_local "$KB_DB" 2>/dev/null <<<"SELECT CASE WHEN sys_is_in_recovery() THEN 'standby' ELSE 'primary' END;") || role=down
  case $role in
    standby) lsn=$(KB_SQL_SECONDS=10 sql_local "$KB_DB" 2>/dev/null <<<'SELECT sys_last_wal_replay_lsn();') || true ;;
    primary) lsn=$(KB_SQL_SECONDS=10 sql_local "$KB_DB" 2>/dev/null <<<'SELECT sys_current_wal_lsn();') || true ;;
  esac
  kb_layout "$KB_DATA"
  read_control
  printf '{"role":"%s","timeline":%s,"lsn":%s,"systemIdentifier":%s,"controlState":%s,"checkpointLsn":%s,"standbySignal":%s}' "$role" \
    "$(json_number "$(control_field "Latest checkpoint's TimeLineID")")" "$(json_or_null "$lsn")" "$(json_or_null "$(control_field 'Database system identifier')")" \
    "$(json_or_null "$(control_field 'Database cluster state')")" "$(json_or_null "$(control_field 'Latest checkpoint location')")" "$(json_flag test -e "$KB_STANDBY_SIGNAL")"
}

# --- the work, as a unit of its own ----------------------------------------------------------------------------------------------

load_kind() {
  local line
  [ -r "$library/actions/$kind.sh" ] || usage "$kind is no kind of action on this node; there are: $(cd "$library/actions" && ls | sed 's/\.sh$//' | paste -sd' ')"
  ACTION_STEPS='' ACTION_FIELDS=''
  # shellcheck source=/dev/null
  . "$library/actions/$kind.sh"
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    case " $ACTION_FIELDS " in
      *" ${line%%=*} "* | '  ') ;;
      *) usage "${line%%=*} is no input of $kind; there are: ${ACTION_FIELDS}" ;;
    esac
    printf -v "KB_IN_${line%%=*}" '%s' "${line#*=}"
  done <<<"$1"
}

record() {
  local result=null after ended
  ended=$(now)
  after=$(standing) || after=null
  [ "$1" != succeeded ] || result=$(action_result) || result=''
  [ "$result" = null ] || result="{$result}"
  note_line record.json "$(printf '{"requestId":"%s","kind":"%s","cluster":"%s","node":"%s","inputs":%s,"state":"%s","reason":%s,"startedAt":"%s","finishedAt":"%s","seconds":%s,"phases":%s,"before":%s,"after":%s,"result":%s}' \
    "$id" "$kind" "$KB_CLUSTER" "$KB_NAME" "$(inputs_json < <(read_line inputs))" "$1" "$(json_or_null "$(read_line reason)")" "$(read_line started)" "$(moment)" \
    "$(seconds_between "$(date -d "$(read_line started)" +%s.%N)" "$ended")" "$(steps_json)" "$(cat "$ledger/before.json" 2>/dev/null || printf null)" "${after:-null}" "${result:-null}")"
  enter_state "$1"
}

# However the work ends: a signal leaves it interrupted, anything else is written down.
finish() {
  local code=$?
  trap - EXIT
  trap '' TERM INT HUP
  set +e
  if [ "${stopped:-no}" = yes ]; then
    say 'interrupted; the same id goes on at the last verified step'
  elif [ "$phase" = plan ] && [ "$code" != 0 ]; then
    # Nothing was changed, so nothing is used up.
    note_line code "$([ "$code" = "$EXIT_BUSY" ] && echo "$EXIT_BUSY" || echo "$EXIT_REFUSED")"
    enter_state refused
  elif [ "$code" = 0 ] && [ "$phase" = done ]; then
    record succeeded
  else
    [ -s "$ledger/reason" ] || note_line reason "step ${phase:-?} ended with exit code $code: $(tail -n 1 "$ledger/progress.log")"
    say "FAILED: $(read_line reason)"
    record failed
  fi
  release_cluster
}

work() {
  local step began
  id=$1 ledger=$actions/$1 phase=plan
  kind=$(read_line kind)
  install -d -m 0755 "$KB_STATE"
  trap finish EXIT
  trap 'stopped=yes; exit 143' TERM INT HUP
  rm -f "$ledger/reason"
  note_line reason "another operation of this program is at work on this node (lock $KB_STATE/lock)"
  KB_LOCK_SECONDS=${KB_LOCK_SECONDS:-20} take_lock
  rm -f "$ledger/reason"
  load_kind "$(read_line inputs)"
  hold_cluster
  set -eE
  if [ ! -s "$ledger/steps" ]; then
    action_plan
    standing >"$ledger/.before.new"
    mv -fT "$ledger/.before.new" "$ledger/before.json"
    : >"$ledger/steps"
  elif declare -F action_resume >/dev/null; then
    phase=resume
    action_resume
  fi
  for step in $ACTION_STEPS; do
    phase=$step
    if grep -q "^$step " "$ledger/steps"; then
      say "$step: done and verified before"
      continue
    fi
    note_line step "$step"
    enter_state running
    say "$step"
    began=$(now)
    "step_$step"
    cp -f "$ledger/steps" "$ledger/.steps.new"
    printf '%s %s %s\n' "$step" "$(seconds_between "$began" "$(now)")" "$(moment)" >>"$ledger/.steps.new"
    sync "$ledger/.steps.new"
    mv -fT "$ledger/.steps.new" "$ledger/steps"
  done
  phase='done'
  note_line step ''
  exit 0
}

start_unit() {
  systemctl reset-failed "kb-$id.service" 2>/dev/null || true
  rm -f "$ledger/code"
  touch "$ledger/progress.log"
  enter_state running
  systemd-run --quiet --unit="kb-$id" -p "StandardOutput=append:$ledger/progress.log" -p "StandardError=append:$ledger/progress.log" \
    -p KillMode=control-group -p TimeoutStopSec=30 "$library/action.sh" --work "$id" || { echo "systemd-run failed; nothing was begun" >&2; exit 1; }
}

# --- attaching -------------------------------------------------------------------------------------------------------------------

# The first difference, by name. A request that was refused began nothing: it may be asked for in other words.
require_same_request() {
  local name before now
  [ "$(read_line kind)" = "$kind" ] ||
    refuse_quietly action/changed "request $id was of the kind $(read_line kind), and is $kind now" "A request is executed once. Put it back, or use a new requestId."
  while IFS= read -r name; do
    before=$(sed -n "s/^$name=//p" "$ledger/inputs")
    now=$(sed -n "s/^$name=//p" <<<"$inputs")
    [ "$before" = "$now" ] ||
      refuse_quietly action/changed "the input $name of request $id was '$before', and is '$now' now" 'A request is executed once. Put it back, or use a new requestId.'
  done < <({ cat "$ledger/inputs"; printf '%s\n' "$inputs"; } | sed -n 's/=.*//p' | sort -u)
}

refuse_quietly() {
  printf 'REFUSED %s: %s\nHINT: %s\n' "$1" "$2" "$3" >&2
  exit "$EXIT_REFUSED"
}

begin() {
  local state
  install -d -m 0755 "$KB_STATE"
  install -d -m 0700 "$actions" "$ledger"
  exec 8>"$actions/.start"
  flock -w 30 8 || { echo "another call is starting an action" >&2; exit "$EXIT_BUSY"; }
  state=$(state_of)
  case $state in
    new | refused)
      rm -f "$ledger"/{steps,step,reason,record.json,before.json,progress.log}
      rm -rf "$ledger/facts"
      note_line kind "$kind"
      note_line inputs "$inputs"
      note_line started "$(moment)"
      note_line request.json "$(printf '{"requestId":"%s","kind":"%s","inputs":%s,"at":"%s"}' "$id" "$kind" "$(inputs_json <<<"$inputs")" "$(moment)")"
      start_unit
      ;;
    *)
      require_same_request
      case $state in
        interrupted)
          echo "request $id was interrupted at ${1:-$(read_line step)}; it goes on at the last verified step" >&2
          start_unit
          ;;
        running) echo "request $id is at work; attached to it" >&2 ;;
        failed)
          refuse_quietly action/failed "request $id failed: $(read_line reason)" \
            "A request that failed is not repeated: see $ledger/progress.log, remove the cause, and use a new requestId."
          ;;
      esac
      ;;
  esac
  exec 8>&-
}

show_progress() {
  local total
  total=$(wc -l <"$ledger/progress.log" 2>/dev/null || echo 0)
  [ "$total" -le "$seen" ] || sed -n "$((seen + 1)),${total}p" "$ledger/progress.log" >&2
  seen=$total
}

follow() {
  while unit_runs; do
    show_progress
    if [ "$mode" = poll ]; then
      sleep 1
      show_progress
      unit_runs && exit "$EXIT_GOES_ON"
      break
    fi
    sleep 0.3
  done
  show_progress
  case $(state_of) in
    succeeded | failed) show_record ; exit $? ;;
    refused) exit "$(read_line code)" ;;
    *)
      echo "request $id was interrupted at ${step:-$(read_line step)}; the same id goes on there. journalctl -u kb-$id" >&2
      exit 1
      ;;
  esac
}

plan_only() {
  ledger=$(mktemp -d) || exit 1
  trap 'rm -rf "$ledger"' EXIT
  dry_run=yes
  load_kind "$inputs"
  (set -e; action_plan 2>&1)
}

show_history() {
  local folder
  for folder in "$actions"/*/; do
    [ -s "$folder/kind" ] || continue
    ledger=${folder%/} id=$(basename "$folder")
    if [ -s "$ledger/record.json" ]; then cat "$ledger/record.json"; else state_text "$(state_of)"; fi
  done
}

parse_arguments() {
  mode=follow seen=0
  case ${1:-} in
    --help) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" ; exit 0 ;;
    --dry-run) mode=plan ; shift ;;
    --follow) shift ;;
    --status) mode=status ; shift ;;
    --history) mode=history ; return 0 ;;
    --work) mode=work ; shift ;;
    --poll)
      [[ ${2:-} =~ ^(-1|[0-9]+)$ ]] || usage '--poll needs a number'
      mode=poll seen=$2
      shift 2
      ;;
    --*) usage "unknown argument $1" ;;
  esac
  id=${1:-} kind=${2:-}
  [[ $id =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$ ]] || usage "the request id '$id': letters, digits, dots, dashes and underscores, 63 at most"
  case $mode in status | work) return 0 ;; esac
  [[ $kind =~ ^[a-z][A-Za-z]{0,40}$ ]] || usage "the kind '$kind' is no word"
  shift 2
  parse_inputs "$@"
}

parse_inputs() {
  local word
  local lines=()
  for word in "$@"; do
    [[ $word =~ ^[a-z][A-Za-z0-9]{0,40}=[A-Za-z0-9_.:/=+@,\ -]{0,500}$ ]] || usage "the input '$word' is not NAME=VALUE of letters, digits and _.:/=+@,-"
    lines+=("$word")
  done
  inputs=$(printf '%s\n' ${lines[@]+"${lines[@]}"} | sort)
  [ "$(sed 's/=.*//' <<<"$inputs" | sort -u | wc -l)" = "$(wc -l <<<"$inputs")" ] || usage 'an input is given twice'
}

main() {
  parse_arguments "$@"
  [ "$(id -u)" = 0 ] || usage 'run it as root: it starts a unit of systemd, stops and starts the database'
  cd /
  umask 077
  case $mode in
    history) show_history ; exit 0 ;;
    plan) plan_only ; exit $? ;;
  esac
  ledger=$actions/$id
  case $mode in
    work) work "$id" ;;
    status)
      [ -s "$ledger/kind" ] || { echo "there is no request $id on this node" >&2; exit 2; }
      if [ -s "$ledger/record.json" ]; then cat "$ledger/record.json"; else state_text "$(state_of)"; fi
      exit 0
      ;;
  esac
  (load_kind "$inputs") || exit $?
  if [ "$seen" -lt 1 ] && { [ "$mode" = follow ] || [ "$seen" = -1 ]; }; then
    seen=0
    begin
  fi
  follow
}

main "$@"
