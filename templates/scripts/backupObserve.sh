# Observes what this node knows of the backups: one JSON document on standard output, nothing is changed. See core/observe/backup/parseBackupNode.ts.
# KB_STANZA KB_RMAN_CONF KB_REPO_PATHS (a line each) KB_BACKUP_UNIT KB_BACKUP_HOST (yes where sys_rman backs up) KB_INFO_SECONDS
# Needs layout.sh, node.sh and json.sh. Every probe is bounded; what could not be read is null or carries the error text.

rman_info() {
  kb timeout "$KB_INFO_SECONDS" "$KB_BIN/sys_rman" "--config=$KB_RMAN_CONF" "--stanza=$KB_STANZA" --log-level-console=error --output=json info
}

archiver_sql() {
  kb_sql "$KB_DB" <<'SQL'
SET statement_timeout = 5000;
SELECT 'archiver', archived_count, coalesce(last_archived_wal, ''), coalesce(floor(extract(epoch from last_archived_time))::bigint::text, ''),
  failed_count, coalesce(last_failed_wal, ''), coalesce(floor(extract(epoch from last_failed_time))::bigint::text, '') FROM sys_stat_archiver;
SELECT 'idle', name, setting FROM sys_settings WHERE name IN ('client_idle_timeout', 'idle_session_timeout') ORDER BY name LIMIT 1;
SELECT 'role', rolname, replace(array_to_string(rolconfig, ';'), chr(10), ' ') FROM sys_roles WHERE rolconfig IS NOT NULL;
SQL
}

# Marks of the archiver: how many segments wait, since when the oldest does, and when the newest archived one was finished
# (its mark is renamed from .ready to .done, which keeps its time).
archive_marks() {
  local directory=$KB_WAL/archive_status last
  [ -d "$directory" ] || return 0
  find "$directory/" -maxdepth 1 -name '*.ready' -printf '%T@\n' 2>/dev/null |
    awk 'NR == 1 || $1 < oldest { oldest = $1 } END { printf "ready %d %d\n", NR, oldest }'
  last=$(awk -F $'\x1f' '$1 == "archiver" { print $3 }' "$work/archiver.out" 2>/dev/null)
  last=${last%%.*}
  if [[ $last =~ ^[0-9A-F]{24}$ ]]; then
    printf 'done %s\n' "$(stat -c %Y "$directory/$last.done" 2>/dev/null || true)"
  fi
}

json_jobs() {
  local file name separator=
  printf '['
  for file in "$KB_STATE"/backup/*.json; do
    [ -f "$file" ] || continue
    name=$(basename "$file" .json)
    printf '%s{"text":' "$separator"
    json_string "$(<"$file")"
    printf ',"running":%s}' "$(json_flag is_at_work "$KB_STATE/backup/$name.lock")"
    separator=,
  done
  printf ']'
}

is_at_work() {
  [ -e "$1" ] && ! flock -n "$1" true
}

# The newest ones; each is small.
json_drills() {
  local file separator=
  printf '['
  find "$KB_STATE/drills/" -maxdepth 1 -name '*.json' -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -n 10 | cut -d' ' -f2- |
    while read -r file; do
      printf '%s' "$separator"
      json_string "$(head -c 20000 "$file")"
      separator=,
    done
  printf ']'
}

json_repositories() {
  local path bytes separator=
  printf '['
  while read -r path; do
    [ -n "$path" ] || continue
    # A volume that hangs must not hold the observation.
    bytes=$(timeout 5 df --output=avail -B1 "$path" 2>/dev/null | tail -n 1 | tr -d ' ' || true)
    printf '%s{"path":%s,"freeBytes":%s,"access":%s}' "$separator" "$(json_string "$path")" "$(json_number "$bytes")" \
      "$(json_string "$(timeout 5 stat -c '%U:%G %a' "$path" 2>/dev/null || true)")"
    separator=,
  done <<<"$KB_REPO_PATHS"
  printf ']'
}

cron_or_null() {
  local text
  if text=$("$@" 2>/dev/null); then json_string "$text"; else printf null; fi
}

main() {
  kb_layout "$KB_DATA"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  [ "$KB_BACKUP_HOST" != yes ] || [ ! -e "$KB_RMAN_CONF" ] || run_probe info rman_info &
  if [ "$KB_ROLE" = database ]; then
    run_probe archiver archiver_sql
    run_probe marks archive_marks
  fi
  wait
  printf '{"format":1,"epochSeconds":%s,"conf":%s,"info":%s,"archiver":%s,"marks":%s' "$(date +%s)" \
    "$(json_flag test -e "$KB_RMAN_CONF")" "$(json_command info)" "$(json_command archiver)" "$(json_command marks)"
  printf ',"repositories":%s,"jobs":%s,"drills":%s' "$(json_repositories)" "$(json_jobs)" "$(json_drills)"
  printf ',"cron":%s,"crontab":%s' "$(cron_or_null cat /etc/cron.d/KINGBASECRON)" "$(cron_or_null crontab -u "$KB_USER" -l)"
  printf ',"unit":%s,"stateOwner":%s}\n' "$(json_string "$(systemctl is-active "$KB_BACKUP_UNIT" 2>/dev/null || true)")" \
    "$(json_string "$(stat -c %U "$KB_STATE/backup" 2>/dev/null || true)")"
}

main
