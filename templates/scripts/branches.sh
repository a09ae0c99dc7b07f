# shellcheck shell=bash disable=SC2154
# What the actions resolveMultiPrimary and startCluster share: who accepts writes, where the histories of two nodes parted, what each wrote after
# that, and how guards are printed. Stands on what `look` of movePrimary.sh found; nothing here changes anything. Needs say, note_line of action.sh.
# Gigabytes after a checkpoint that is old take minutes to read; what is cut off counts as not known.
br_wal_seconds=${KB_WAL_SECONDS:-600}

guard() { printf '%s\t%s\t%s\t%s\t%s\n' "$@"; }

# judge FUNCTION: prints its guards; with one that does not hold, or where they did not all come to be asked, nothing is done.
judge() {
  local verdict code found limit hint refusals='' ended=''
  while IFS=$'\t' read -r verdict code found limit hint; do
    if [ "$verdict" = done ]; then ended=yes
    elif [ "$verdict" = ok ]; then say "ok       ${code#*/}: $found"
    else
      refusals="${refusals:+$refusals; }$code: $found (wanted: $limit)"
      printf 'REFUSED %s: %s (wanted: %s)\nHINT: %s\n' "$code" "$found" "$limit" "$hint" >&2
    fi
  done < <(set -e; "$1"; echo 'done')
  if [ -z "$ended" ]; then
    refusals="${refusals:+$refusals; }guards/cut-short: the guards did not run to their end"
    printf 'REFUSED guards/cut-short: the guards did not run to their end (wanted: each of them is asked)\nHINT: %s\n' \
      'A look at this moment was not whole: look again. Where it stays so, the lines above show the last guard that was asked, and the error.' >&2
  fi
  [ -n "$refusals" ] || return 0
  note_line reason "$refusals"
  exit "$EXIT_REFUSED"
}

is_node() { mp_names | grep -qxF -- "${1:--}"; }

# --- who is what -----------------------------------------------------------------------------------------------------------------

unseen() {
  local name
  for name in $(mp_names); do readable "$name" || printf '%s ' "$name"; done
}

# A node without ssh may have a database that takes writes: asked from here, over the network. `t`, `f` or no answer.
knock() {
  local name said
  for name in $(unseen); do
    said=$(kb timeout 8 "$KB_BIN/ksql" -X -A -t -q -w -c 'SELECT sys_is_in_recovery()' \
      -d "host=$(mp_host "$name") port=$KB_PORT user=esrep dbname=esrep connect_timeout=5" 2>/dev/null </dev/null) || said=''
    [ "$said" != f ] || echo 'alive primary' >>"$looks/$name"
  done
}

# Every node that accepts writes, also one of which only the database port says so.
writable() {
  local name
  for name in $(mp_names); do [ "$(of "$name" recovery)" != no ] && [ -z "$(of "$name" alive)" ] || printf '%s ' "$name"; done
}

# Its database runs, and does not say what it is: it may accept writes.
unclear() {
  local name
  for name in $(mp_names); do
    readable "$name" || continue
    case $(of "$name" server) in
      up) [ -n "$(of "$name" recovery)" ] || printf '%s (its database runs and does not answer: %s); ' "$name" "$(of "$name" sqlError)" ;;
      down) ;;
      *) printf '%s (whether a database runs there could not be read); ' "$name" ;;
    esac
  done
}

# --- history ---------------------------------------------------------------------------------------------------------------------

# end_of, timeline_of NAME: how far it came, and on which timeline. A stopped database says it by the end of its WAL (look_at_wal); a standby that
# follows a newer branch says so in its receiver before its control file does.
end_of() {
  local lsn
  lsn=$(of "$1" lsn)
  [ -n "$lsn" ] || lsn=$(of "$1" walEnd 2)
  echo "$lsn"
}
timeline_of() {
  local mine other
  mine=$(of "$1" timeline)
  [ -n "$mine" ] || mine=$(of "$1" walEnd 1)
  [ -n "$mine" ] || mine=$(of "$1" checkpointTimeline)
  # A standby that lost its upstream has no receiver to say it, and its checkpoint may be of the timeline before for minutes.
  for other in "$(of "$1" receiver 2)" "$([ "$(of "$1" recovery)" != yes ] || of "$1" walTimeline)"; do
    if [[ $other =~ ^[0-9]+$ ]] && [ "$other" -gt "${mine:-0}" ]; then mine=$other; fi
  done
  echo "$mine"
}

# path_of NAME: a line `timeline end` for each one that it went through, its own last. Nothing where a history file is missing. A standby may know of
# the next timeline before it holds any of it: it stands on the one that covers its position.
path_of() {
  local timeline end mine at steps
  mine=$(timeline_of "$1") end=$(end_of "$1")
  [ -n "$mine" ] && [ -n "$end" ] || return 0
  steps=$(awk -v mine="$mine" '$1 == "history" && $2 == mine { print $3, $4 }' "$looks/$1")
  [ "$mine" = 1 ] || [ -n "$steps" ] || return 0
  while read -r timeline at; do
    [ -n "$timeline" ] || continue
    if [ "$(lsn_number "$end")" -le "$(lsn_number "$at")" ]; then echo "$timeline $end"; return 0; fi
    echo "$timeline $at"
  done <<<"$steps"
  echo "$mine $end"
}

lower() { if [ "$(lsn_number "$1")" -le "$(lsn_number "$2")" ]; then echo "$1"; else echo "$2"; fi; }

# relate A B: `WORD timeline position`: what A is to B (same, holds all of it, held by it, parted), and the last place up to which both went the same
# way. `unknown` where a history file or a position is missing. Positions alone also agree by accident: see same_wal.
relate() {
  local i=0 ta ea tb eb na nb
  local -a a b
  mapfile -t a < <(path_of "$1")
  mapfile -t b < <(path_of "$2")
  [ "${#a[@]}" -gt 0 ] && [ "${#b[@]}" -gt 0 ] || { echo unknown; return 0; }
  while :; do
    [ "$i" -lt "${#a[@]}" ] && [ "$i" -lt "${#b[@]}" ] || { echo parted; return 0; }
    read -r ta ea <<<"${a[i]}"
    read -r tb eb <<<"${b[i]}"
    [ "$ta" = "$tb" ] || { echo parted; return 0; }
    ea=$(lsn_number "$ea") eb=$(lsn_number "$eb")
    na=${a[i + 1]:-} nb=${b[i + 1]:-}
    if [ -z "$na$nb" ]; then
      if [ "$ea" = "$eb" ]; then echo "same $ta ${a[i]#* }"; elif [ "$ea" -gt "$eb" ]; then echo "holds $ta ${b[i]#* }"; else echo "held $ta ${a[i]#* }"; fi
      return 0
    elif [ -z "$na" ]; then
      if [ "$ea" -le "$eb" ]; then echo "held $ta ${a[i]#* }"; else echo "parted $ta ${b[i]#* }"; fi
      return 0
    elif [ -z "$nb" ]; then
      if [ "$eb" -le "$ea" ]; then echo "holds $ta ${b[i]#* }"; else echo "parted $ta ${a[i]#* }"; fi
      return 0
    elif [ "$ea" != "$eb" ] || [ "${na%% *}" != "${nb%% *}" ]; then
      echo "parted $ta $(lower "${a[i]#* }" "${b[i]#* }")"
      return 0
    fi
    i=$((i + 1))
  done
}

# junction A B: that place alone, of two that both wrote: on one and the same timeline the positions do not say where they parted.
junction() {
  local said
  said=$(relate "$1" "$2")
  case $said in
    'parted '* | 'holds '* | 'held '*) [ "$(timeline_of "$1")" = "$(timeline_of "$2")" ] && [ "${said%% *}" != parted ] || echo "${said#* }" ;;
  esac
}

# spans_of NAME TIMELINE POSITION: `timeline from to` for each stretch that it wrote after that place; `-` is the end of its WAL.
spans_of() {
  path_of "$1" | awk -v timeline="$2" -v from="$3" '
    { rows[NR] = $1; ends[NR] = $2 }
    END { for (i = 1; i <= NR; i++) { if (rows[i] == timeline) begun = 1; if (begun) { if (from != ends[i]) print rows[i], from, (i == NR ? "-" : ends[i]); from = ends[i] } } }'
}

# Reading WAL ends with an error where the WAL ends; any other one leaves something unread.
wal_just_ended() { grep -q 'error in WAL record\|could not find a valid record\|invalid record length' "$1"; }

# written_after NAME TIMELINE POSITION: `commits bytes first last` of its own, read from its WAL; `unknown` where that could not be counted.
written_after() {
  local said commits first last bytes
  bytes=$(($(lsn_number "$(end_of "$1")") - $(lsn_number "$3")))
  [ "$bytes" -ge 0 ] || bytes=0
  said=$(
    {
      printf 'seconds=%s\n' "$br_wal_seconds"
      cat <<'END'
total=0 first='' last=''
err=$(mktemp)
trap 'rm -f "$err"' EXIT
count() {
  local until=() code=0 said
  [ "$3" = - ] || until=(-e "$3")
  said=$(timeout "$seconds" "$bin/sys_waldump" -p "$(wal_directory)" -t "$1" -s "$2" "${until[@]}" --rmgr=Transaction 2>"$err" |
    awk -F 'desc: COMMIT' 'NF > 1 { n++; t = $2; sub(/^[^0-9]*/, "", t); sub(/;.*/, "", t); if (n == 1) f = t; l = t } END { print n + 0 "|" f "|" l }'; exit "${PIPESTATUS[0]}") || code=$?
  # It ends with an error where the WAL ends; any other one leaves something uncounted.
  [ "$code" = 0 ] || grep -q 'error in WAL record\|could not find a valid record\|invalid record length' "$err" || { echo "uncounted $(head -n 1 "$err")"; exit 0; }
  total=$((total + ${said%%|*}))
  said=${said#*|}
  [ -n "$first" ] || first=${said%%|*}
  [ -z "${said#*|}" ] || last=${said#*|}
}
END
      spans_of "$@" | sed 's/^/count /'
      printf 'echo "counted $total|$first|$last"\n'
    } | node_run "$(mp_host "$1")" $((br_wal_seconds * 3)) 2>/dev/null
  ) || said=''
  case $said in
    counted*)
      IFS='|' read -r commits first last <<<"${said#counted }"
      printf '%s|%s|%s|%s\n' "$commits" "$bytes" "$first" "$last"
      ;;
    *) printf 'unknown|%s||\n' "$bytes" ;;
  esac
}

# look_at_wal: adds `walEnd timeline position` of each node whose database is down: where its WAL really ends, which the control file does not say.
# Twin of wal_end in recoveryFacts.sh.
look_at_wal() {
  local name pids=()
  for name in $(mp_names); do
    [ "$(of "$name" server)" = down ] || continue
    { wal_end_script | node_run "$(mp_host "$name")" $((br_wal_seconds * 3)) >"$looks/.wal.$name" 2>/dev/null || true; } &
    pids+=($!)
  done
  wait_for ${pids[@]+"${pids[@]}"}
  for name in $(mp_names); do
    [ "$(of "$name" server)" = down ] || continue
    grep -E '^walEnd' "$looks/.wal.$name" >>"$looks/$name" || echo 'walEndError no answer' >>"$looks/$name"
  done
}

wal_end_script() {
  printf 'seconds=%s\n' "$br_wal_seconds"
  cat <<'END'
err=$(mktemp)
trap 'rm -f "$err"' EXIT
history_end() { sed -n 's/^[0-9][0-9]*[[:space:]][[:space:]]*\([0-9A-Fa-f]*\/[0-9A-Fa-f]*\).*/\1/p' "$(wal_directory)/$(printf '%08X' "$1").history" 2>/dev/null | tail -n 1; }
# end_of_record LSN BYTES SEGMENT: the position behind it, with the headers of the pages that it crosses.
end_of_record() {
  local position=$((16#${1%%/*} * 4294967296 + 16#${1##*/})) left=$2 room
  while room=$((8192 - position % 8192)) && [ "$left" -gt "$room" ]; do
    left=$((left - room))
    position=$((position + room))
    if [ $((position % $3)) = 0 ]; then position=$((position + 40)); else position=$((position + 24)); fi
  done
  position=$((position + (left + 7) / 8 * 8))
  printf '%X/%X' $((position / 4294967296)) $((position % 4294967296))
}
own=$(own_timeline)
[ -n "$own" ] || { echo 'walEndError the control file cannot be read'; exit 0; }
minimum=$(control "Min recovery ending loc's timeline")
timelines=$({
  echo "$own"
  [ "${minimum:-0}" -le "$own" ] || echo "$minimum"
  case $(control 'Database cluster state') in
    *'archive recovery' | *'shut down in recovery') ls "$(wal_directory)" | sed -n 's/^\([0-9A-F]\{8\}\)[0-9A-F]\{16\}$/\1/p' | sort -u | while read -r each; do [ $((16#$each)) -le "$own" ] || echo $((16#$each)); done ;;
  esac
} | sort -rnu)
for timeline in $timelines; do
  start=$(control 'Latest checkpoint location')
  [ "$timeline" = "$own" ] || start=$(history_end "$timeline")
  [ -n "$start" ] || continue
  last=$(timeout "$seconds" "$bin/sys_waldump" -p "$(wal_directory)" -t "$timeline" -s "$start" 2>"$err" | tail -n 1)
  if [[ $last =~ len\ \(rec/tot\):\ *[0-9]+/\ *([0-9]+),.*\ lsn:\ ([0-9A-Fa-f]+/[0-9A-Fa-f]+), ]]; then
    # A dump that was cut off says nothing about the end.
    [ -s "$err" ] || { echo "walEndError no end was found within $seconds s"; exit 0; }
    echo "walEnd $timeline $(end_of_record "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}" "$(control 'Bytes per WAL segment')")"
    exit 0
  fi
done
echo "walEndError $(head -n 1 "$err")"
END
}

# same_wal A B TIMELINE POSITION: `same`, `other` or `unread`: a digest of the WAL of its segment up to there, as both have it on disk.
same_wal() {
  local one two
  one=$(print_at "$1" "$3" "$4") two=$(print_at "$2" "$3" "$4")
  if [ -z "$one" ] || [ -z "$two" ]; then echo unread; elif [ "$one" = "$two" ]; then echo same; else echo other; fi
}

print_at() {
  local timelines
  # In its own file, or in a later one's, which begins with a copy of it.
  timelines=$(path_of "$1" | awk -v from="$2" '$1 == from { begun = 1 } begun { printf "%s ", $1 }')
  {
    printf 'position=%s timelines=%q seconds=%s\n' "$(lsn_number "$3")" "$timelines" "$br_wal_seconds"
    cat <<'END'
segment=$(control 'Bytes per WAL segment')
number=$(((position - 1) / segment)) per=$((4294967296 / segment))
for timeline in $timelines; do
  for file in "$(wal_directory)/$(printf '%08X%08X%08X' "$timeline" $((number / per)) $((number % per)))"{,.partial}; do
    [ ! -r "$file" ] || { timeout "$seconds" head -c $((position - number * segment)) "$file" | sha256sum | cut -d' ' -f1; exit 0; }
  done
done
END
  } | node_run "$(mp_host "$1")" $((br_wal_seconds + 15)) 2>/dev/null || true
}
