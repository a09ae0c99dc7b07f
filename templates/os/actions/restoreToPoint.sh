# shellcheck shell=bash disable=SC2034,SC2154
# restoreToPoint: brings the cluster back to a point of its past, in place or as a copy aside. Sourced by action.sh on the node that is restored; in
# place this node becomes the primary, and the others are cloned from it. Nothing stops before a backup and all WAL up to the target are proved.
# The old data directory stays beside the new one, as <data>.before-<request>, unless the request says otherwise.
# shellcheck source=/dev/null
[ ! -e "$library/restoring.sh" ] || . "$library/repository.sh"
# shellcheck source=/dev/null
[ ! -e "$library/restoring.sh" ] || . "$library/restoring.sh"

ACTION_FIELDS='target timeline set exclusive mode directory port after oldData of node confirm'
IN_PLACE_STEPS='archiveRest freeze stop evidence setAside restore settings replay verify'
OPEN_STEPS='promote open standbys backup resume'
restore_state="$KB_STATE/restore"
# A standby may be cloned for hours; what hangs is seen by the operator who follows.
LONG_SECONDS=86400
SERVER_SECONDS=180

# --- as the OS user, here and on other nodes -------------------------------------------------------------------------------------

# restoring.sh and repository.sh reach other nodes and the repository by these.
on_member() {
  if [ "$1" = "$KB_HOST" ]; then
    kb timeout -k 5 "${channel_seconds:-60}" bash -c "$2"
  else
    kb timeout -k 5 "${channel_seconds:-60}" "${KB_CHANNEL[@]}" "$1" "$2"
  fi
}
rman() { kb "$bin/sys_rman" "--config=$conf" "--stanza=$stanza" --log-level-console=warn --log-level-file=off "$@"; }

# What the scripts for other nodes begin with. Paths are those of the cluster: the same on every node.
node_words() {
  printf 'set -u; cd /; export LC_ALL=C KINGBASE_PASSFILE="$HOME/.kbpass" KINGBASE_DATA=%q PATH=%q; bin=%q data=%q wal=%q conf=%q log=%q port=%q library=%q aside=%q vip=%q\n' \
    "$KB_DATA" "$KB_BIN:/usr/sbin:/usr/bin:/sbin:/bin" "$KB_BIN" "$KB_DATA" "$KB_WALDIR" "$KB_CONF" "$KB_LOG" "$KB_PORT" "$library" "$KB_DATA.before-$id" "${KB_VIP%/*}"
}
# at_node HOST SCRIPT
at_node() { on_member "$1" "$(node_words)
$2" </dev/null; }

# database_nodes, all_nodes: `name host`.
database_nodes() { kb_members | awk '$3 == "database" { print $1, $2 }'; }
all_nodes() { kb_members | awk '{ print $1, $2 }'; }

# on_each NODES FUNCTION: side by side; fails where one failed, after all have ended.
on_each() {
  local name host failed='' pids=() names=() index
  while read -r name host; do
    "$2" "$name" "$host" &
    pids+=($!)
    names+=("$name")
  done < <("$1")
  for index in "${!pids[@]}"; do wait "${pids[index]}" || failed="$failed ${names[index]}"; done
  [ -z "$failed" ] || die "failed on$failed: see the lines above. $(way_back)"
}

# --- what is asked for -----------------------------------------------------------------------------------------------------------

read_request() {
  local asked=${KB_IN_target:-latest}
  work="$ledger/work" timeout_seconds=$LONG_SECONDS
  install -d -m 0700 "$work"
  timeline=${KB_IN_timeline:-} set_label=${KB_IN_set:-}
  restore_mode=${KB_IN_mode:-inPlace} after=${KB_IN_after:-promote} old_data=${KB_IN_oldData:-aside} exclusive=${KB_IN_exclusive:-false}
  replay_log="$(dirname "$KB_LOG")/restore-$id.log"
  live_segment='' marked_segment='' source_host=''
  case $restore_mode in
    inPlace) [ "$after" = promote ] && ACTION_STEPS="$IN_PLACE_STEPS $OPEN_STEPS" || ACTION_STEPS=$IN_PLACE_STEPS ;;
    aside) ACTION_STEPS='archiveRest restoreAside replay verify keepAside' ;;
    finish) ACTION_STEPS=$OPEN_STEPS ;;
    putBack) ACTION_STEPS='putBack resume' ;;
    *) refuse restore/bad-mode "mode=$restore_mode" 'One of inPlace, aside, finish, putBack.' ;;
  esac
  case $restore_mode in
    finish | putBack) read_earlier ;;
    *) read_target "$asked" ;;
  esac
  [ "$restore_mode" != aside ] || read_aside
}

# usage of action.sh ends it as wrong use; a target is refused as everything else is.
read_target() {
  local said
  asked_target=$1
  target_kind=${1%%=*} target_value=''
  [[ $1 != *=* ]] || target_value=${1#*=}
  said=$( (check_target) 2>&1) || refuse restore/bad-target "$(head -n 1 <<<"$said")" 'latest, immediate, time=… with its zone, lsn=…, name=… or xid=….'
  check_target
}

# Where the copy lies and listens: only this host's OS user reaches it.
read_aside() {
  directory=${KB_IN_directory:-} port=${KB_IN_port:-$((KB_PORT + 1))}
  [[ $directory =~ ^/[A-Za-z0-9_./-]+$ ]] && [[ $directory/ != */../* ]] ||
    refuse restore/no-directory "directory=${directory:-}" 'Mode aside needs a directory of its own, such as directory=/kbdata/restored.'
  case $directory/ in
    "$KB_DATA"/* | "$(dirname "$conf")"/*) refuse restore/bad-directory "$directory lies in the data directory or the repository" 'Give a directory of its own.' ;;
  esac
  data="$directory/data" replay_log="$directory/server.log"
}

# finish and putBack go on where an earlier request stands.
read_earlier() {
  earlier="$actions/${KB_IN_of:-}"
  [ -n "${KB_IN_of:-}" ] && [ "$(cat "$earlier/kind" 2>/dev/null)" = restoreToPoint ] ||
    refuse restore/no-such-request "of=${KB_IN_of:-}: no request of this kind lies on node $KB_NAME" 'Give the request id of the restore that this one ends, and its node.'
  aside="$KB_DATA.before-$KB_IN_of"
  old_data=$(earlier_input oldData aside)
  exclusive=$(earlier_input exclusive false)
  read_target "$(earlier_input target latest)"
}
earlier_input() { local found; found=$(sed -n "s/^$1=//p" "$earlier/inputs"); printf '%s' "${found:-$2}"; }

fact_of_request() { if [ -n "${earlier:-}" ]; then cat "$earlier/facts/$1" 2>/dev/null || true; else fact "$1"; fi; }

# --- proving by looking ----------------------------------------------------------------------------------------------------------

# Where its checksum is wrong, sys_controldata warns, prints whatever it finds, and ends with 0: then nothing of it is believed. A server that is just
# writing the file gives such a moment, too. Twin of control_report in node.sh.
CONTROL='
control_text() {
  local said try
  for try in 1 2 3; do
    said=$(timeout 20 "$bin/sys_controldata" -D "$data" 2>&1) || return 1
    case $said in *"checksum does not match"* | *untrustworthy*) sleep 0.2 ;; *) printf "%s\n" "$said"; return 0 ;; esac
  done
  return 1
}'
PROBE=$CONTROL'
if timeout 20 "$bin/sys_ctl" -D "$data" status >/dev/null 2>&1; then echo server=running; else echo "server=$?"; fi
[ ! -e "$data/standby.signal" ] || echo standby=yes
control_text | sed -n -e "s/^Database system identifier: */system=/p" -e "s/^Database cluster state: */state=/p" \
  -e "s/^Latest checkpoint location: */checkpoint=/p" -e "s/^Latest checkpoint.s TimeLineID: */timeline=/p"
said=$(timeout 10 "$bin/ksql" -X -A -t -q -w -h 127.0.0.1 -p "$port" -U "$superuser" -d "$db" -c "SELECT sys_is_in_recovery();" 2>&1) && echo "recovery=$said" || echo "sql=$(tail -n 1 <<<"$said")"
echo "bytes=$(du -sb "$data" 2>/dev/null | cut -f1)"
echo "free=$(df -PB1 "$(dirname "$data")" | awk "NR == 2 { print \$4 }")"
[ -w "$(dirname "$data")" ] || echo readonly=yes
! mountpoint -q "$data" || echo mount=yes
echo "automation=$(sudo -n "$library/automation.sh" status 2>/dev/null)"'

probe_node() {
  channel_seconds=90 at_node "$2" "superuser='$superuser' db='$maintenance_db'; $PROBE" >"$work/node.$1" 2>"$work/node.$1.err"
}
seen() { sed -n "s/^$2=//p" "$work/node.$1" 2>/dev/null | head -n 1; }

# Every node has to answer: one that comes back later with the old data would be a second truth.
probe_nodes() {
  local name host
  while read -r name host; do
    probe_node "$name" "$host" || refuse restore/node-unreachable "node $name ($host) cannot be read: $(tail -n 1 "$work/node.$name.err")" \
      'Bring it back, or take it out of the configuration and run pulumi up, so that it cannot return with the old data.'
    say "$name: server $(seen "$name" server), $([ "$(seen "$name" standby)" = yes ] && echo standby || echo 'no standby'), timeline $(seen "$name" timeline), control data: $(seen "$name" state | grep . || echo UNREADABLE), watchdog $(seen "$name" automation)"
  done < <(database_nodes)
}

# source_name, source_host: the node whose WAL is the newest truth; empty source_host where it answers no SQL.
find_source() {
  local name host writable=() running=()
  while read -r name host; do
    [ "$(seen "$name" recovery)" != f ] || writable+=("$name $host")
    [ "$(seen "$name" server)" != running ] || [ "$(seen "$name" standby)" = yes ] || running+=("$name")
  done < <(database_nodes)
  [ ${#writable[@]} -lt 2 ] || refuse restore/two-primaries "more than one node accepts writes: ${writable[*]}" \
    'Decide which one is right first: npm run diagnose. A restore would throw away the writes of both.'
  source_name='' source_host=''
  [ ${#writable[@]} != 1 ] || { source_name=${writable[0]% *} source_host=${writable[0]#* }; }
  [ -n "$source_name" ] || source_name=${running[0]:-}
  if [ -n "$source_host" ]; then say "the primary $source_name answers; what it has not archived yet is archived before anything stops"
  else say "no primary answers SQL${source_name:+ ($source_name runs: $(seen "$source_name" sql))}; only what is archived${source_name:+ or left on it} can be used"; fi
}

# What the primary has and the archive does not have yet: archived before anything stops, so that it counts as there. A segment that the archive
# lost does not: nobody archives it again.
more_wal() {
  local said
  [ -n "$source_host" ] || return 0
  said=$(channel_seconds=20 member_sql "$source_host" "$maintenance_db" 2>"$work/source.err" <<<'SELECT sys_walfile_name(sys_current_wal_lsn()), sys_current_wal_lsn(), extract(epoch FROM clock_timestamp());') ||
    { say "the primary $source_name does not say where it stands: $(error_of "$work/source.err")"; source_host='' ; return 0; }
  IFS='|' read -r live_segment live_lsn live_now <<<"$said"
  # The newest point there is has to be in it.
  marked_segment=$live_segment
  at_node "$source_host" 'for d in "$data/sys_wal" "$data/pg_wal"; do [ ! -d "$d" ] || ls "$d/"; done' | grep -xE "${live_segment:0:8}[0-9A-F]{16}" |
    wal_after "$(grep "^${live_segment:0:8}" "$work/wal" | tail -n 1)" "$live_segment" >"$work/live"
  sort -u "$work/wal" "$work/live" -o "$work/wal"
}

# live_file SEGMENT TARGET: one that is not archived yet.
live_file() {
  [ -n "$source_host" ] && grep -qx "$1" "$work/live" || return 1
  at_node "$source_host" "for d in \"\$data/sys_wal\" \"\$data/pg_wal\"; do [ ! -r \"\$d/$1\" ] || exec cat \"\$d/$1\"; done" >"$2"
}

lsn_after() {
  awk -v a="$1" -v b="$2" "$wal_functions"'function place(l,    p) { split(l, p, "/"); return hex(p[1]) * 4294967296 + hex(p[2]) } BEGIN { exit !(place(a) > place(b)) }' per=1
}

# give_up of restoring.sh: here it refuses, because nothing was touched.
give_up() { refuse restore/not-covered "$1" 'Choose a target that is covered, or another backup with set=…; npm run drill -- --dry-run shows the same for the repository.'; }

prove_target() {
  [ -r "$conf" ] || kb test -r "$conf" || refuse restore/no-backups "$conf is not there" 'Declare backup and run pulumi up: without a repository there is nothing to restore from.'
  # Its parts expect to go on after a command that finds nothing.
  prove_covered || refuse restore/not-covered "the catalogue or the archive could not be read" 'See the line above.'
  if [ "$target_kind" = lsn ] && [ -n "$live_segment" ] && lsn_after "$target_value" "$live_lsn"; then
    refuse restore/not-covered "the target lsn=$target_value lies in the future: the primary is at $live_lsn" 'Choose one that was written already.'
  fi
  if [ "$exclusive" = true ]; then
    case $target_kind in time | xid | lsn) ;; *) refuse restore/bad-target "exclusive with target $target_kind" 'Only time, xid and lsn can be exclusive.' ;; esac
  fi
  say "covered: backup $chosen, WAL up to $reach_segment without a hole${live_segment:+ (up to the present, $live_lsn)}"
}

need_space() {
  local name host need free place=$1
  if [ "$restore_mode" = aside ]; then
    while [ ! -e "$place" ]; do place=$(dirname "$place"); done
    free=$(df -PB1 "$place" | awk 'NR == 2 { print $4 }')
    enough "$KB_NAME" "$free" "$chosen_bytes" "below $directory"
    return 0
  fi
  while read -r name host; do
    [ "$(seen "$name" readonly)" != yes ] || refuse restore/not-writable "node $name: $(dirname "$KB_DATA") belongs to somebody else than $KB_USER" 'The old data directory is renamed in there: let it belong to the owner of the database.'
    [ "$(seen "$name" mount)" != yes ] || refuse restore/data-is-mount "node $name: $KB_DATA is the root of a volume, and cannot be renamed" 'Give a directory below it as directories.data.'
    free=$(seen "$name" free)
    [ "$old_data" = aside ] || free=$((free + $(seen "$name" bytes)))
    enough "$name" "$free" "$chosen_bytes" "beside $KB_DATA${old_data:+, the old data $old_data}"
  done < <(database_nodes)
}
# The copy, a tenth more, and WAL.
enough() {
  local need=$(($3 + $3 / 10 + 268435456))
  [ "${2:-0}" -ge "$need" ] || refuse restore/no-space "node $1: $((${2:-0} / 1048576)) MiB are free $4, $((need / 1048576)) MiB are needed" 'Make room, or, where the old data is really not needed, oldData=remove.'
}

# Over what does not move between the look and the run.
token() {
  { printf '%s\n' "$(seen "$KB_NAME" system)" "$KB_NAME" "$asked_target" "$timeline" "$set_label" "$exclusive" "$old_data" "$after"; cat "$work/histories"; } | sha256sum | cut -c1-12
}

action_plan() {
  local expected
  [ -e "$library/restoring.sh" ] || refuse restore/no-backups "no backups are declared for this cluster" 'Declare backup under kingbase:cluster and run pulumi up.'
  read_request
  case $restore_mode in
    finish) plan_finish ; return 0 ;;
    putBack) plan_put_back ; return 0 ;;
  esac
  probe_nodes
  find_source
  prove_target
  need_space "${directory:-$KB_DATA}"
  if [ "$restore_mode" = aside ]; then plan_aside ; else plan_in_place ; fi
}

plan_aside() {
  [ ! -e "$directory" ] || [ -z "$(find "$directory" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)" ] ||
    refuse restore/directory-in-use "$directory on $KB_NAME is not empty" 'Give an empty directory, or one that is not there.'
  say "CONSEQUENCE: a copy of $((chosen_bytes / 1048576)) MiB is restored to $directory on $KB_NAME and runs there for the OS user alone (socket $directory/socket, port $port), without archiving and replication"
  say 'CONSEQUENCE: the cluster goes on; one empty transaction and a WAL switch on its primary are all that it sees'
}

plan_in_place() {
  local expected
  expected=$(token)
  say "CONSEQUENCE: the database stops on $(database_nodes | cut -d' ' -f1 | paste -sd,): no reads and no writes from then on until it is restored"
  say "CONSEQUENCE: everything committed after the target $asked_target is gone from the cluster"
  if [ "$old_data" = remove ]; then say "CONSEQUENCE: the old data directories are REMOVED, here before the restore: there is no way back"
  else say "CONSEQUENCE: the old data directories stay as $KB_DATA.before-$id on every node, until you remove them"; fi
  say "CONSEQUENCE: $KB_NAME is restored from backup $chosen and $([ "$after" = promote ] && echo 'becomes the primary on a new timeline; the others are cloned from it; a full backup follows' || echo 'stays read-only at the target for a look, until mode=finish or mode=putBack; all watchdogs stay paused')"
  say "CONFIRM: $expected"
  [ "${dry_run:-no}" != yes ] || return 0
  [ "${KB_IN_confirm:-}" = "$expected" ] || refuse restore/not-confirmed "${KB_IN_confirm:-no token} does not confirm this restore" \
    "Read the consequences above. Where they are what you want: confirm: $expected"
}

plan_finish() {
  case $(cat "$earlier/state") in succeeded | failed) ;; *) refuse restore/not-ended "request $KB_IN_of is $(cat "$earlier/state")" 'Run it again with its own id first: it goes on where it stands.' ;; esac
  grep -q '^verify ' "$earlier/steps" && ! grep -q '^resume ' "$earlier/steps" ||
    refuse restore/not-at-target "request $KB_IN_of does not stand at its target" 'Finished are a restore with after=pause, and one that failed after its target was verified.'
  say "CONSEQUENCE: $KB_NAME is opened (unless it is) at the target of $KB_IN_of, the other nodes are cloned from it, a full backup follows, and the watchdogs are resumed"
}

plan_put_back() {
  kb_is_data "$aside" || refuse restore/nothing-to-put-back "there is no $aside on $KB_NAME" 'The old data was removed, or never set aside.'
  ! grep -q '^promote ' "$earlier/steps" 2>/dev/null || refuse restore/too-late "request $KB_IN_of was opened for writes already" \
    "What was written since would be lost. The old data lies in $aside: start a copy of it elsewhere."
  say "CONSEQUENCE: what request $KB_IN_of restored on $KB_NAME is removed, $aside is put back, all databases and watchdogs are started as they were"
}

action_resume() { read_request; }

# --- steps -----------------------------------------------------------------------------------------------------------------------

# A commit after the target, and the segment that holds it in the archive: then the proof stands on the archive alone.
step_archiveRest() {
  local end=$((SECONDS + archive_timeout)) last marked=''
  probe_nodes
  find_source
  if [ -n "$source_host" ]; then
    marked=$(member_sql "$source_host" "$maintenance_db" <<<"SET synchronous_commit = local; SELECT txid_current(); SELECT sys_walfile_name(sys_create_restore_point('kb_${id//[^A-Za-z0-9]/_}'));" | tail -n 1)
    member_sql "$source_host" "$maintenance_db" <<<'SET synchronous_commit = local; SELECT txid_current(); SELECT sys_switch_wal();' >/dev/null
    while last=$(member_sql "$source_host" "$maintenance_db" <<<"SELECT coalesce(last_archived_wal, '') FROM sys_stat_archiver;") && [[ ${last:0:24} < $marked ]]; do
      [ "$SECONDS" -lt "$end" ] || die "WAL segment $marked was not archived within $archive_timeout s (last archived: ${last:-none}); nothing was stopped. See sys_stat_archiver and npm run diagnose -- backup"
      sleep 0.5
    done
  fi
  rm -f "$work"/commit.* "$work"/seen.*
  (more_wal() { :; } ; live_segment='' marked_segment=${marked:-} ; prove_target ; printf '%s %s %s %s\n' "$chosen" "$chosen_repository" "$chosen_bytes" "$reach_segment" >"$work/chosen")
  note_fact chosen "$(cat "$work/chosen")"
  note_fact source "$source_name"
}

chosen_word() { cut -d' ' -f"$1" <<<"$(fact_of_request chosen)"; }

FREEZE='
end() {
  local pid round
  for round in 1 2 3 4 5 6 7 8; do
    pid=$(pgrep -u "$(id -un)" -f "(^|/)$1 .*-f ") || return 0
    if [ "$round" -lt 6 ]; then kill $pid 2>/dev/null; else kill -9 $pid 2>/dev/null; fi
    sleep 0.5
  done
  ! pgrep -u "$(id -un)" -f "(^|/)$1 .*-f " >/dev/null
}
was=$(sudo -n "$library/automation.sh" status)
[ "$was" != active ] || sudo -n "$library/automation.sh" pause >/dev/null || exit 1
end kbha && end repmgrd || { echo "a daemon does not end" >&2; exit 1; }
echo "$was"'

freeze_node() {
  local was
  was=$(at_node "$2" "$FREEZE") || return 1
  # What it was before the first of several attempts.
  [ -e "$restore_state/automation.$1" ] || printf '%s\n' "$was" >"$restore_state/automation.$1"
  say "$1: watchdog paused, kbha and repmgrd ended"
}

# From here on nobody promotes, rejoins or restarts anything.
step_freeze() {
  install -d -m 0700 "$restore_state"
  on_each all_nodes freeze_node
}

STOP='
status() { timeout 20 "$bin/sys_ctl" -D "$data" status >/dev/null 2>&1; echo $?; }
for mode in fast immediate; do
  code=$(status)
  [ "$code" = 0 ] || break
  timeout 190 "$bin/sys_ctl" -D "$data" -m "$mode" -w -t 120 stop >/dev/null 2>&1
done
code=$(status)
case $code in 3 | 4) ;; *) echo "the database does not stop (sys_ctl status: $code)" >&2; exit 1 ;; esac
if [ -n "$vip" ]; then
  ip -o addr show 2>/dev/null | awk -v a="$vip" "index(\$4, a \"/\") == 1 { print \$4, \$2 }" | while read -r bound device; do
    for tool in "$library/bin/ip" ip; do ! "$tool" addr del "$bound" dev "$device" 2>/dev/null || break; done
  done
fi'

stop_node() {
  channel_seconds=400 at_node "$2" "$STOP" || return 1
  say "$1: database stopped"
}

other_nodes() { database_nodes | awk -v own="$(fact source)" '$1 != own'; }
source_node() { database_nodes | awk -v own="$(fact source)" '$1 == own'; }

# Standbys first: the primary hands them nothing more, and archives its last segment as it ends.
step_stop() {
  on_each other_nodes stop_node
  on_each source_node stop_node
  [ "$target_kind" != latest ] || source_node | while read -r _ host; do
    note_fact oldEnd "$(at_node "$host" "$CONTROL"'; control_text | sed -n -e "s/^Database cluster state: *//p" -e "s/^Latest checkpoint location: *//p" | paste -sd"|"')"
  done
}

step_evidence() { keep_evidence; }

old_directory() { printf '%s.before-%s' "$KB_DATA" "${KB_IN_of:-$id}"; }

# By name alone: no byte of it is copied. Where it stands already, an earlier attempt did it.
step_setAside() {
  local old
  old=$(old_directory)
  ! server_runs || die "a database runs in $KB_DATA again; nothing was moved"
  if [ "$old_data" = remove ]; then
    say "removing $KB_DATA, as the request says"
    rm -rf --one-file-system "$KB_DATA"
  elif [ ! -e "$old" ]; then
    mv -T "$KB_DATA" "$old"
    sync "$(dirname "$KB_DATA")"
  fi
  if [ -n "$KB_WALDIR" ] && [ "$old_data" = aside ] && [ ! -e "$old/wal-directory" ]; then
    # Its WAL lies on another volume: moved there within that volume.
    kb mkdir -p "$KB_WALDIR/before-$id"
    find "$KB_WALDIR" -mindepth 1 -maxdepth 1 ! -name "before-*" ! -name lost+found -exec mv -t "$KB_WALDIR/before-$id" {} +
    printf '%s\n' "$KB_WALDIR/before-$id" >"$old/wal-directory"
  fi
  [ ! -e "$KB_DATA" ]
}

# How to go on or to undo after a failure, in words that can be pasted.
way_back() {
  if grep -q '^verify ' "$ledger/steps"; then
    printf 'The database is restored to the target. To go on from there once the cause is removed: %s %s restoreToPoint mode=finish of=%s' "$library/action.sh" "$id-finish" "$id"
    return 0
  fi
  [ -e "$(old_directory)" ] || return 0
  printf 'The old data directory lies whole in %s. To put it back and start all as it was: %s %s restoreToPoint mode=putBack of=%s' "$(old_directory)" "$library/action.sh" "$id-back" "$id"
}

restore_words() {
  printf '%s\n' "--set=$(chosen_word 1)" --log-level-console=info
  [ "$repositories" -le 1 ] || printf '%s\n' "--repo=$(chosen_word 2)"
  case $target_kind in
    latest) [ "$restore_mode" != aside ] || printf '%s\n' --type=name "--target=kb_${id//[^A-Za-z0-9]/_}" --target-action=pause ;;
    immediate) printf '%s\n' --type=immediate --target-action=pause ;;
    time) printf '%s\n' --type=time "--target=$(date -u -d "$target_value" '+%Y-%m-%d %H:%M:%S.%6N+00')" --target-action=pause ;;
    *) printf '%s\n' "--type=$target_kind" "--target=$target_value" --target-action=pause ;;
  esac
  [ "$exclusive" != true ] || printf '%s\n' --target-exclusive
  [ -z "$timeline" ] || printf '%s\n' "--target-timeline=$timeline"
}

run_restore() {
  local words
  mapfile -t words < <(restore_words)
  kb timeout "$LONG_SECONDS" "$bin/sys_rman" "--config=$1" "--stanza=$stanza" "${words[@]}" "${@:2}" restore >"$ledger/restore.log" 2>&1 ||
    die "sys_rman restore failed: $(grep -E 'ERROR|ASSERT' "$ledger/restore.log" | head -n 3 | sed 's/.*P[0-9]* *//' | paste -sd' '). $(way_back)"
}

# Always from the start: what an interrupted one left is ours, because the old directory stands aside.
step_restore() {
  [ "$old_data" = remove ] || kb_is_data "$(old_directory)" || die "$(old_directory) is not there: nothing is removed or written"
  rm -rf --one-file-system "$KB_DATA"
  install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$KB_DATA"
  run_restore "$conf"
  kb_is_data "$KB_DATA" || die "sys_rman restore left no database in $KB_DATA. $(way_back)"
  note_fact bytes "$(du -sb "$KB_DATA" | cut -f1)"
  sync -f "$KB_DATA"
  place_wal
  keep_left_wal
}

place_wal() {
  [ -n "$KB_WALDIR" ] || return 0
  kb_layout "$KB_DATA"
  [ ! -L "$KB_WAL" ] || return 0
  find "$KB_WAL/" -mindepth 1 -maxdepth 1 -exec mv -t "$KB_WALDIR" {} +
  rmdir "$KB_WAL"
  kb ln -s "$KB_WALDIR" "$KB_WAL"
}

# Segments that the old primary wrote and nobody archived: to the newest point they count. Elsewhere recovery ends before them.
keep_left_wal() {
  local from name
  [ "$target_kind" = latest ] && [ "$(fact source)" = "$KB_NAME" ] && [ -d "$(old_directory)" ] || return 0
  kb_layout "$(old_directory)"
  from=$KB_WAL
  kb_layout "$KB_DATA"
  for name in $(find "$from/" -maxdepth 1 -type f -printf '%f\n' | grep -xE '[0-9A-F]{24}' | wal_after "$(chosen_word 4)"); do
    [ -e "$from/archive_status/$name.done" ] || [ -e "$KB_WAL/$name" ] || cp -p "$from/$name" "$KB_WAL/$name"
  done
}

# Today's configuration, and of the settings in the auto file everything but what belongs to a role or to a recovery.
step_settings() {
  local kept="$ledger/evidence/data" file name
  kb_layout "$KB_DATA"
  for name in "$KB_MAIN_CONF" "$KB_HBA" "$KB_IDENT" "$KB_SETTINGS"; do
    file="$kept/$(basename "$name")"
    [ ! -s "$file" ] || install -m 0600 -o "$KB_USER" -g "$KB_GROUP" "$file" "$name"
  done
  file="$kept/$(basename "$KB_AUTO_CONF")"
  [ -e "$file" ] || file=$KB_AUTO_CONF
  {
    grep -vE '^(restore_command|recovery_|primary_conninfo|primary_slot_name|synchronous_standby_names|# Recovery settings generated)' "$file" || true
    grep -E '^(restore_command|recovery_target[a-z_]*) *=' "$KB_AUTO_CONF" || true
  } >"$work/auto"
  install -m 0600 -o "$KB_USER" -g "$KB_GROUP" "$work/auto" "$KB_AUTO_CONF"
  rm -f "$KB_STANDBY_SIGNAL"
  kb touch "$KB_DATA/recovery.signal"
}

replay_sql() {
  if [ "$restore_mode" = aside ]; then
    kb timeout 20 "$KB_BIN/ksql" -X -A -t -q -w -v ON_ERROR_STOP=1 -F '|' -h "$directory/socket" -p "$port" -U "$KB_SUPERUSER" -d "$KB_DB"
  else
    KB_SQL_SECONDS=20 sql_local "$KB_DB"
  fi
}

replay_runs() { kb timeout 20 "$KB_BIN/sys_ctl" -D "${1:-$KB_DATA}" status >/dev/null 2>&1; }

last_words() {
  grep -E 'FATAL|PANIC|ERROR' "$replay_log" 2>/dev/null | grep -vE 'starting up|not yet accepting|in recovery mode|shutting down' | tail -n 2 | sed 's/^.*\(FATAL\|PANIC\|ERROR\): */\1: /' | paste -sd' '
}

# For nobody but us until it is verified; its log beside the server's, where nothing is rotated away.
step_replay() {
  local said='' shown=$SECONDS place=$KB_DATA options="-c listen_addresses=127.0.0.1 -c logging_collector=off -c log_destination=stderr -c synchronous_standby_names="
  [ "$restore_mode" != aside ] || { place=$data options=''; }
  if ! replay_runs "$place"; then
    kb_daemon timeout 90 "$KB_BIN/sys_ctl" -W -l "$replay_log" -D "$place" ${options:+-o "$options"} start || true
    sleep 1
  fi
  while :; do
    said=$(replay_sql 2>/dev/null <<<"SELECT sys_is_in_recovery(), CASE WHEN sys_is_in_recovery() THEN sys_is_wal_replay_paused() END, sys_last_wal_replay_lsn();") || said=''
    case $said in t'|'t'|'* | f'|'*) break ;; esac
    replay_runs "$place" || { sleep 1; replay_runs "$place" || die "the restored database ended while it replayed: $(last_words). $(way_back)"; }
    [ $((SECONDS - shown)) -lt 5 ] || { shown=$SECONDS; say "replayed up to ${said##*|}"; }
    sleep 0.3
  done
  note_fact inRecovery "${said%%|*}"
}

# Only a server that stands still at the target is at the target: one that ran out of WAL before it would simply open.
step_verify() {
  local said stopped
  said=$(replay_sql <<<"SELECT sys_last_wal_replay_lsn(), coalesce(to_char(sys_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '');")
  note_fact lsn "${said%%|*}"
  note_fact time "${said#*|}"
  stopped=$(grep -E 'recovery stopping|consistent recovery state reached|pausing at the end' "$replay_log" | grep 'recovery stopping' | tail -n 1 | sed 's/^.*LOG: *//') || true
  note_fact stopped "$stopped"
  note_fact xid "$(sed -n 's/.*of transaction \([0-9]*\).*/\1/p' <<<"$stopped")"
  if [ "$target_kind" = latest ] && [ "$restore_mode" != aside ]; then verify_newest
  else
    [ "$(fact inRecovery)" = t ] || die "the restored database opened at ${said%%|*} without having met the target $target_kind=$target_value. $(way_back)"
    verify_target "${said#*|}"
  fi
  say "recovered to ${said%%|*}, last commit ${said#*|}${stopped:+: $stopped}"
}

verify_target() {
  case $target_kind in
    time) [ -z "$1" ] || ! later "$(date -u -d "$1" +%s.%6N)" "$target_seconds" || die "the last commit in the restored database is of $1, after the target $target_value. $(way_back)" ;;
    lsn) ! lsn_after "$target_value" "$(fact lsn)" || [ "$exclusive" = true ] || die "the restored database stands at $(fact lsn), before the target $target_value. $(way_back)" ;;
    xid) [ "$(fact xid)" = "$target_value" ] || die "recovery stopped at '$(fact stopped)', not at transaction $target_value. $(way_back)" ;;
    name) grep -qF "\"$target_value\"" <<<"$(fact stopped)" || die "recovery stopped at '$(fact stopped)', not at the restore point $target_value. $(way_back)" ;;
  esac
}

# Where the old primary ended in order, its last checkpoint stands at the begin of the segment behind all that counts.
verify_newest() {
  local ended start
  [ "$(fact inRecovery)" = f ] || die "the restored database still replays. $(way_back)"
  kb_layout "$KB_DATA"
  note_fact lsn "$(awk '/^[0-9]/ { lsn = $2 } END { print lsn }' "$(find "$KB_WAL/" -name '*.history' | sort | tail -n 1)")"
  ended=$(fact oldEnd)
  case $ended in
    'shut down|'*)
      start=$(awk -v lsn="${ended#*|}" -v bytes="$segment_bytes" "$wal_functions"'BEGIN { per = int(4294967296 / bytes); n = segment_of(lsn); printf "%X/%X", int(n / per), (n % per) * bytes }')
      ! lsn_after "$start" "$(fact lsn)" || die "the restored database ends at $(fact lsn), the old primary wrote up to $start. $(way_back)"
      ;;
  esac
}

step_promote() {
  if in_recovery; then kb_sql_strict "$KB_DB" <<<'SELECT sys_wal_replay_resume();' >/dev/null; fi
  wait_until "$LONG_SECONDS" is_writable
  kb_sql_strict "$KB_DB" <<<'CHECKPOINT;' >/dev/null
}

# The settings of the recovery are gone before a standby is cloned, the server listens as declared, and the records name this node.
step_open() {
  stop_server
  kb_layout "$KB_DATA"
  grep -vE '^(restore_command|recovery_|# Recovery settings generated)' "$KB_AUTO_CONF" >"$work/auto" || true
  install -m 0600 -o "$KB_USER" -g "$KB_GROUP" "$work/auto" "$KB_AUTO_CONF"
  start_server
  is_writable || die "the database in $KB_DATA does not accept writes"
  kb_sql_strict esrep <<<"UPDATE repmgr.nodes SET active = (node_id = $KB_ID), type = CASE WHEN node_id = $KB_ID THEN 'primary' WHEN type = 'primary' THEN 'standby' ELSE type END, upstream_node_id = CASE WHEN node_id = $KB_ID THEN NULL ELSE upstream_node_id END;" >/dev/null
  register_primary
  note_fact timeline "$(control_value "Latest checkpoint's TimeLineID")"
  say "$KB_NAME is primary on timeline $(fact timeline)"
}

# As every member joins: cloned, started, registered. An interrupted clone is begun anew, because the old directory stands aside.
CLONE=$CONTROL'
follows() {
  [ "$(timeout 10 "$bin/ksql" -X -A -t -q -w -h 127.0.0.1 -p "$port" -U "$superuser" -d "$db" -c "SELECT count(*) FROM sys_stat_wal_receiver WHERE status = '"'streaming'"';" 2>/dev/null)" = 1 ] &&
    [ "$(control_text | sed -n "s/^Latest checkpoint.s TimeLineID: *//p")" = "$timeline" ]
}
! follows || exit 0
# What an interrupted clone left at work would write into the next.
for name in repmgr sys_basebackup pg_basebackup; do pkill -9 -u "$(id -un)" -x "$name"; done
if timeout 20 "$bin/sys_ctl" -D "$data" status >/dev/null 2>&1; then timeout 190 "$bin/sys_ctl" -D "$data" -m immediate -w -t 120 stop >/dev/null 2>&1; fi
if [ "$old" = aside ] && [ ! -e "$aside" ] && [ -e "$data" ]; then mv -T "$data" "$aside" || exit 1; fi
rm -rf --one-file-system "$data" || exit 1
if [ -n "$wal" ]; then
  if [ "$old" = aside ] && [ ! -e "$wal/before-$request" ]; then
    mkdir "$wal/before-$request" && find "$wal" -mindepth 1 -maxdepth 1 ! -name "before-*" ! -name lost+found -exec mv -t "$wal/before-$request" {} + || exit 1
  fi
  find "$wal" -mindepth 1 -maxdepth 1 ! -name "before-*" ! -name lost+found -exec rm -rf {} +
fi
mkdir -m 0700 "$data" || exit 1
said=$("$bin/repmgr" -f "$conf" -h "$primary" -U esrep -d esrep -p "$port" standby clone --fast-checkpoint 2>&1) || { tail -n 10 <<<"$said" >&2; exit 1; }
timeout 90 "$bin/sys_ctl" -w -t 60 -l "$log" -D "$data" start >/dev/null 2>&1 </dev/null || { tail -n 5 "$log" >&2; exit 1; }
said=$("$bin/repmgr" -f "$conf" standby register -F 2>&1) || { tail -n 10 <<<"$said" >&2; exit 1; }'

clone_node() {
  say "$1: cloning it from $KB_NAME"
  channel_seconds=$LONG_SECONDS at_node "$2" "primary='$KB_HOST' old='$old_data' timeline='$(fact timeline)' request='${KB_IN_of:-$id}' aside='$(old_directory)' superuser='$superuser' db='$maintenance_db'; $CLONE" || return 1
  say "$1: cloned and registered"
}

standby_nodes() { database_nodes | awk -v own="$KB_NAME" '$1 != own'; }
witness_nodes() { kb_members | awk '$3 == "witness" { print $1, $2 }'; }
witness_node() { at_node "$2" "\"\$bin/repmgr\" -f \"\$conf\" -h '$KB_HOST' -U esrep -d esrep -p \"\$port\" witness register -F >/dev/null 2>&1"; }

all_stream() {
  [ "$(kb_sql "$KB_DB" <<<"SELECT count(*) FROM sys_stat_replication WHERE state = 'streaming';" 2>/dev/null)" -ge "$1" ]
}

step_standbys() {
  local count
  on_each standby_nodes clone_node
  on_each witness_nodes witness_node
  count=$(standby_nodes | wc -l)
  wait_until 120 all_stream "$count" || die "not every node streams from $KB_NAME after 120 s: $(kb_sql "$KB_DB" <<<"SELECT application_name, state FROM sys_stat_replication;" | paste -sd' ')"
}

# Without it the way back to any moment after this one leads through the old timeline.
# backup_made_since SECONDS: a full backup that began then or later, by the clock of its host, ended well.
backup_made_since() {
  local record
  record=$(on_member "$backup_host" "cat '$state/backup/full.json'" </dev/null 2>/dev/null) || return 1
  [[ $record =~ ^\{\"job\":\"full\",\"startSeconds\":([0-9]+),\"stopSeconds\":[0-9]+,\"exitCode\":0, ]] || return 1
  [ "${BASH_REMATCH[1]}" -ge "$1" ]
}

# The job goes on at its host where we are killed, and cron may be at work there: its end is waited for, and what a run of ours made counts.
step_backup() {
  local from="$ledger/backup.from" end=$((SECONDS + LONG_SECONDS)) code waits=''
  say "full backup on the new timeline, at $backup_host"
  if [ ! -s "$from" ]; then
    on_member "$backup_host" 'date +%s' </dev/null >"$from.new" 2>"$ledger/backup.log" && mv -f "$from.new" "$from" ||
      die "the database is restored and the standbys follow, but $backup_host was not reached for the full backup: $(tail -n 1 "$ledger/backup.log"). $(way_back)"
  fi
  while :; do
    if backup_made_since "$(cat "$from")"; then
      say "made by the run that was cut off"
      return 0
    fi
    code=0
    channel_seconds=$LONG_SECONDS on_member "$backup_host" "$backup_command" </dev/null >"$ledger/backup.log" 2>&1 || code=$?
    [ "$code" -ne 0 ] || return 0
    # 75: backup-job.sh, a run is at work.
    [ "$code" = 75 ] && [ "$SECONDS" -lt "$end" ] || break
    [ -n "$waits" ] || say "a full backup is at work there already; waiting for its end"
    waits=yes
    sleep 5
  done
  die "the database is restored and the standbys follow, but the full backup failed: $(grep -E 'ERROR|at work' "$ledger/backup.log" | tail -n 2 | paste -sd' '). $(way_back)"
}

RESUME='
[ "$was" != active ] || sudo -n "$library/automation.sh" resume >/dev/null || exit 1
[ "$was" = active ] || exit 0
pgrep -u "$(id -un)" -f "(^|/)repmgrd .*-f " >/dev/null || timeout 60 setsid "$bin/repmgrd" -d -v -f "$conf" >/dev/null 2>&1 </dev/null
pgrep -u "$(id -un)" -f "(^|/)kbha .*-f " >/dev/null || { setsid "$bin/kbha" -A daemon -f "$conf" >/dev/null 2>&1 </dev/null & }
for round in $(seq 30); do
  pgrep -u "$(id -un)" -f "(^|/)repmgrd .*-f " >/dev/null && pgrep -u "$(id -un)" -f "(^|/)kbha .*-f " >/dev/null && exit 0
  sleep 0.5
done
echo "kbha or repmgrd does not run" >&2; exit 1'

resume_node() {
  local was
  was=$(cat "$restore_state/automation.$1" 2>/dev/null || echo active)
  if [ "$was" != active ]; then say "$1: the watchdog was $was before, and stays so"; return 0; fi
  if [ "$2" = "$KB_HOST" ]; then
    "$library/automation.sh" resume >/dev/null
    start_daemons
  else
    at_node "$2" "was='$was'; $RESUME" || return 1
  fi
  say "$1: watchdog resumed, kbha and repmgrd run"
}

step_resume() {
  on_each all_nodes resume_node
  KB_VIP_SECONDS=20 ensure_virtual_ip
  rm -rf "$restore_state"
}

# --- putting back, and the copy aside --------------------------------------------------------------------------------------------

step_putBack() {
  kb_is_data "$aside" || ! kb_is_data "$KB_DATA" || { start_all; return 0; }
  stop_server
  rm -rf --one-file-system "$KB_DATA"
  if [ -e "$aside/wal-directory" ]; then
    find "$KB_WALDIR" -mindepth 1 -maxdepth 1 ! -name "before-*" ! -name lost+found -exec rm -rf {} +
    find "$KB_WALDIR/before-$KB_IN_of" -mindepth 1 -maxdepth 1 -exec mv -t "$KB_WALDIR" {} +
    rm -rf "$KB_WALDIR/before-$KB_IN_of" "$aside/wal-directory"
  fi
  mv -T "$aside" "$KB_DATA"
  sync "$(dirname "$KB_DATA")"
  start_all
}

# The old primary first: its standbys find it there.
start_all() {
  earlier_source=$(fact_of_request source)
  on_each earlier_source_node start_node
  on_each earlier_other_nodes start_node
}
earlier_source_node() { database_nodes | awk -v own="$earlier_source" '$1 == own'; }
earlier_other_nodes() { database_nodes | awk -v own="$earlier_source" '$1 != own'; }
start_node() {
  # Here as a scope of its own: with the unit of this action it would end.
  if [ "$2" = "$KB_HOST" ]; then
    start_server || return 1
  else
    at_node "$2" 'timeout 20 "$bin/sys_ctl" -D "$data" status >/dev/null 2>&1 || timeout 90 "$bin/sys_ctl" -w -t 60 -l "$log" -D "$data" start >/dev/null 2>&1 </dev/null' || return 1
  fi
  say "$1: database started"
}

step_restoreAside() {
  rm -rf --one-file-system "$directory/data"
  install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$directory" "$directory/data" "$directory/tablespaces" "$directory/socket" "$directory/sys_rman.log.d"
  write_conf
  chown "$KB_USER:$KB_GROUP" "$directory/sys_rman.conf"
  run_restore "$directory/sys_rman.conf" "--kb1-path=$data" --archive-mode=off "--tablespace-map-all=$directory/tablespaces"
  note_fact bytes "$(du -sb "$data" | cut -f1)"
  make_harmless
  chown -R "$KB_USER:$KB_GROUP" "$directory"
}

step_keepAside() {
  if [ "$after" = promote ]; then
    replay_sql <<<'SELECT sys_wal_replay_resume();' >/dev/null
    wait_until 120 aside_is_open || die "the copy in $directory does not open: $(last_words)"
  fi
  say "the copy runs: ksql -h $directory/socket -p $port -U $KB_SUPERUSER, as $KB_USER on $KB_NAME. To end it: sys_ctl -D $data stop; rm -r $directory"
}
aside_is_open() { [ "$(replay_sql <<<'SELECT sys_is_in_recovery();' 2>/dev/null)" = f ]; }

rpo() {
  local asked='' at
  case $target_kind in
    time) asked=$target_seconds ;;
    latest) asked=$(date -d "$(read_line started)" +%s.%N) ;;
  esac
  at=$(fact_of_request time)
  [ -z "$asked" ] || [ -z "$at" ] || awk -v a="$asked" -v b="$(date -u -d "$at" +%s.%N)" 'BEGIN { d = a - b; if (d < 0) d = 0; printf "%.1f", d }'
}

number_or_null() { if [[ ${1:-} =~ ^[0-9]+(\.[0-9]+)?$ ]]; then printf '%s' "$1"; else printf null; fi; }

action_result() {
  [ "$restore_mode" != putBack ] || { printf '"putBack":"%s"' "$KB_DATA"; return 0; }
  printf '"backup":%s,"target":%s,"recoveredTo":{"time":%s,"lsn":%s,"xid":%s},"timeline":%s,"bytes":%s,"rpoSeconds":%s' \
    "$(json_or_null "$(chosen_word 1)")" "$(json_string "$asked_target")" "$(json_or_null "$(fact_of_request time)")" "$(json_or_null "$(fact_of_request lsn)")" \
    "$(json_or_null "$(fact_of_request xid)")" "$(number_or_null "$(fact timeline)")" "$(number_or_null "$(fact_of_request bytes)")" "$(number_or_null "$(rpo)")"
  if [ "$restore_mode" = aside ]; then printf ',"directory":%s,"port":%s' "$(json_string "$directory")" "$port"
  elif [ "$old_data" = aside ]; then printf ',"oldData":%s' "$(json_string "$(old_directory)")"; fi
  printf ',"state":"%s"' "$([ "$restore_mode" != finish ] && [ "$after" = pause ] && echo paused || echo open)"
}
