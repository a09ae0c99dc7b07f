#!/bin/bash
# primary-check.sh [http|local|full]: is this node the one that clients belong to? Reads only.
# http: one request on standard input, 200 or 503 on standard output (systemd socket activation, Accept=yes). full: the same as a line and an exit
# status; local: without asking the others. The line: `yes TIMELINE`, or `no REASON`.
# yes: the server here accepts writes, and no other member says that it is primary on the same or a later timeline, and (fence majority) more than
# half of the members can be reached, this one included. What could not be read is a no.
set -u
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
mode=${1:-http}
# shellcheck source=/dev/null
. "${KB_ENDPOINT_CONF:-/etc/pulumi-kingbase/endpoint.conf}"
PGPASSFILE=$password_file KINGBASE_PASSFILE=$password_file PGAPPNAME=pulumi-kingbase-check
export PGPASSFILE KINGBASE_PASSFILE PGAPPNAME

question="SELECT CASE WHEN sys_is_in_recovery() THEN 'standby' ELSE 'primary ' || ('x' || substr(sys_walfile_name(sys_current_wal_lsn()), 1, 8))::bit(32)::int END"

# ask HOST: `primary TIMELINE`, `standby`, or the reason why there is no answer, on one line.
ask() {
  timeout -k 1 2 "$bin/ksql" -X -A -t -q -w -c "$question" \
    -d "host=$1 port=$port user=esrep dbname=$database connect_timeout=2" 2>&1 | tail -n 1
}

# A host that answers at all can be reached, whatever its server says: a database that is stopped for work on it cuts nobody off.
# reached SAID
reached() {
  case $1 in
    primary\ * | standby | *'onnection refused'* | *FATAL* | *'starting up'*) return 0 ;;
    *) return 1 ;;
  esac
}

# verdict: the line, status 0 for yes.
verdict() {
  local own timeline said peer role all=1 here=1 folder index=0
  own=$(ask "$host")
  timeline=${own#primary }
  case $own in
    primary\ [0-9]*) ;;
    standby) echo 'no standby'; return 1 ;;
    *) echo 'no the server here gives no answer'; return 1 ;;
  esac
  [ "$mode" != local ] || { echo "yes $timeline"; return 0; }
  folder=$(mktemp -d) || { echo 'no there is no room for answers'; return 1; }
  while read -r peer role; do
    [ -n "$peer" ] || continue
    ask "$peer" >"$folder/$index" </dev/null &
    printf '%s %s %s\n' "$index" "$peer" "$role" >>"$folder/asked"
    index=$((index + 1))
  done < <(peers)
  wait
  if [ -e "$folder/asked" ]; then
    while read -r index peer role; do
      said=$(cat "$folder/$index")
      all=$((all + 1))
      ! reached "$said" || here=$((here + 1))
      # A witness has an instance of its own and leads nobody.
      if [ "$role" = database ] && [[ $said =~ ^primary\ ([0-9]+)$ ]] && [ "${BASH_REMATCH[1]}" -ge "$timeline" ]; then
        echo "no $peer is primary on timeline ${BASH_REMATCH[1]}, here it is $timeline"
        rm -rf "$folder"
        return 1
      fi
    done <"$folder/asked"
  fi
  rm -rf "$folder"
  if [ "$fence" = majority ] && [ $((here * 2)) -le "$all" ]; then
    echo "no $here of $all members can be reached"
    return 1
  fi
  echo "yes $timeline"
}

answer() {
  local line status
  # The request is read to its end, so that closing the connection does not cut the answer off.
  while IFS= read -r -t 2 line; do line=${line%$'\r'}; [ -n "$line" ] || break; done
  line=$(verdict) && status='200 OK' || status='503 Service Unavailable'
  printf 'HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s\n' "$status" "$((${#line} + 1))" "$line"
}

case $mode in
  http) answer ;;
  local | full) verdict ;;
  *) echo "unknown question '$mode': http, local or full" >&2; exit 2 ;;
esac
