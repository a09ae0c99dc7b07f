# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. restartAll: starts a cluster of V8R3 whose databases are all down (network_rewind.sh stops them when no gateway answers, and nobody
# starts them again); sourced by action.sh. In the vendor's order: databases, address, synchronous, pools, automation. The one without recovery.conf was the
# primary; it is started as such only where no other one holds more.
. "$library/v8r3.sh"
ACTION_FIELDS='node primary lossAccepted confirm'
ACTION_STEPS='quiet primary address standbys synchronous pools automation verify'

# --- the plan --------------------------------------------------------------------------------------------------------------------

action_plan() {
  local name host running=()
  while read -r name host _; do
    root_on "$host" true >/dev/null 2>&1 || refuse v8r3/unreachable "$name ($host) is not reached as root by ssh" 'Every node has to be there: what the one that is missing holds may be more than what the others have. Nothing was changed.'
    gateway_answers "$host" || refuse v8r3/no-gateway "$name reaches none of the gateways: $(gateways)" 'The scripts would stop every database again: bring a gateway back first. Nothing was changed.'
    ! server_up "$host" || running+=("$name")
  done < <(kb_members)
  if [ "${#running[@]}" = 0 ]; then
    choose_primary
  else
    go_on_from_before "${running[@]}"
  fi
  say "starts $(name_of "$primary") as primary with the virtual IP $(ha KB_VIP), then the others as its standbys, then the pools and the automation; nothing is rewound or copied"
  [ -n "${dry_run:-}" ] || note_fact primary "$primary"
}

# One that failed midway left databases running: the next begins where that stood, with the primary that was proved then, where it is one.
begun_note=$KB_STATE/restart-all
go_on_from_before() {
  local name host before
  before=$(cat "$begun_note" 2>/dev/null || true)
  primary=$(kb_members | awk -v name="$before" '$1 == name { print $2 }')
  if [ -z "$primary" ] || { [ -n "${KB_IN_primary:-}" ] && [ "$KB_IN_primary" != "$before" ]; }; then
    refuse v8r3/database-runs "databases run: $*" 'Only where all are down; a single one comes back by recoverNode. Nothing was changed.'
  fi
  for name in "$@"; do
    host=$(kb_members | awk -v name="$name" '$1 == name { print $2 }')
    case $(role_of "$host") in
      primary) [ "$name" = "$before" ] || refuse v8r3/two-primaries "$name accepts writes, and an earlier restartAll was starting $before" 'Decide which one holds, and stop the other; nothing was changed.' ;;
      *) root_on "$host" test -e "$KB_DATA/recovery.conf" || [ "$name" = "$before" ] || refuse v8r3/two-primaries "the database of $name runs without recovery.conf" 'Decide which one holds, and stop the other; nothing was changed.' ;;
    esac
  done
  say "fact: an earlier restartAll, which did not end, was starting $before, and these run: $*; it is gone on with"
}

choose_primary() {
  local name host leaders=() wanted=${KB_IN_primary:-}
  while read -r name host _; do
    root_on "$host" test -e "$KB_DATA/recovery.conf" || leaders+=("$name")
    say "fact: $name: $(control_of "$host" 'Database cluster state'), last checkpoint $(control_of "$host" 'Latest checkpoint location') on timeline $(control_of "$host" "Latest checkpoint's TimeLineID")$(root_on "$host" test -e "$KB_DATA/recovery.conf" && echo ', has a recovery.conf')"
  done < <(kb_members)
  if [ -z "$wanted" ]; then
    case ${#leaders[@]} in
      1) wanted=${leaders[0]} ;;
      0) refuse v8r3/no-leader 'every node has a recovery.conf: none of them says that it was primary' 'Find out which one served last (recovery.log, cluster.log), and name it: primary. Nothing was changed.' ;;
      *) refuse v8r3/two-leaders "more than one has no recovery.conf: ${leaders[*]}" 'Find out which one served last, and name it: primary. The others are then recovered by recoverNode. Nothing was changed.' ;;
    esac
  fi
  primary=$(kb_members | awk -v name="$wanted" '$1 == name { print $2 }')
  [ -z "$primary" ] || ! is_half_rewound "$primary" || refuse v8r3/half-rewound "the database of $wanted was half rewound: its pages may be of two databases" 'Name another one as primary. Nothing was changed.'
  [ -n "$primary" ] || refuse v8r3/no-node "there is no node $wanted" "One of $(kb_members | cut -d' ' -f1 | paste -sd' '). Nothing was changed."
  prove_newest "$wanted"
}

# timeline, and how far: the end of recovery of a standby, the last checkpoint of a primary.
reach_of() {
  local host=$1 state end timeline
  state=$(control_of "$host" 'Database cluster state')
  end=$(control_of "$host" 'Latest checkpoint location')
  case $state in 'in archive recovery' | 'shut down in recovery') end=$(control_of "$host" 'Minimum recovery ending location') ;; esac
  [ "$end" != 0/0 ] || end=$(control_of "$host" 'Latest checkpoint location')
  timeline=$(control_of "$host" "Latest checkpoint's TimeLineID")
  printf '%s %s %s' "${timeline:-unread}" "$(lsn_to_number "$end")" "$state"
}
lsn_to_number() { if [[ ${1:-} =~ ^[0-9A-F]+/[0-9A-F]+$ ]]; then printf '%d' $(((16#${1%/*} << 32) + 16#${1#*/})); else printf 0; fi; }

prove_newest() {
  local name host timeline lsn state own_timeline own_lsn own_state
  read -r own_timeline own_lsn own_state < <(reach_of "$primary"; echo)
  [[ $own_timeline =~ ^[1-9][0-9]*$ ]] && [ -n "$(control_of "$primary" 'Database system identifier')" ] || refuse v8r3/unreadable "the control data of $1 cannot be read" 'See its data directory and volume, and that sys_controldata is there; nothing was changed.'
  while read -r name host _; do
    if [ "$host" = "$primary" ] || is_half_rewound "$host"; then continue; fi
    [ "$(control_of "$host" 'Database system identifier')" = "$(control_of "$primary" 'Database system identifier')" ] || refuse v8r3/other-system "$name holds another database than $1" 'See which data directory is mounted there; nothing was changed.'
    read -r timeline lsn state < <(reach_of "$host"; echo)
    [[ $timeline =~ ^[1-9][0-9]*$ ]] || refuse v8r3/unreadable "the control data of $name cannot be read" 'What it holds may be more than what the others have: see its data directory and volume; nothing was changed.'
    if [ "$timeline" -gt "$own_timeline" ] || { [ "$timeline" = "$own_timeline" ] && is_further "$lsn"; }; then
      [ "${KB_IN_lossAccepted:-false}" = true ] || refuse v8r3/not-newest "$name holds more than $1: timeline $timeline against $own_timeline, $((lsn - own_lsn)) bytes further" 'Name the newer one as primary; or set lossAccepted: true in a new request to start the older one: what only the newer one has is then lost to the cluster. Nothing was changed.'
      say "LOSES what only $name has (timeline $timeline); lossAccepted says so"
    fi
  done < <(kb_members)
  case $own_state in 'shut down'*) ;; *) say "fact: $1 was not shut down cleanly ($own_state): how far it came stands in its WAL only" ;; esac
}

# is_further LSN: than the one that is to lead, by $own_state and $own_lsn.
is_further() {
  case $own_state in
    'in archive recovery' | 'shut down in recovery') [ "$1" -gt "$own_lsn" ] ;;
    # Its control data has where the record of the last checkpoint begins, a standby's where what it applied ends: nothing but that record lies between.
    'shut down') [ $(($1 - own_lsn)) -gt 256 ] ;;
    # Of a primary that was not shut down the last checkpoint says little: its own WAL goes further than what it had sent.
    *) return 1 ;;
  esac
}

# --- the steps -------------------------------------------------------------------------------------------------------------------

each_standby() { kb_members | awk -v primary="$primary" '$2 != primary { print $1, $2 }'; }

# From here on nobody starts a pool or a node by himself.
halt() { die "$*. The automation of every node is paused: a new restartAll goes on from here; startAutomation lets it run again without"; }

step_quiet() {
  local host name
  primary=$(fact primary)
  name_of "$primary" >"$begun_note"
  while read -r name host _; do
    pause_on "$host" ours || die "the automation of $name could not be paused"
    on_node_seconds=130 automation_on "$host" settle 120 || halt "$name: a script of the automation is still at work"
    [ "$host" = "$primary" ] || address_on "$host" del || halt "$name does not let go of the virtual IP"
  done < <(kb_members)
  # A pool that is back without databases knows no primary: it starts again behind them.
  for host in $(kb_pools); do stop_pool "$host"; done
}

stop_pool() {
  local code=0
  root_on "$1" bash -c "pid=\$(tr -d '\\0' <'$KB_LOG/kingbasecluster/kingbasecluster.pid' 2>/dev/null); [ -n \"\$pid\" ] && grep -qz kingbasecluster \"/proc/\$pid/cmdline\" 2>/dev/null || exit 0
kill -INT \"\$pid\"; for _ in \$(seq 100); do [ -d \"/proc/\$pid\" ] || exit 0; sleep 0.3; done; exit 1" || code=$?
  [ "$code" = 0 ] || halt "the pool of $1 does not stop"
}

# By ssh, on this node too: what is started belongs to that session and not to this unit.
start_database() {
  if server_up "$1"; then return 0; fi
  on_node_seconds=660 ssh_as "$KB_USER" "$1" "$KB_BIN/sys_ctl" -D "$KB_DATA" -w -t 600 -l "$KB_LOG/kbstart.pulumi" start >/dev/null </dev/null
}

step_primary() {
  primary=$(fact primary)
  start_database "$primary" || halt "the database of $(name_of "$primary") does not start: see $KB_LOG/kbstart.pulumi there"
  if root_on "$primary" test -e "$KB_DATA/recovery.conf"; then
    # It was a standby: only a promotion gives it a timeline of its own. Without its recovery.conf it would go on on that of the former primary, and nobody could tell them apart.
    wait_until 600 answers_as standby || halt "$(name_of "$primary") does not come up as a standby, to be promoted: it is $(role_of "$primary")"
    owner_on "$primary" "$KB_BIN/sys_ctl" -D "$KB_DATA" promote >/dev/null || halt "$(name_of "$primary") could not be promoted"
    say "$(name_of "$primary") was a standby and is promoted"
  fi
  wait_until 600 leads || halt "$(name_of "$primary") runs, and is no primary: $(role_of "$primary")"
  v8_sql "$primary" <<<"SELECT sys_create_physical_replication_slot('slot_' || n) FROM (VALUES $(each_standby | awk '{ printf "%s(\x27%s\x27)", (NR > 1 ? ", " : ""), $1 }')) AS wanted(n) WHERE 'slot_' || n NOT IN (SELECT slot_name FROM sys_replication_slots);" >/dev/null || halt 'the slots of the standbys could not be made'
  say "$(name_of "$primary") runs as primary"
}
answers_as() { [ "$(role_of "$primary")" = "$1" ]; }
leads() { answers_as primary; }

step_address() {
  primary=$(fact primary)
  address_on "$primary" add || true
  carries_address "$primary" || halt "$(name_of "$primary") did not take the virtual IP $(ha KB_VIP)"
  say "$(name_of "$primary") carries $(ha KB_VIP)"
}

step_standbys() {
  local name host
  primary=$(fact primary)
  while read -r name host; do
    if is_left_down "$host"; then say "$name was a primary, or was half rewound: it stays down, and is recovered by recoverNode"; continue; fi
    root_on "$host" grep -q "host=$primary " "$KB_DATA/recovery.conf" || owner_on "$host" sed -i "s/host=[^ ]* /host=$primary /" "$KB_DATA/recovery.conf"
    # One that cannot follow is no reason to keep clients from the primary.
    if start_database "$host" && wait_until 300 streams "$primary" "$name"; then
      say "$name streams"
    else
      note_fact "behind-$name" yes
      say "$name does not stream from $(name_of "$primary"): its WAL may be gone there, or it left another branch; its automation, or recoverNode, brings it back"
    fi
  done < <(each_standby)
}

step_synchronous() {
  local names
  primary=$(fact primary)
  [ "$(ha SYNC_FLAG)" = 1 ] || { say 'SYNC_FLAG is not 1: commits wait for nobody'; return 0; }
  [ -n "$(v8_sql "$primary" <<<"SELECT 1 FROM sys_stat_replication WHERE state = 'streaming' LIMIT 1;")" ] || { say 'no standby streams: commits wait for nobody until one does'; return 0; }
  names=$(kb_members | cut -d' ' -f1 | paste -sd, | sed 's/,/, /g')
  v8_sql "$primary" >/dev/null <<<"ALTER SYSTEM SET synchronous_standby_names = '1 ($names)';" && v8_sql "$primary" >/dev/null <<<'SELECT sys_reload_conf();' || halt 'synchronous_standby_names could not be set'
  say "commits wait for one of: $names"
}

step_pools() {
  local host
  primary=$(fact primary)
  for host in $(kb_pools); do
    # By ssh on this node too, for the same reason.
    ssh_as root "$host" "$KB_POOL_BIN/restartcluster.sh" </dev/null >/dev/null 2>&1 || halt "restartcluster.sh of $(name_of "$host") failed: see $(ha POOL_RESTART)"
    say "the pool of $(name_of "$host") is started"
  done
}

is_left_down() { [ "$1" != "$primary" ] && { ! root_on "$1" test -e "$KB_DATA/recovery.conf" || is_half_rewound "$1"; }; }

step_automation() {
  local name host
  primary=$(fact primary)
  while read -r name host _; do
    # What only a former primary has stays as it is until a record says otherwise, also with AUTO_PRIMARY_RECOVERY=1; its pool is started again all the same.
    if is_left_down "$host"; then
      automation_on "$host" resume ours restartcluster || halt "the line of restartcluster.sh of $name could not be resumed"
      say "$name: network_rewind.sh stays paused until recoverNode"
    else
      automation_on "$host" resume ours || halt "the automation of $name could not be resumed"
    fi
  done < <(kb_members)
  rm -f "$begun_note"
  say 'the automation that was paused here runs again'
}

step_verify() {
  local name host
  primary=$(fact primary)
  wait_until 180 pool_knows_primary || die "the pool does not say that $(name_of "$primary") is the primary: see cluster.log"
  while read -r name host; do
    if is_left_down "$host" || [ "$(fact "behind-$name")" = yes ]; then continue; fi
    wait_until 180 pool_says_up "$host" || die "the pool says that $name is $(pool_field "$host" 3)"
  done < <(each_standby)
  say 'the pool knows the primary, and every standby that was started is up in it'
}
pool_knows_primary() { rows=$(pool_rows 2>/dev/null) && [ "$(pool_field "$primary" 3)" = up ] && [ "$(pool_field "$primary" 4)" = primary ]; }

json_names() { printf '%s\n' "$@" | awk 'NF { printf "%s\"%s\"", (n++ ? "," : ""), $1 }'; }

action_result() {
  local left=() behind=() name host
  while read -r name host; do
    ! is_left_down "$host" || left+=("$name")
    [ "$(fact "behind-$name")" != yes ] || behind+=("$name")
  done < <(each_standby)
  printf '"primary":"%s","synchronous":%s,"leftDown":[%s],"behind":[%s]' "$(name_of "$primary")" "$([ -n "$(names_of_synchronous "$primary")" ] && echo true || echo false)" \
    "$(json_names ${left[@]+"${left[@]}"})" "$(json_names ${behind[@]+"${behind[@]}"})"
}
