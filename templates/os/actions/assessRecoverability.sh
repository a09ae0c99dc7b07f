# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action assessRecoverability: what can be brought back, and up to which point; sourced by action.sh. It looks at the
# catalogue, the archive of WAL and its holes, the data directories and the WAL that still lies in them. Nothing is written anywhere but its own record.
# A backup and WAL after it: a point in time. A backup alone: its end. WAL alone: mining it. Neither: low. What could not be read is called so.
# shellcheck source=/dev/null
[ ! -e "$library/restoring.sh" ] || . "$library/repository.sh"
# shellcheck source=/dev/null
[ ! -e "$library/restoring.sh" ] || . "$library/restoring.sh"

ACTION_FIELDS='node'
ACTION_STEPS='look'

# repository.sh reaches the repository and the nodes by these.
on_member() {
  if [ "$1" = "$KB_HOST" ]; then kb timeout -k 5 "${channel_seconds:-60}" bash -c "$2"
  else kb timeout -k 5 "${channel_seconds:-60}" "${KB_CHANNEL[@]}" "$1" "$2"; fi
}
rman() { kb "$bin/sys_rman" "--config=$conf" "--stanza=$stanza" --log-level-console=warn --log-level-file=off "$@"; }
give_up() { die "$1"; }

# Only what an answer holds is believed: without its last line the node was cut off half-way.
# Where its checksum is wrong, sys_controldata warns, prints whatever it finds, and ends with 0; a server that is just writing it gives such a moment.
PROBE='
for try in 1 2 3; do
  control=$(timeout 20 "$bin/sys_controldata" -D "$data" 2>&1) || control=
  case $control in *"checksum does not match"* | *untrustworthy*) control=; sleep 0.2 ;; *) break ;; esac
done
printf "%s\n" "$control" | sed -n -e "s/^Database system identifier: */system=/p" -e "s/^Database cluster state: */state=/p" -e "s/^Latest checkpoint.s TimeLineID: */timeline=/p" -e "s/^Latest checkpoint location: */checkpoint=/p"
if [ -e "$data/global/sys_control" ] || [ -e "$data/global/pg_control" ]; then echo data=yes; else echo data=no; fi
timeout 20 "$bin/sys_ctl" -D "$data" status >/dev/null 2>&1; echo "server=$?"
said=$(timeout 10 "$bin/ksql" -X -A -t -q -w -h 127.0.0.1 -p "$port" -U "$superuser" -d "$db" -c "SELECT CASE WHEN sys_is_in_recovery() THEN 1 ELSE 0 END;" 2>/dev/null) && echo "recovery=$said"
for d in "$data/sys_wal" "$data/pg_wal"; do [ ! -d "$d" ] || ls "$d/" | grep -xE "[0-9A-F]{24}" | sed "s/^/wal=/"; done
echo end=yes'

probe_node() {
  channel_seconds=90 on_member "$2" "$(printf 'set -u; cd /; export LC_ALL=C KINGBASE_PASSFILE="$HOME/.kbpass" KINGBASE_DATA=%q; bin=%q data=%q port=%q superuser=%q db=%q' \
    "$KB_DATA" "$KB_BIN" "$KB_DATA" "$KB_PORT" "$KB_SUPERUSER" "$KB_DB")
$PROBE" >"$work/node.$1" 2>"$work/node.$1.err" </dev/null && grep -qx end=yes "$work/node.$1"
}
seen() { sed -n "s/^$2=//p" "$work/node.$1" 2>/dev/null; }

look_at_nodes() {
  local name host
  unread='' writable='' with_data='' with_wal=''
  : >"$work/nodes.json"
  while read -r name host; do
    if ! probe_node "$name" "$host"; then
      unread="$unread $name"
      : >"$work/node.$name"
      say "NOT READ: $name: $(tail -n 1 "$work/node.$name.err")"
      continue
    fi
    [ "$(seen "$name" recovery)" != 0 ] || writable="$writable $name"
    [ "$(seen "$name" data)" != yes ] || [ -z "$(seen "$name" system)" ] || with_data="$with_data $name"
    [ -z "$(seen "$name" wal)" ] || with_wal="$with_wal $name"
    say "fact: $name: $(case $(seen "$name" recovery) in 0) echo 'accepts writes' ;; 1) echo 'a standby that runs' ;; *) echo "no database answers (sys_ctl status $(seen "$name" server))" ;; esac), $(
      [ "$(seen "$name" data)" = yes ] || echo 'NO data directory, '
    )control data $(seen "$name" state | grep . || echo UNREADABLE), $(seen "$name" wal | wc -l) segments of WAL"
  done < <(kb_members | awk '$3 == "database" { print $1, $2 }')
}

# catalogue: read | none | unread. A repository that does not answer is no empty one.
look_at_repository() {
  local code
  catalogue=none why='no backups are declared' backup='' reach_segment='' reach_hole='' archive_id='' kept=0 unreadable=''
  : >"$work/backups" && : >"$work/wal"
  [ -e "$library/restoring.sh" ] || { say "fact: $why"; return 0; }
  catalogue=unread
  read_catalogue || { why="the catalogue cannot be read: $(tail -n 1 "$work/info.err")"; say "NOT READ: $why"; return 0; }
  code=$(awk -F '\t' '$1 == "0.status.code" { print $2 }' "$work/info")
  kept=$(wc -l <"$work/backups")
  case ${code:-1} in 0 | 1 | 2 | 3) ;; *) [ "$kept" -gt 0 ] || { why="the catalogue says: $catalogue_problem"; say "NOT READ: $why"; return 0; } ;; esac
  catalogue=read why=''
  say "fact: $kept backups in the catalogue$([ "$kept" = 0 ] || echo ", the newest ended $(iso "$(tail -n 1 "$work/backups" | cut -d' ' -f4)")")"
  look_at_archive
}

# The newest backup whose own WAL is there, and how far the archive goes on from it. Without any backup: what WAL there is.
look_at_archive() {
  local label kind start stop first last bytes db repo lsn read_of=''
  # reach_of looks for the time of the last commit where the target is one.
  target_kind='time' target_value='' timeline='' set_label='' live_segment='' timeout_seconds=600 reach=''
  while read -r label kind start stop first last bytes db repo lsn; do
    if [ "$repo" != "$read_of" ]; then
      rm -f "$work"/commit.*
      read_archive "$repo" "$archive_id" || { catalogue=unread why="the WAL archive of repository $repo cannot be listed: $(tail -n 1 "$work/wal.err")"; say "NOT READ: $why"; return 0; }
      read_of=$repo repository=$repo unreadable=''
    fi
    reach_of "$first" "$stop"
    if [ -n "$reach_segment" ] && [[ ! ${reach_segment:8} < ${last:8} ]]; then
      backup=$label backup_stop=$stop backup_last=$last
      [ -z "$unreadable" ] || say "NOT READ: WAL $unreadable"
      say "fact: backup $label ($kind) with its WAL; the archive goes on without a hole up to $reach_segment${reach_hole:+; MISSING after that: $reach_hole}"
      return 0
    fi
    say "fact: backup $label is of no use: its own WAL is not whole (missing: ${reach_hole:-$first})"
  done < <(tac "$work/backups")
  reach_segment=''
  [ -n "$archive_id" ] || return 0
  [ -n "$read_of" ] || read_archive 1 "$archive_id" || { catalogue=unread why="the WAL archive cannot be listed: $(tail -n 1 "$work/wal.err")"; say "NOT READ: $why"; return 0; }
  say "fact: $(wc -l <"$work/wal") segments of WAL in the archive"
}

# How many segments of a node follow the archive's last one without a hole: they are lost only where that node is.
beyond() {
  [ -n "$reach_segment" ] || { echo 0; return 0; }
  seen "$1" wal | sort | awk -v from="$reach_segment" -v bytes="${segment_bytes:-16777216}" "$wal_functions"'
    BEGIN { per = int(4294967296 / bytes); next_one = name_of(hex(substr(from, 1, 8)), number_of(from) + 1) }
    $1 == next_one { n++; next_one = name_of(hex(substr($1, 1, 8)), number_of($1) + 1) } END { print n + 0 }'
}

judge() {
  local name count best=0
  extends='' farther=''
  for name in $with_wal; do
    count=$(beyond "$name")
    [ "$count" -le "$best" ] || { best=$count extends=$name; }
  done
  if [ "$catalogue" = unread ]; then verdict=unknown
  elif [ -n "$backup" ] && { [[ ${reach_segment:8} > ${backup_last:8} ]] || later_commit; }; then verdict=pointInTime
  elif [ -n "$backup" ]; then verdict=backupEnd
  elif [ -s "$work/wal" ] || [ -n "$with_wal" ]; then verdict=logMining
  else verdict=low; fi
  [ "$best" = 0 ] || farther="$best segments more lie on $extends alone, not archived"
  best_point=''
  case $verdict in
    pointInTime) best_point="$(iso "$reach")" ;;
    backupEnd) best_point="$(iso "$backup_stop")" ;;
  esac
}
later_commit() { awk -v a="$reach" -v b="$backup_stop" 'BEGIN { exit !(a > b) }'; }

lost_words() {
  case $verdict in
    pointInTime) echo "$([ -z "$unreadable" ] || echo 'at most ')what was committed after $best_point, the last commit $([ -z "$unreadable" ] || echo 'that was found ')in the archive${unreadable:+ (there may be later ones: not read: $unreadable)}${farther:+; of that, what lies in the WAL of $extends is not lost while that node is kept}" ;;
    backupEnd) echo "everything committed after $best_point: no WAL was kept after the backup${reach_hole:+ (missing: $reach_hole)}" ;;
    logMining) echo 'everything that the WAL there is does not hold; it is no database without a backup that it follows' ;;
    low) echo 'everything that cannot be read out of a data directory as it lies' ;;
    unknown) echo "not known: $why" ;;
  esac
}

# Records to paste, in their order; ids are the operator's.
next_words() {
  local first
  [ -z "$writable" ] || echo 'freezeWrites'
  for first in $with_data; do echo "preserveEvidence node=$first"; break; done
  case $verdict in
    pointInTime) echo 'restoreToPoint target=latest mode=aside directory=/kbrescue/restored' ;;
    backupEnd) echo "restoreToPoint target=immediate set=$backup mode=aside directory=/kbrescue/restored" ;;
    unknown) echo 'npm run diagnose -- backup' ;;
    *) for first in $with_data; do echo "emergencyExtract node=$first directory=/kbrescue/extract"; done ;;
  esac
}

assess() {
  work=$ledger/work
  rm -rf "$work"
  install -d -m 0700 "$work"
  look_at_nodes
  # Its parts expect to go on after a command that finds nothing.
  look_at_repository || die 'the repository could not be looked at; see the line above'
  judge
  say "VERDICT: $verdict${best_point:+, best reachable point $best_point}${backup:+, from backup $backup}"
  [ -z "$farther" ] || say "fact: $farther: keep that node as it is"
  say "LOST: $(lost_words)"
  [ -z "$unread" ] || say "NOT READ:$unread: what lies there may be more than this"
  next_words | sed 's/^/NEXT: /' >&2
}

# The whole look: it changes nothing, so that a dry run gives the same answer.
action_plan() { assess; }

step_look() {
  [ -n "${verdict:-}" ] || assess
  note_fact answer "$(answer_json)"
}

list_json() {
  local word separator=''
  printf '['
  while IFS= read -r word; do
    [ -n "$word" ] || continue
    printf '%s%s' "$separator" "$(json_string "$word")"
    separator=,
  done
  printf ']'
}

answer_json() {
  printf '"verdict":"%s","bestPoint":%s,"backup":%s,"archivedUpTo":%s,"missing":%s,"backups":%s,"notArchived":%s,"lost":%s,"dataOn":%s,"notRead":%s,"next":%s' "$verdict" \
    "$(json_or_null "$best_point")" "$(json_or_null "$backup")" "$(json_or_null "$reach_segment")" "$(json_or_null "$reach_hole")" "$kept" "$(json_or_null "$farther")" \
    "$(json_string "$(lost_words)")" "$(tr ' ' '\n' <<<"$with_data" | list_json)" "$({ tr ' ' '\n' <<<"$unread"; [ "$catalogue" != unread ] || echo "repository: $why"; [ -z "$unreadable" ] || echo "WAL: $unreadable"; } | list_json)" "$(next_words | list_json)"
}

action_result() { fact answer; }
