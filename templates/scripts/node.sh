# shellcheck shell=bash
# What every script of ours uses on a node. Variables KB_* come from NodeTarget (remote/nodeEnv.ts); scripts run as root.
# Callers wrap their work in functions and call the last one at the end.

die() {
  echo "$*" >&2
  exit 1
}

# Runs a tool as the owner of the database. Nothing secret ever stands among its arguments: passwords come from the password file.
kb() {
  local become=(runuser -u "$KB_USER" --)
  # A look may be asked for by the owner himself.
  [ "$EUID" = 0 ] || become=()
  "${become[@]}" env HOME="$KB_HOME" PATH="$KB_BIN:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C \
    KINGBASE_PASSFILE="$KB_PASSFILE" KINGBASE_DATA="$KB_DATA" "$@"
}

# The same for a daemon: it must hold neither our lock (descriptor 9) nor our output.
kb_daemon() {
  kb "$@" 9>&- </dev/null >/dev/null 2>&1
}

# kb_sql DATABASE: SQL on standard input, rows on standard output, fields separated by the ASCII unit separator.
# Over TCP, because a unix socket reports the tcp_* settings as 0.
kb_sql() {
  kb timeout "${KB_SQL_SECONDS:-10}" "$KB_BIN/ksql" -X -A -t -q -w -F $'\x1f' \
    -h 127.0.0.1 -p "$KB_PORT" -U "$KB_SUPERUSER" -d "$1"
}

# kb_sql_strict DATABASE [OPTION…]: stops at the first error and returns 3.
kb_sql_strict() {
  kb timeout "${KB_SQL_SECONDS:-30}" "$KB_BIN/ksql" -X -A -t -q -w -v ON_ERROR_STOP=1 -F $'\x1f' \
    -h 127.0.0.1 -p "$KB_PORT" -U "$KB_SUPERUSER" -d "$@"
}

kb_repmgr() {
  kb timeout "${KB_REPMGR_SECONDS:-120}" "$KB_BIN/repmgr" -f "$KB_CONF" "$@"
}

sql_literal() {
  printf "'%s'" "${1//\'/\'\'}"
}

# daemon_pid PIDFILE NAME: the process id, nothing where it does not run. A stale pid file may name somebody else's process.
daemon_pid() {
  local pid=
  [ ! -r "$1" ] || read -r pid <"$1" || true
  if [[ $pid =~ ^[0-9]+$ ]] && [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "$2"; then
    echo "$pid"
    return 0
  fi
  pgrep -o -u "$KB_USER" -f "(^|/)$2 .*-f " || true
}

# 3: no server; 4: no data directory that could have one. Anything else (124: timeout, 1: an unreadable pid file) says nothing: taking it for
# "not running" would leave a live server up, or write below it. It ends the script, so call it in no subshell.
server_runs() {
  local code=0 said
  said=$(kb timeout 20 "$KB_BIN/sys_ctl" -D "$KB_DATA" status 2>&1 >/dev/null) || code=$?
  case $code in
    0) return 0 ;;
    3 | 4) return 1 ;;
    *) die "whether a database runs in $KB_DATA could not be read (sys_ctl status: exit code $code${said:+, $said}); nothing more was done" ;;
  esac
}

# Server answers and accepts SQL.
server_answers() {
  [ "$(KB_SQL_SECONDS=5 kb_sql "$KB_DB" <<<'SELECT 1;' 2>/dev/null)" = 1 ]
}

# wait_until SECONDS COMMAND…: ten times a second at first, for what is there in a moment (a daemon, a stream), then twice; 1 when the time is over.
wait_until() {
  local end=$((SECONDS + $1)) looks=0
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    looks=$((looks + 1))
    if [ "$looks" -le 10 ]; then sleep 0.1; else sleep 0.5; fi
  done
}

# One script of ours at a time on a node, for each cluster: a killed run may still be at work there. Descriptor 9 holds the lock.
take_lock() {
  install -d -m 0755 "$KB_STATE"
  exec 9>"$KB_STATE/lock"
  flock -w "${KB_LOCK_SECONDS:-60}" 9 || {
    echo "another operation of this program is still at work on this node (lock $KB_STATE/lock)" >&2
    exit 75
  }
}

# put_ledger NAME TEXT: atomic, and on disk before the step that it announces.
put_ledger() {
  install -d -m 0755 "$KB_STATE"
  printf '%s\n' "$2" >"$KB_STATE/.$1.new"
  sync "$KB_STATE/.$1.new"
  mv -fT "$KB_STATE/.$1.new" "$KB_STATE/$1"
  sync "$KB_STATE"
}

# control_report DIRECTORY: what sys_controldata says. Where the checksum is wrong the tool warns, prints whatever it finds, and ends with 0: then this
# ends with 65. A server that is just writing the file gives such a moment, too: it is looked at again.
control_report() {
  local said code tries=0
  while :; do
    code=0
    said=$(kb timeout 10 "$KB_BIN/sys_controldata" -D "$1" 2>&1) || code=$?
    if [ "$code" != 0 ]; then
      printf '%s\n' "$said" >&2
      return "$code"
    fi
    case $said in *'checksum does not match'* | *untrustworthy*) ;; *) break ;; esac
    if [ $((tries += 1)) -ge 3 ]; then
      echo 'its checksum does not match: the control file is corrupt, or of another version' >&2
      return 65
    fi
    sleep 0.2
  done
  printf '%s\n' "$said"
}

system_identifier() {
  control_report "$1" 2>/dev/null | sed -n 's/^Database system identifier: *//p'
}
