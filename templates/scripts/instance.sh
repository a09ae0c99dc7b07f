# shellcheck shell=bash
# Making, starting and opening a database instance: used by bootstrap.sh and, for a witness, by member.sh. Needs layout.sh and node.sh.

# What was seen before is not so any more (a run that was killed went on here until now): whoever called looks again and decides anew.
look_again() {
  echo "$*" >&2
  exit 76
}

# password_of USER: from the password file; its last field, with the escapes of that format undone.
password_of() {
  local line
  line=$(grep -m 1 -E "^[^:]*:[^:]*:[^:]*:$1:" "$KB_PASSFILE") || die "no password of $1 in $KB_PASSFILE"
  line=${line#*:*:*:*:}
  line=${line//\\:/:}
  printf '%s' "${line//\\\\/\\}"
}

empty_directory() {
  [ ! -d "$1" ] || find "$1/" -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +
}

# noted PROPERTY NOTE: a text of one of our notes; empty where it says nothing.
noted() {
  sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p' "$KB_STATE/$2" 2>/dev/null
}

# What tells a directory from another one under the same path: a volume that was mounted over it, or taken away, since.
inode_of() {
  [ -z "$1" ] || stat -L -c %d:%i "$1" 2>/dev/null || true
}

# need_noted_directory DIRECTORY PROPERTY NOTE: before it is emptied. The path alone proves nothing: a volume that was not mounted when our run
# began, and is now, shows other content there. Where there is nothing, nothing is lost.
need_noted_directory() {
  ! is_empty_directory "$1" || return 0
  local inode
  inode=$(noted "$2" "$3")
  [ -n "$inode" ] && [ "$inode" = "$(inode_of "$1")" ] ||
    die "$1 is not empty, and $KB_STATE/$3 does not prove that it is the directory in which the interrupted run began (noted: ${inode:-none}, found: $(inode_of "$1")); nothing was changed. See which volume is mounted there and what it holds; if that is not needed, empty $1, and run again"
}

# A note speaks of the machine and of the directories it was written for: one that came with a copied disk says nothing of this host. After a change of paths, whatever lies at the new ones is not ours to take up or to
# wipe. One that names none is good for what it cannot harm: where nothing would be removed.
require_own_note() {
  local data wal machine
  machine=$(noted incarnation "$1")
  [ -z "$machine" ] || [ "$machine" = "$(cat /etc/machine-id)" ] ||
    die "$KB_STATE/$1 was written on another machine (machine-id $machine); nothing was changed. Find out what the data directory $KB_DATA of this one holds, then remove that note, and run again"
  if ! grep -q '"data":"' "$KB_STATE/$1" 2>/dev/null; then
    kb_is_data "$KB_DATA" && return 0
    [ ! -e "$KB_DATA.bootstrap" ] && is_empty_directory "$KB_DATA" && { [ -z "$KB_WALDIR" ] || is_empty_directory "$KB_WALDIR"; } ||
      die "$KB_STATE/$1 does not say in which directories it was begun; nothing was changed. If what lies in $KB_DATA, $KB_DATA.bootstrap${KB_WALDIR:+ and $KB_WALDIR} is not needed, remove it, and run again"
    return 0
  fi
  data=$(noted data "$1")
  wal=$(noted wal "$1")
  [ "$data" = "$KB_DATA" ] && [ "$wal" = "$KB_WALDIR" ] ||
    die "what was interrupted here was begun in $data${wal:+ with WAL in $wal}, not in $KB_DATA${KB_WALDIR:+ with WAL in $KB_WALDIR}; nothing was changed. Put the old paths back, or remove what it left there and $KB_STATE/$1"
}

# One that cannot be listed is not called empty.
is_empty_directory() {
  local entry
  [ -e "$1" ] || return 0
  entry=$(find "$1/" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit) || return 1
  [ -z "$entry" ]
}

# run_initdb DIRECTORY: the password comes from a file in memory that only the OS user may read.
run_initdb() {
  local options help
  # The vendor's installer gives the password as -x on the command line, where every user of the host can read it: not with us.
  help=$(kb timeout 20 "$KB_BIN/initdb" --help 2>/dev/null) || true
  case $help in
    *--pwfile*) ;;
    *--username*) die "initdb of this build takes no password from a file (--pwfile), and a password is never put on a command line; the data directory was not touched" ;;
  esac
  secret=$(mktemp -d /run/pulumi-kingbase.XXXXXX)
  trap 'rm -rf "$secret"' EXIT
  chown "$KB_USER:$KB_GROUP" "$secret"
  password_of "$KB_SUPERUSER" >"$secret/password"
  chown "$KB_USER:$KB_GROUP" "$secret/password"
  options=(-D "$1" -U "$KB_SUPERUSER" -A "$KB_AUTH" "--pwfile=$secret/password" -m "$KB_MODE")
  [ "$KB_CASE_SENSITIVE" = yes ] || options+=(--enable-ci)
  [ "$KB_CHECKSUMS" != yes ] || options+=(--data-checksums)
  [ "$KB_ENCODING" = default ] || options+=(-E "$KB_ENCODING")
  [ "$KB_LOCALE" = default ] || options+=("--locale=$KB_LOCALE")
  [ -z "$KB_WALDIR" ] || options+=("--waldir=$KB_WALDIR")
  kb timeout 300 "$KB_BIN/initdb" "${options[@]}" >"$secret/output" 2>&1 || {
    tail -n 20 "$secret/output" >&2
    die "initdb failed; the data directory was not touched"
  }
  rm -rf "$secret"
  trap - EXIT
}

# is_noted_instance DIRECTORY NOTE: it is whole and the one that was noted, and its WAL lies where it was put.
is_noted_instance() {
  [ "${KB_NOTED_PHASE:-}" = initialised ] && [ "$(system_identifier "$1")" = "$KB_NOTED_IDENTIFIER" ] || return 1
  [ -z "$(noted walInode "$2")" ] || [ "$(noted walInode "$2")" = "$(inode_of "$KB_WALDIR")" ]
}

# create_instance RESUME NOTE: builds beside the data directory and renames, so that a data directory is either empty or whole.
# Calls `note PHASE SYSTEM_IDENTIFIER` of the caller before each step. RESUME=yes: leftovers that NOTE proves are ours.
create_instance() {
  local aside=$KB_DATA.bootstrap identifier
  KB_BUILT_IN=$aside
  if kb_is_data "$KB_DATA"; then
    identifier=$(system_identifier "$KB_DATA")
    [ -n "$identifier" ] && [ "$identifier" = "${KB_NOTED_IDENTIFIER:-}" ] ||
      look_again "$KB_DATA holds a database (system ${identifier:-unreadable}) that $KB_STATE/$2 did not call ours; nothing was changed"
    KB_BUILT_IN=$KB_DATA
    note placed "$identifier"
    return
  fi
  is_empty_directory "$KB_DATA" || look_again "$KB_DATA is not empty; nothing was changed"
  ! mountpoint -q "$KB_DATA" || die "$KB_DATA is the root of a mounted volume; give a directory below it, such as $KB_DATA/data"
  if [ "$1" != yes ]; then
    [ ! -e "$aside" ] || look_again "$aside exists and is not ours; nothing was changed"
    [ -z "$KB_WALDIR" ] || is_empty_directory "$KB_WALDIR" || die "$KB_WALDIR is not empty; nothing was changed"
  fi
  if ! is_noted_instance "$aside" "$2"; then
    need_noted_directory "$aside" dataInode "$2"
    [ -z "$KB_WALDIR" ] || need_noted_directory "$KB_WALDIR" walInode "$2"
    note initdb ''
    rm -rf "$aside"
    install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$aside"
    if [ -n "$KB_WALDIR" ]; then
      empty_directory "$KB_WALDIR"
      install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$KB_WALDIR"
    fi
    # Once more, now that they are there: which ones they are.
    note initdb ''
    run_initdb "$aside"
    identifier=$(system_identifier "$aside")
    [ -n "$identifier" ] || die "$aside has no readable control file after initdb"
    note initialised "$identifier"
  else
    identifier=$KB_NOTED_IDENTIFIER
  fi
  [ ! -d "$KB_DATA" ] || rmdir "$KB_DATA"
  mv -T "$aside" "$KB_DATA"
  KB_BUILT_IN=$KB_DATA
  sync "$(dirname "$KB_DATA")"
  note placed "$identifier"
}

# Safe to call on a server that runs. Another one (kbha, cron) may start it in the same moment: what counts is that it answers afterwards.
start_server() {
  local code=0
  server_runs || kb_daemon timeout 90 "$KB_BIN/sys_ctl" -w -t 60 -l "$KB_LOG" -D "$KB_DATA" start || code=$?
  if [ "$code" != 0 ] && ! server_runs; then
    start_raised || start_failed "$code"
  fi
  wait_until 60 server_answers || start_failed "$code"
}

# The server's own log says why; where it begins to collect its log elsewhere, the last words there.
start_failed() {
  kb_layout "$KB_DATA"
  tail -n 5 "$KB_LOG" >&2 || true
  find "$KB_LOG_DIRECTORY" -type f -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -n 2 | cut -d' ' -f2- |
    while read -r file; do grep -hE 'FATAL|PANIC|ERROR' "$file" | tail -n 5 >&2 || true; done
  die "the database in $KB_DATA does not answer (sys_ctl start: exit code $1); its log is $KB_LOG and below $KB_LOG_DIRECTORY"
}

# A standby must not have less of these than its primary had when it last replayed. Where they were lowered while it was down, it is started
# once with what its control file asks for; started again after it caught up, it takes the new values.
start_raised() {
  kb_layout "$KB_DATA"
  [ -e "$KB_STANDBY_SIGNAL" ] || return 1
  local options
  options=$(kb timeout 20 "$KB_BIN/sys_controldata" -D "$KB_DATA" 2>/dev/null | awk -F': *' '
    BEGIN {
      split("max_connections max_worker_processes max_wal_senders max_prepared_xacts max_locks_per_xact", names, " ")
      to["max_prepared_xacts"] = "max_prepared_transactions"; to["max_locks_per_xact"] = "max_locks_per_transaction"
    }
    { for (i in names) if ($1 == names[i] " setting") printf "-c %s=%s ", (names[i] in to ? to[names[i]] : names[i]), $2 }')
  [ -n "$options" ] || return 1
  kb_daemon timeout 90 "$KB_BIN/sys_ctl" -w -t 60 -l "$KB_LOG" -D "$KB_DATA" -o "$options" start || return 1
  wait_until 60 server_answers && wait_until "${KB_STREAMING_SECONDS:-120}" is_streaming || return 1
  sleep 2
  # Not `restart`: that would give the server the same options once more.
  stop_server
  kb_daemon timeout 90 "$KB_BIN/sys_ctl" -w -t 60 -l "$KB_LOG" -D "$KB_DATA" start
}

is_streaming() {
  [ "$(kb_sql "$KB_DB" <<<"SELECT status FROM sys_stat_wal_receiver;" 2>/dev/null)" = streaming ]
}

stop_server() {
  ! server_runs || kb timeout 190 "$KB_BIN/sys_ctl" -w -t 180 -m fast -D "$KB_DATA" stop >/dev/null
}

in_recovery() {
  [ "$(kb_sql "$KB_DB" <<<"SELECT CASE WHEN sys_is_in_recovery() THEN 'yes' ELSE 'no' END;" 2>/dev/null)" = yes ]
}

is_writable() {
  [ "$(kb_sql "$KB_DB" <<<"SELECT CASE WHEN sys_is_in_recovery() THEN 'yes' ELSE 'no' END;" 2>/dev/null)" = no ]
}

exists_row() {
  [ "$(kb_sql_strict "$KB_DB" <<<"SELECT count(*) FROM $1;")" != 0 ]
}

# The role and database of repmgr. Statements with a password stay out of the server's log and statistics, and out of ksql's messages.
# Both names of the statistics: a server takes the one it does not know for a setting of nobody, and says nothing.
create_accounts() {
  local verb=CREATE rights word
  ! exists_row "sys_roles WHERE rolname = 'esrep'" || verb=ALTER
  word=$(password_of esrep)
  if [ "$KB_VERSION" = V9 ]; then rights='LOGIN REPLICATION'; else rights='LOGIN SUPERUSER REPLICATION'; fi
  kb_sql_strict "$KB_DB" <<SQL
\\set VERBOSITY terse
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET sys_stat_statements.track_utility = off;
SET pg_stat_statements.track_utility = off;
$verb USER esrep WITH $rights PASSWORD $(sql_literal "$word");
SQL
  grant_cluster_role
  exists_row "sys_database WHERE datname = 'esrep'" || kb_sql_strict "$KB_DB" <<<'CREATE DATABASE esrep OWNER esrep;'
}

# V9 gives the cluster's rights through a role of its own; a build without it gets the rights that repmgr and sys_rewind ask for.
grant_cluster_role() {
  [ "$KB_VERSION" = V9 ] || return 0
  if ! exists_row "sys_roles WHERE rolname = 'kcluster'"; then
    kb_sql_strict "$KB_DB" <<<'CREATE ROLE kcluster NOLOGIN; GRANT pg_monitor, pg_read_all_settings, pg_read_all_stats TO kcluster;'
  fi
  kb_sql_strict "$KB_DB" <<<'GRANT kcluster TO esrep;'
}

# Puts back rights that were taken from the role, without touching its password.
repair_role() {
  if ! exists_row "sys_roles WHERE rolname = 'esrep'"; then
    create_accounts
  elif [ "$KB_VERSION" = V9 ]; then
    kb_sql_strict "$KB_DB" <<<'ALTER USER esrep WITH LOGIN REPLICATION;'
    grant_cluster_role
  else
    kb_sql_strict "$KB_DB" <<<'ALTER USER esrep WITH LOGIN SUPERUSER REPLICATION;'
  fi
}

# repmgr_quietly ARGUMENT…: its output is shown only where it fails.
repmgr_quietly() {
  local output
  output=$(kb_repmgr "$@" 2>&1) || {
    tail -n 20 <<<"$output" >&2
    die "repmgr $* failed"
  }
}

register_primary() {
  if [ "$KB_VERSION" = V9 ]; then
    repmgr_quietly primary register -F -S "$KB_SUPERUSER"
  else
    repmgr_quietly primary register -F
  fi
}
