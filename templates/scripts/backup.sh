# Steps of the backups on one node, chosen by KB_STEPS. Needs layout.sh, node.sh, instance.sh. Each may be run again.
# KB_STANZA KB_RMAN_CONF KB_REPO_PATHS (a line each) KB_BACKUP_HOST KB_BACKUP_UNIT KB_JOB (the installed script that runs jobs)
# KB_PREFIX_LOG KB_CHECK_SECONDS KB_FOLLOW_SECONDS KB_BACKUP_ROLE KB_IDLE_SETTING

rman() {
  kb "$KB_BIN/sys_rman" "--config=$KB_RMAN_CONF" "--stanza=$KB_STANZA" "$@"
}

# Where the records of jobs and drills lie; and, on a node that runs backups, the repository.
prepare() {
  local path
  install -d -m 0755 "$KB_STATE"
  install -d -m 0750 -o "$KB_USER" -g "$KB_GROUP" "$KB_STATE/backup" "$KB_STATE/drills"
  [ "$KB_BACKUP_HOST" = yes ] || return 0
  [ -d "$KB_PREFIX_LOG" ] || install -d -m 0755 -o "$KB_USER" -g "$KB_GROUP" "$KB_PREFIX_LOG"
  while read -r path; do
    [ -z "$path" ] || prepare_repository "$path"
  done <<<"$KB_REPO_PATHS"
  # cron starts drills as the OS user, who may not write beside the repository.
  [ -e "$KB_DRILL_DIRECTORY" ] || install -d -m 0700 -o "$KB_USER" -g "$KB_GROUP" "$KB_DRILL_DIRECTORY"
}

# Only the directory itself: what lies below belongs to whoever wrote it, and another owner there is a mistake to be seen.
prepare_repository() {
  local foreign
  foreign=$(find "$1/archive" "$1/backup" -maxdepth 1 ! -user "$KB_USER" -print -quit 2>/dev/null || true)
  [ -z "$foreign" ] || die "$foreign belongs to $(stat -c '%U (uid %u)' "$foreign"), not to $KB_USER (uid $(id -u "$KB_USER")): whose repository is $1? Nothing was changed there. If it is this cluster's: chown -R $KB_USER:$KB_GROUP $1"
  [ "$(stat -Lc '%U:%G %a' "$1" 2>/dev/null)" != "$KB_USER:$KB_GROUP 750" ] || return 0
  foreign=$(first_stranger "$1")
  if [ -z "$foreign" ]; then
    install -d -m 0750 -o "$KB_USER" -g "$KB_GROUP" "$1"
  elif [ "$(stat -Lc %U "$1")" != "$KB_USER" ]; then
    die "$1 belongs to $(stat -Lc %U:%G "$1"), and $foreign lies in it, which is no part of a repository: nothing was changed there. HINT: declare a directory of its own as backup.path (one that does not exist yet is made); if $1 is meant for the backups alone: move $foreign elsewhere, or chown $KB_USER:$KB_GROUP $1"
  fi
}

# What neither sys_rman nor we put into a repository; nothing where there is no directory yet. One of another's is his, with owner and mode.
first_stranger() {
  [ -e "$1" ] || return 0
  [ -d "$1" ] || die "$1 is no directory: nothing was changed there. HINT: declare another backup.path"
  find "$1/" -mindepth 1 -maxdepth 1 ! -name archive ! -name backup ! -name lost+found ! -name 'sys_rman.conf*' ! -name '.sys_rman.conf*' \
    ! -name sys_backup.conf ! -name log ! -name lock ! -name tmp ! -path "$KB_DRILL_DIRECTORY" -print -quit
}

# run_logged LOG COMMAND…: appends to the vendor's log of that name; its last lines are shown where it fails.
run_logged() {
  local log=$KB_PREFIX_LOG/$1 code=0 output
  shift
  output=$("$@" 2>&1) || code=$?
  kb tee -a "$log" <<<"$output" >/dev/null
  [ "$code" = 0 ] || {
    grep -v ' command begin ' <<<"$output" | tail -n 15 >&2
    echo "exit code $code; log: $log" >&2
    exit "$code"
  }
}

start_full() {
  ! is_at_work || return 0
  local log=$KB_PREFIX_LOG/sys_rman_backup_full.log
  systemctl reset-failed "$KB_BACKUP_UNIT" 2>/dev/null || true
  # As the cron line runs it. It outlives the session that starts it.
  systemd-run --quiet --unit="$KB_BACKUP_UNIT" --description="first full backup of $KB_CLUSTER" -- \
    runuser -u "$KB_USER" -- env HOME="$KB_HOME" PATH="$KB_BIN:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C KINGBASE_PASSFILE="$KB_PASSFILE" \
    bash -c 'exec "$@" >>"$0" 2>&1' "$log" \
    "$KB_JOB" full "$KB_BIN/sys_rman" "--config=$KB_RMAN_CONF" "--stanza=$KB_STANZA" --archive-copy --type=full backup
}

# By cron, by hand through the same script, or by us.
is_at_work() {
  systemctl is-active --quiet "$KB_BACKUP_UNIT" ||
    { [ -e "$KB_STATE/backup/full.lock" ] && ! flock -n "$KB_STATE/backup/full.lock" true; }
}

is_over() { ! is_at_work; }

# Waits a while; then three lines: running or ended, MiB of the newest full backup in the repository, what it said last.
follow_full() {
  local path newest='' size='' state=running
  ! wait_until "$KB_FOLLOW_SECONDS" is_over || state=ended
  read -r path <<<"$KB_REPO_PATHS" || true
  if [ -n "$path" ]; then
    newest=$(find "$path/backup/$KB_STANZA/" -maxdepth 1 -name '*F' -type d 2>/dev/null | sort | tail -n 1)
    size=$(timeout 10 du -sm "$newest" 2>/dev/null | cut -f1 || true)
  fi
  printf '%s\n%s\n%s\n' "$state" "$size" "$(tail -n 1 "$KB_STATE/backup/full.out" 2>/dev/null || true)"
}

# The sessions of a backup are idle while files are copied. On the primary.
keep_sessions() {
  kb_sql_strict "$KB_DB" -c "ALTER ROLE $KB_BACKUP_ROLE SET $KB_IDLE_SETTING = 0" </dev/null
}

# V9's esrep is no superuser, and whether its role kcluster may begin a backup is not in our sources: what it lacks is granted, nothing else. On the
# primary, in each database that sys_rman may log in to: rights on functions belong to one.
grant_rights() {
  local database lacking
  for database in $(printf '%s\n' "$KB_DB" kingbase test | sort -u); do
    [ "$(kb_sql_strict "$KB_DB" <<<"SELECT count(*) FROM sys_database WHERE datname = $(sql_literal "$database") AND datallowconn;")" != 0 ] || continue
    lacking=$(
      kb_sql_strict "$database" <<SQL
SELECT 'GRANT EXECUTE ON FUNCTION ' || CAST(p.oid AS regprocedure) || ' TO $KB_BACKUP_ROLE;'
  FROM sys_proc p JOIN sys_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname IN ('pg_catalog', 'sys_catalog') AND NOT has_function_privilege('$KB_BACKUP_ROLE', p.oid, 'EXECUTE')
    AND p.proname IN ('sys_start_backup', 'sys_stop_backup', 'sys_backup_start', 'sys_backup_stop', 'sys_switch_wal', 'sys_create_restore_point',
      'pg_start_backup', 'pg_stop_backup', 'pg_backup_start', 'pg_backup_stop', 'pg_switch_wal', 'pg_create_restore_point')
  ORDER BY 1;
SQL
    )
    [ -z "$lacking" ] || kb_sql_strict "$database" <<<"$lacking"
  done
}

cron_text() {
  case $KB_CRON_PLACE in
    crontab) crontab -u "$KB_USER" -l 2>/dev/null || true ;;
    *) cat "$KB_CRON_PLACE" 2>/dev/null || true ;;
  esac
}

# KB_CRON_PLACE (a file, or crontab) KB_CRON_OLD (digest of the text that was read) KB_CRON_NEW (base64) KB_CRON_TAKEN (base64; entries of others that go)
write_cron() {
  local new taken
  [ "$(printf '%s' "$(cron_text)" | sha256sum | cut -d' ' -f1)" = "$KB_CRON_OLD" ] || look_again "$KB_CRON_PLACE was changed meanwhile; nothing was changed by us"
  taken=$(base64 -d <<<"$KB_CRON_TAKEN")
  [ -z "$taken" ] || printf '# %s %s\n%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$KB_CRON_PLACE" "$taken" >>"$KB_STATE/backup/cron-taken"
  # cron reads no file whose name has a dot: never half a table.
  if [ "$KB_CRON_PLACE" = crontab ]; then
    base64 -d <<<"$KB_CRON_NEW" | crontab -u "$KB_USER" -
    return
  fi
  new=$(mktemp "$KB_CRON_PLACE.XXXXXX")
  base64 -d <<<"$KB_CRON_NEW" >"$new"
  chmod 0644 "$new"
  sync "$new"
  if [ -s "$new" ]; then mv -fT "$new" "$KB_CRON_PLACE"; else rm -f "$new" "$KB_CRON_PLACE"; fi
}

main() {
  local step
  for step in $KB_STEPS; do
    case $step in
      prepare)
        take_lock
        prepare
        ;;
      stanzaCreate) run_logged sys_rman_stanza-create.log rman stanza-create ;;
      check) run_logged sys_rman_check.log kb "$KB_JOB" check "$KB_BIN/sys_rman" "--config=$KB_RMAN_CONF" "--stanza=$KB_STANZA" "--archive-timeout=$KB_CHECK_SECONDS" check ;;
      startFull) start_full ;;
      followFull) follow_full ;;
      keepSessions) keep_sessions ;;
      grantRights) grant_rights ;;
      writeCron)
        take_lock
        write_cron
        ;;
      *) die "unknown step $step" ;;
    esac
  done
}

main
