# Reads what a diagnosis of the backups needs of this host: one JSON document on standard output. See core/backup/diagnosis/types.ts, MachineEvidence.
# Nothing is changed; sys_rman check, where KB_CHECK is yes, makes the primary begin a new WAL segment, as it always does.
# KB_STANZA KB_RMAN_CONF KB_REPO_PATHS (a line each) KB_BACKUP_HOST KB_PREFIX_LOG KB_CHECK KB_SSH (the program) KB_SSH_TO (hosts, a line each)
# Needs layout.sh, node.sh and json.sh. Every probe is bounded; what could not be read is null.

# Values that are secrets never leave the node.
masked() {
  timeout 5 head -c 20000 "$1" | sed -E 's/^([^#=]*(pass|secret|key)[^=]*=).*/\1***/'
}

json_masked() {
  if [ -n "$1" ] && [ -r "$1" ]; then
    printf '{"path":%s,"text":%s}' "$(json_string "$1")" "$(json_string "$(masked "$1")")"
  else
    printf null
  fi
}

# json_list: the lines of standard input as strings.
json_list() {
  local line separator=
  printf '['
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    printf '%s%s' "$separator" "$(json_string "$line")"
    separator=,
  done
  printf ']'
}

json_text_or_null() {
  if [ -n "$1" ]; then json_string "$1"; else printf null; fi
}

vendor_conf() {
  local file
  for file in "$KB_BIN/sys_backup.conf" "${KB_BIN%/*}/share/sys_backup.conf"; do
    if [ -e "$file" ]; then
      echo "$file"
      return 0
    fi
  done
}

remove_ipc() {
  case $(timeout 5 busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager RemoveIPC 2>/dev/null) in
    'b true') echo yes ;;
    'b false') echo no ;;
  esac
}

# In the order in which systemd reads them: the last one wins.
remove_ipc_lines() {
  local file
  {
    [ ! -e /etc/systemd/logind.conf ] || echo "0 /etc/systemd/logind.conf"
    for file in /usr/lib/systemd/logind.conf.d/*.conf /run/systemd/logind.conf.d/*.conf /etc/systemd/logind.conf.d/*.conf; do
      [ ! -e "$file" ] || echo "1${file##*/} $file"
    done
  } | sort | cut -d' ' -f2- | while read -r file; do
    grep -HnE '^[[:space:]]*RemoveIPC[[:space:]]*=' "$file" || true
  done
}

json_kernel() {
  printf '{"sem":%s,"shmmax":%s,"shmall":%s,"pageSize":%s}' \
    "$(json_text_or_null "$(cat /proc/sys/kernel/sem 2>/dev/null)")" "$(json_text_or_null "$(cat /proc/sys/kernel/shmmax 2>/dev/null)")" \
    "$(json_text_or_null "$(cat /proc/sys/kernel/shmall 2>/dev/null)")" "$(json_number "$(getconf PAGESIZE 2>/dev/null)")"
}

memory_bytes() {
  awk -v name="$1:" '$1 == name { print $2 * 1024 }' /proc/meminfo
}

# SECONDS SOURCE LINE of what the kernel killed for want of memory.
oom_lines() {
  local pattern='out of memory|oom-kill|killed process' line
  timeout 10 journalctl -q --no-pager --since=-7d -t kernel -o short-unix 2>/dev/null | grep -iE "$pattern" | tail -n 20 |
    sed -E 's/^([0-9]+)\.[0-9]+ [^ ]+ /\1 journal /' || true
  [ -r /var/log/messages ] || return 0
  tail -n 20000 /var/log/messages | grep -iE "$pattern" | tail -n 20 | while IFS= read -r line; do
    printf '%s /var/log/messages %s\n' "$(date -d "${line:0:15}" +%s 2>/dev/null || echo 0)" "${line:16}"
  done
}

json_oom() {
  local seconds source line separator=
  printf '['
  oom_lines | while read -r seconds source line; do
    printf '%s{"source":%s,"seconds":%s,"line":%s}' "$separator" "$(json_string "$source")" "$(json_number "$seconds")" "$(json_string "$line")"
    separator=,
  done
  printf ']'
}

closed_below() {
  local directory
  for directory in "$1/archive" "$1/backup" "$1/archive/$KB_STANZA" "$1/backup/$KB_STANZA"; do
    [ ! -d "$directory" ] || { kb test -r "$directory" && kb test -w "$directory" && kb test -x "$directory"; } || echo "$directory"
  done
}

# A volume that hangs must not hold the diagnosis.
json_repositories() {
  local path closed writable separator=
  printf '['
  while read -r path; do
    [ -n "$path" ] || continue
    closed=$(closed_below "$path")
    writable=false
    if [ -z "$closed" ] && kb test -w "$path" && kb test -x "$path"; then writable=true; fi
    printf '%s{"path":%s,"exists":%s,"owner":%s,"mode":%s,"writable":%s,"closed":%s' "$separator" "$(json_string "$path")" \
      "$(json_flag timeout 5 test -d "$path")" "$(json_string "$(timeout 5 stat -c %U:%G "$path" 2>/dev/null || true)")" \
      "$(json_string "$(timeout 5 stat -c %a "$path" 2>/dev/null || true)")" "$writable" "$(json_list <<<"$closed")"
    printf ',"freeBytes":%s,"totalBytes":%s,"freeInodes":%s,"mount":%s}' "$(json_number "$(df_of "$path" avail)")" \
      "$(json_number "$(df_of "$path" size)")" "$(json_number "$(df_of "$path" iavail)")" "$(json_string "$(df_of "$path" target)")"
    separator=,
  done <<<"$KB_REPO_PATHS"
  printf ']'
}

df_of() {
  if [ "$2" = iavail ]; then
    # A file system without a fixed number of inodes says 0 of 0.
    timeout 5 df --output=iavail,itotal "$1" 2>/dev/null | awk 'NR == 2 && $2 > 0 { print $1 }'
  else
    timeout 5 df -B1 --output="$2" "$1" 2>/dev/null | tail -n 1 | tr -d ' '
  fi
}

json_wal() {
  local free total
  free=$(df_of "$KB_WAL" avail || true)
  total=$(df_of "$KB_WAL" size || true)
  if [ "$KB_ROLE" = database ] && [ -n "$free" ] && [ -n "$total" ]; then
    printf '{"path":%s,"freeBytes":%s,"totalBytes":%s}' "$(json_string "$KB_WAL")" "$free" "$total"
  else
    printf null
  fi
}

lock_directory() {
  local given
  given=$(sed -n 's/^[[:space:]]*lock-path[[:space:]]*=[[:space:]]*//p' "$KB_RMAN_CONF" 2>/dev/null | head -n 1)
  echo "${given:-/tmp/sys_rman}"
}

# sys_rman keeps the file of its lock open as long as it holds it.
json_locks() {
  local path pid separator=
  printf '['
  for path in "$(lock_directory)/$KB_STANZA"-*.lock; do
    [ -e "$path" ] || continue
    pid=$(find /proc/[0-9]*/fd -lname "$path" -printf '%h\n' 2>/dev/null | head -n 1 | cut -d/ -f3)
    printf '%s{"path":%s,"held":%s,"pid":%s,"command":%s}' "$separator" "$(json_string "$path")" "$(json_flag test -n "$pid")" \
      "$(json_number "$pid")" "$(json_string "$([ -z "$pid" ] || tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" || true)")"
    separator=,
  done
  printf ']'
}

stop_files() {
  local path
  for path in "$(lock_directory)/$KB_STANZA.stop" "$(lock_directory)/all.stop"; do
    [ ! -e "$path" ] || echo "$path"
  done
}

# The last run in each log, where it complains. check is asked itself, archive-push speaks in the server's log.
json_logs() {
  local path text separator=
  printf '['
  for path in "$KB_PREFIX_LOG/$KB_STANZA"-{backup,stanza-create}.log "$KB_PREFIX_LOG"/sys_rman_backup*.log /tmp/sys_backup.sh.log /tmp/sys_rman*_*.log; do
    [ -f "$path" ] && [ -n "$(find "$path" -mtime -7 2>/dev/null)" ] || continue
    text=$(tail -n 200 "$path" | awk '/ command begin / { run = "" } { run = run $0 "\n" } END { printf "%s", run }' | grep -v ' command begin ' | tail -n 40 | tail -c 4000 || true)
    case $text in *ERROR* | *Assert* | *varilable*) ;; *) continue ;; esac
    printf '%s{"path":%s,"seconds":%s,"text":%s}' "$separator" "$(json_string "$path")" "$(stat -c %Y "$path")" "$(json_string "$text")"
    separator=,
  done
  printf ']'
}

# What archive-push says since a segment last went through.
json_server_log() {
  local newest
  newest=$(find "$KB_LOG_DIRECTORY/" -maxdepth 1 -type f -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -n 1 | cut -d' ' -f2- || true)
  [ -n "$newest" ] || newest=$KB_LOG
  if [ "$KB_ROLE" != database ] || [ ! -r "$newest" ]; then
    printf null
    return
  fi
  printf '{"path":%s,"text":' "$(json_string "$newest")"
  json_string "$(tail -n 400 "$newest" | awk '/pushed WAL file/ { run = "" } { run = run $0 "\n" } END { printf "%s", run }' |
    grep -E -A 3 'P[0-9]+ +(ERROR|WARN)|archive command|Host key|Permission denied|sys_rman.*not found|varilable' | tail -n 60 | tail -c 8000 || true)"
  printf '}'
}

json_ssh() {
  local host code separator=
  printf '['
  while read -r host; do
    [ -n "$host" ] || continue
    code=0
    kb timeout 10 $KB_SSH "$KB_USER@$host" true >"$work/ssh.out" 2>&1 </dev/null || code=$?
    printf '%s{"to":%s,"code":%s,"text":%s}' "$separator" "$(json_string "$host")" "$code" "$(json_string "$(tail -n 8 "$work/ssh.out")")"
    separator=,
  done <<<"$KB_SSH_TO"
  printf ']'
}

rman_check() {
  kb timeout 60 "$KB_BIN/sys_rman" "--config=$KB_RMAN_CONF" "--stanza=$KB_STANZA" --log-level-file=off --log-level-console=warn \
    --archive-timeout=25 check
}

# Of backups that the catalogue has: one that is being made has no list yet.
missing_manifests() {
  local path directory label
  while read -r path; do
    for directory in "$path/backup/$KB_STANZA"/20*; do
      label=${directory##*/}
      [ -d "$directory" ] && [ ! -e "$directory/backup.manifest" ] && grep -qF "\"$label\"" "$path/backup/$KB_STANZA/backup.info" 2>/dev/null || continue
      echo "$directory/backup.manifest"
    done
    for label in $(sed -n 's/^"\{0,1\}\(20[0-9]\{6\}-[^"=]*\)"\{0,1\}=.*/\1/p' "$path/backup/$KB_STANZA/backup.info" 2>/dev/null); do
      [ -e "$path/backup/$KB_STANZA/$label/backup.manifest" ] || echo "$path/backup/$KB_STANZA/$label/backup.manifest"
    done
  done <<<"$KB_REPO_PATHS" | sort -u
}

main() {
  kb_layout "$KB_DATA"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # First: what follows has to show what it leaves.
  [ "$KB_CHECK" != yes ] || [ ! -e "$KB_RMAN_CONF" ] || run_probe check rman_check
  printf '{"format":1,"addresses":%s' "$(ip -o addr show 2>/dev/null | awk '$3 ~ /inet/ && $2 != "lo" { print $4 }' | json_list)"
  printf ',"rman":%s,"conf":%s,"vendorConf":%s' "$(json_flag kb test -x "$KB_BIN/sys_rman")" "$(json_masked "$KB_RMAN_CONF")" "$(json_masked "$(vendor_conf)")"
  printf ',"logind":{"removeIpc":%s,"lines":%s}' "$(json_text_or_null "$(remove_ipc)")" "$(remove_ipc_lines | json_list)"
  printf ',"kernel":%s,"memory":{"totalBytes":%s,"availableBytes":%s}' "$(json_kernel)" "$(json_number "$(memory_bytes MemTotal)")" "$(json_number "$(memory_bytes MemAvailable)")"
  printf ',"oom":%s,"repositories":%s,"wal":%s' "$(json_oom)" "$(json_repositories)" "$(json_wal)"
  printf ',"locks":%s,"stopFiles":%s,"logs":%s' "$(json_locks)" "$(stop_files | json_list)" "$(json_logs)"
  printf ',"serverLog":%s,"ssh":%s,"check":%s,"missingManifests":%s}\n' "$(json_server_log)" "$(json_ssh)" "$(json_command check)" "$(missing_manifests | json_list)"
}

main
