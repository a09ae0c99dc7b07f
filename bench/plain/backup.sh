# Functions for bench/measurements/backup.ts, sent to a lab node in front of one call. The plain way: pgBackRest itself, beside sys_rman,
# on the same database and the same volume of the repository node.
prefix=/home/kingbase/cluster/lab/kingbase
plain=/kbrepo/plain

as_owner() { runuser -u kingbase -- env HOME=/home/kingbase KINGBASE_PASSFILE=/home/kingbase/.kbpass PGPASSFILE=/home/kingbase/.kbpass "$@"; }
sql() { as_owner "$prefix/bin/ksql" -X -A -t -q -h 127.0.0.1 -p 54321 -U system -d test -c "$1" </dev/null; }
archive_status() { echo "$(readlink -f "$data/pg_wal")/archive_status"; }
waiting() { find "$(archive_status)" -name '*.ready' | wc -l; }
now() { date +%s.%N; }

# plain_conf <database address or nothing> <repository address or nothing>
plain_conf() {
  install -d -o kingbase -g kingbase -m 0750 "$plain" /var/spool/pgbackrest-plain /tmp/pgbackrest-plain
  {
    printf '[plain]\npg1-path=%s\npg1-port=54321\npg1-socket-path=/tmp\npg1-user=esrep\npg1-database=test\n' "$data"
    [ -z "$1" ] || printf 'pg1-host=%s\npg1-host-user=kingbase\npg1-host-config=%s/pgbackrest.conf\n' "$1" "$plain"
    printf '[global]\nrepo1-path=%s\nrepo1-retention-full=1\n' "$plain"
    [ -z "$2" ] || printf 'repo1-host=%s\nrepo1-host-user=kingbase\nrepo1-host-config=%s/pgbackrest.conf\n' "$2" "$plain"
    printf 'lock-path=/tmp/pgbackrest-plain\nspool-path=/var/spool/pgbackrest-plain\nlog-path=/tmp/pgbackrest-plain\n'
    printf 'log-level-file=off\nlog-level-console=warn\nstart-fast=y\narchive-mode-check=n\narchive-timeout=600\n'
  } >"$plain/pgbackrest.conf"
  chown kingbase:kingbase "$plain/pgbackrest.conf"
  # A server on a unix socket asks for a password; the plain client looks for it under its own name.
  [ ! -f /home/kingbase/.kbpass ] || install -o kingbase -g kingbase -m 0600 /home/kingbase/.kbpass /home/kingbase/.pgpass
}

# archive_with <command>: over the declared one, or `declared` for that itself; the server takes it up at once.
archive_with() {
  if [ "$1" = declared ]; then
    sql 'alter system reset archive_command'
  else
    sql "alter system set archive_command = \$command\$$1\$command\$"
  fi
  sql 'select sys_reload_conf()' >/dev/null
}

# push <segments> <archive_command>: lets that many segments wait, then prints how many were archived and the seconds it took.
push() {
  archive_with ''
  sleep 1
  sql 'create table if not exists filler (a text)' 2>/dev/null
  before=$(waiting)
  while [ $(($(waiting) - before)) -lt "$1" ]; do
    sql "insert into filler select md5(i::text) || md5((i * 7)::text) || md5(random()::text) from generate_series(1, 40000) i; truncate filler"
  done
  sql checkpoint
  sync
  count=$(waiting)
  begun=$(now)
  archive_with "$2"
  until [ "$(waiting)" -eq 0 ]; do
    sleep 0.02
    [ $(($(date +%s) - ${begun%.*})) -lt 120 ] || { echo "$(waiting) of $count segments still wait after 120 s" >&2; exit 1; }
  done
  echo "$count $(now) $begun" | awk '{ printf "%d %.3f\n", $1, $2 - $3 }'
}

# timed <command…>: runs it as the owner and prints its seconds.
timed() {
  begun=$(now)
  as_owner "$@" >/tmp/timed.out 2>&1 || { tail -5 /tmp/timed.out >&2; exit 1; }
  echo "$(now) $begun" | awk '{ printf "%.3f\n", $1 - $2 }'
}
