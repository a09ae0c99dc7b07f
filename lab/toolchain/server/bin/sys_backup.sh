#!/bin/bash
# sys_backup.sh [-m auto] [-c aes-256-cbc [-x <password>]] {init|start|stop|pause|unpause}: stands in for the vendor's set-up script of sys_rman.
# Covers _target_db_style single and cluster with the repository on a database node or on a host of its own: sys_rman.conf on every node,
# archive_command, stanza, first full backup, cron lines (V8R6: /etc/cron.d/KINGBASECRON, V9: the user's crontab), the texts our sources give.
# Not covered: single-pro, several repositories, s3, page backups, permanent increments; restarting a cluster whose archive_mode is off (it
# says so instead). What our sources do not give word by word is the lab's own wording.
set -u
umask 022
self=$(basename "$0")
bin=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
prefix=$(dirname "$bin")
mode=ask cipher=none password=

fail() { # code text
  echo "ERROR: $2" >&2
  exit "$1"
}
usage() {
  echo "usage: $self [-m auto] [-c aes-256-cbc [-x <password>]] {init|start|stop|pause|unpause}" >&2
  exit 1
}

while getopts 'm:c:x:' option; do
  case $option in
    m) [ "$OPTARG" = auto ] || usage; mode=auto ;;
    c) [ "$OPTARG" = aes-256-cbc ] || usage; cipher=$OPTARG ;;
    x) password=$OPTARG ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || usage
[ -z "$password" ] || [ "$cipher" != none ] || usage

# ---------------------------------------------------------------------------------------------------------------- sys_backup.conf

read_configuration() {
  local file=$bin/sys_backup.conf
  [ -e "$file" ] || file=$prefix/share/sys_backup.conf
  [ -e "$file" ] || fail 1 'sys_backup.conf does not exist'
  bash -n "$file" 2>/dev/null || fail 1 'sys_backup.conf invalid.'
  _os_ip_cmd=/sbin/ip _os_rm_cmd=/bin/rm _os_sed_cmd=/bin/sed _os_grep_cmd=/bin/grep
  _use_scmd=on _start_fast=y _compress_type=none _non_archived_space=1024 _band_width=0 _repo_type=posix
  # shellcheck disable=SC1090
  . "$file"
  local name
  for name in _target_db_style _one_db_ip _repo_ip _stanza_name _os_user_name _repo_path; do
    [ -n "${!name:-}" ] || fail 1 'sys_backup.conf invalid.'
  done
  whole_number "${_repo_retention_full_count:-}" 1 9999 || fail 1 'Configured repo-retention-full invalid.'
  for name in full diff incr; do
    local days=_crond_${name}_days hour=_crond_${name}_hour
    whole_number "${!days:-}" 0 31 || fail 1 "Configured crond-$name-days invalid."
    whole_number "${!hour:-}" 0 23 || fail 1 "Configured crond-$name-hour invalid."
  done
  whole_number "$_non_archived_space" 128 1024 || fail 1 'sys_backup.conf invalid.'
  case $_target_db_style in
    single | cluster) ;;
    *) fail 1 "the lab's sys_backup.sh does not cover _target_db_style=$_target_db_style" ;;
  esac
  [ "$_repo_type" = posix ] || fail 1 "the lab's sys_backup.sh does not cover _repo_type=$_repo_type"
  case $_repo_ip in *' '*) fail 1 "the lab's sys_backup.sh does not cover several repositories" ;; esac
  conf=$_repo_path/sys_rman.conf
  grep -q '^V009' "$prefix/share/version" && version=9 || version=8
  # V8R6 keeps the logs of init and of cron in /tmp, newer builds beside the others.
  logs=/tmp
  [ "$version" = 8 ] || logs=$prefix/log
}
whole_number() { # text least most
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

is_local() { "$_os_ip_cmd" addr list | "$_os_grep_cmd" -q -- " $1/"; }
on() { # ip command…: on that node, never asking anything
  local ip=$1
  shift
  if is_local "$ip"; then bash -c "$*" </dev/null; return; fi
  local client=ssh
  [ "$_use_scmd" != on ] || client=$bin/sys_securecmd
  "$client" -q -n -o BatchMode=yes -o ConnectTimeout=10 -l "$_os_user_name" "$ip" "$*"
}
rman() { "$bin/sys_rman" "--config=$conf" "--stanza=$_stanza_name" "$@"; }

check_place() {
  is_local "$_repo_ip" || fail 7 'repo_ip must located in local, and sys_backup.sh be executed at REPO host.'
  [ "$(id -un)" = "$_os_user_name" ] || fail 5 'sys_backup.sh must be executed by db-specify user'
}
check_initialised() { [ -e "$conf" ] || fail 5 'sys_backup.sh init must executed firstly'; }

# ---------------------------------------------------------------------------------------------------------------- init

# Fills ips, datas, ports, users: one entry for each database node, the node that holds the repository first.
find_nodes() {
  ips=() datas=() ports=() users=()
  if [ "$_target_db_style" = single ]; then
    add_node "$_one_db_ip" "$_single_data_dir" "$_single_db_port" "$_single_db_user"
    return
  fi
  local repmgr=$prefix/etc/repmgr.conf conninfo rows id info ip data
  on "$_one_db_ip" "test -e $repmgr" || fail 1 "config file '$repmgr' does not exist"
  conninfo=$(on "$_one_db_ip" "cat $repmgr" | setting conninfo)
  [ -n "$conninfo" ] || fail 1 "config file '$repmgr' at '$_one_db_ip' invalid"
  rows=$(on "$_one_db_ip" "$bin/ksql -AtX -d \"$conninfo\" -c \"select node_id, conninfo from repmgr.nodes where type <> 'witness' order by node_id\"" 2>/dev/null) ||
    fail 1 "can not connect to db at $_one_db_ip,please check $(on "$_one_db_ip" "cat $repmgr" | setting data_directory)/sys_log/"
  while IFS='|' read -r id info; do
    ip=$(word_of host "$info")
    data=$(on "$ip" "cat $repmgr" | setting data_directory)
    [ -n "$data" ] || fail 1 "config file '$repmgr' at '$ip' invalid"
    add_node "$ip" "$data" "$(word_of port "$info")" "$(word_of user "$info")"
  done <<<"$rows"
  [ ${#ips[@]} -le 256 ] || fail 1 'sys_backup.conf invalid.'
}
add_node() {
  if is_local "$1"; then
    ips=("$1" "${ips[@]}") datas=("$2" "${datas[@]}") ports=("$3" "${ports[@]}") users=("$4" "${users[@]}")
  else
    ips+=("$1") datas+=("$2") ports+=("$3") users+=("$4")
  fi
}
setting() { "$_os_sed_cmd" -n "s/^ *$1 *= *'\(.*\)'.*/\1/p" | tail -n 1; }
word_of() { "$_os_sed_cmd" -n "s/.*\b$1='\{0,1\}\([^' ]*\).*/\1/p" <<<"$2"; }
sql() { # number of the node, statement
  local database=esrep
  [ "$_target_db_style" = cluster ] || database=test
  on "${ips[$1]}" "$bin/ksql -AtX -h /tmp -p ${ports[$1]} -U ${users[$1]} -d $database -c \"$2\""
}

check_directories() {
  [ ! -e "$_repo_path" ] || fail 1 "Configured repo-path [$_repo_path] already exists"
  mkdir -p -m 0750 "$_repo_path" 2>/dev/null || fail 1 "Configured repo-path [$_repo_path] is NOT accessible to current user"
  local ip
  for ip in "${ips[@]}"; do
    on "$ip" "mkdir -p -m 0750 $_repo_path && test -w $_repo_path" 2>/dev/null ||
      fail 1 "at $ip, user '$_os_user_name' can not access the repo-path[$_repo_path]"
  done
}
check_databases() {
  echo '# pre-condition: check the non-archived WAL files'
  local number waiting value
  for number in "${!ips[@]}"; do
    sql "$number" 'select 1' >/dev/null 2>&1 || fail 1 "can not connect to db at ${ips[$number]},please check ${datas[$number]}/sys_log/"
    waiting=$(on "${ips[$number]}" "find ${datas[$number]}/*_wal/archive_status -name '*.ready' | wc -l")
    [ $((waiting * 16)) -le "$_non_archived_space" ] || fail 1 "RMAN-00500: Non archived WAL files more than $_non_archived_space M"
    value=$(sql "$number" 'show archive_mode')
    echo "# Check ${ips[$number]} archive-mode == $value"
    [ "$value" != off ] || switch_archiving_on "$number"
  done
}
switch_archiving_on() {
  local answer=n
  if [ "$mode" = ask ]; then
    printf "archive_mode of %s is off; restart the database to switch it on? [y/n] " "${ips[$1]}"
    read -r answer || answer=n
  else
    answer=y
  fi
  [ "$answer" = y ] || fail 1 "archive_mode of ${ips[$1]} is off"
  [ "$_target_db_style" = single ] || fail 1 "archive_mode of ${ips[$1]} is off, and the lab's sys_backup.sh does not restart a cluster: switch it on, then run init again"
  put_setting "$1" archive_mode on
  on "${ips[$1]}" "$bin/sys_ctl -D ${datas[$1]} -w restart >/dev/null 2>&1" || fail 1 "can not connect to db at ${ips[$1]},please check ${datas[$1]}/sys_log/"
}
put_setting() { # number of the node, key, value
  local file=es_rep.conf
  [ "$_target_db_style" = cluster ] || file=kingbase.conf
  on "${ips[$1]}" "$_os_sed_cmd -i '/^ *$2 *=/d' ${datas[$1]}/$file && echo \"$2='$3'\" >>${datas[$1]}/$file"
}

write_configurations() {
  local stamp number
  stamp=$(date +%Y%m%d%H%M%S)
  (
    umask 077
    repository_configuration "$stamp" >"$conf"
  )
  echo '# generate local sys_rman.conf...DONE'
  echo '# update all node: sys_rman.conf and archive_command with sys_rman.archive-push...'
  for number in "${!ips[@]}"; do
    is_local "${ips[$number]}" || node_configuration "$stamp" "$number" | send "${ips[$number]}" "$conf"
    put_setting "$number" archive_command "export TZ=Asia/Shanghai;$bin/sys_rman --config $conf --stanza=$_stanza_name archive-push %p"
    on "${ips[$number]}" "$bin/sys_ctl -D ${datas[$number]} reload >/dev/null" || fail 1 "can not connect to db at ${ips[$number]},please check ${datas[$number]}/sys_log/"
  done
  echo '# update all node: sys_rman.conf and archive_command with sys_rman.archive-push...DONE'
}
send() { # ip file: its text comes on standard input
  on "$1" "umask 077; echo $(base64 -w 0) | base64 -d >$2"
}
repository_configuration() {
  echo "# Genarate by script at $1, should not change manually"
  echo "[$_stanza_name]"
  local number
  for number in "${!ips[@]}"; do
    echo "kb$((number + 1))-path=${datas[$number]}"
    echo "kb$((number + 1))-port=${ports[$number]}"
    echo "kb$((number + 1))-user=${users[$number]}"
    is_local "${ips[$number]}" && continue
    echo "kb$((number + 1))-host=${ips[$number]}"
    echo "kb$((number + 1))-host-user=$_os_user_name"
  done
  printf '\n[global]\nrepo1-path=%s\nrepo1-retention-full=%s\n' "$_repo_path" "$_repo_retention_full_count"
  if [ "$cipher" != none ]; then
    printf 'repo1-cipher-type=%s\nrepo1-cipher-pass=%s\n' "$cipher" "${password:-$(head -c 48 /dev/urandom | base64 -w 0)}"
  fi
  tail_of_configuration
  printf 'process-max=4\nband-width=%s\nnon-archived-space=%s\narchive-timeout=600\n' "$_band_width" "$_non_archived_space"
  if [ "$version" = 9 ]; then
    printf 'archive-statistics=%s\nrepo-disk-warn=%sMB\nrepo-disk-error=%sMB\n' "${_archive_statistics:-n}" \
      "${_repo_disk_check_warn:-16384}" "${_repo_disk_check_error:-1024}"
  fi
  printf 'start-fast=%s\nlink-all=y\nbackup-from=%s\narchive-mode-check=n\n' "$_start_fast" "$_target_db_style"
}
node_configuration() {
  echo "# Genarate by script at $1, should not change manually"
  printf '[%s]\nkb1-path=%s\n[global]\n' "$_stanza_name" "${datas[$2]}"
  printf 'repo1-host=%s\nrepo1-host-user=%s\nrepo1-host-config=%s\nrepo1-path=%s\n' "$_repo_ip" "$_os_user_name" "$conf" "$_repo_path"
  tail_of_configuration
}
tail_of_configuration() {
  printf 'log-path=%s/log\nlog-level-file=info\nlog-level-console=info\nlog-subprocess=y\n' "$prefix"
  printf '#### default gz, support: gz none\ncompress-type=%s\ncompress-level=3\n' "$_compress_type"
  [ "$_use_scmd" != on ] || echo "cmd-ssh=$bin/sys_securecmd"
}

init() {
  find_nodes
  check_directories
  # A repository that was not finished would refuse the next init.
  trap '[ -d "$_repo_path/backup" ] || "$_os_rm_cmd" -rf "$_repo_path"' EXIT
  check_databases
  write_configurations
  echo '# create stanza and check...(maybe 60+ seconds)'
  rman stanza-create >"$logs/sys_rman_stanza-create.log" 2>&1 || fail 2 "create stanza failed, check log file $logs/sys_rman_stanza-create.log"
  trap - EXIT
  rman check >"$logs/sys_rman_check.log" 2>&1 || fail 3 "check stanza failed, check log file $logs/sys_rman_check.log"
  echo '# create stanza and check...DONE'
  echo '# initial first full backup...(maybe several minutes)'
  rman --archive-copy --type=full backup >"$logs/sys_rman_backup.log" 2>&1 || fail 4 "full backup failed, check log file $logs/sys_rman_backup.log"
  echo '# initial first full backup...DONE'
  echo '# Initial sys_rman OK.'
  echo "'sys_backup.sh start' should be executed when need back-rest feature."
}

# ---------------------------------------------------------------------------------------------------------------- cron

# What stands there now is replaced by standard input. /etc/cron.d is root's: the vendor goes there as root, over its channel.
read_cron() {
  if [ "$version" = 8 ]; then cat /etc/cron.d/KINGBASECRON 2>/dev/null; else crontab -l 2>/dev/null; fi
}
write_cron() {
  if [ "$version" = 9 ]; then crontab -; return; fi
  local text
  text=$(base64 -w 0)
  local command="echo $text | base64 -d >/etc/cron.d/KINGBASECRON && chmod 644 /etc/cron.d/KINGBASECRON"
  local client=ssh
  [ "$_use_scmd" != on ] || client=$bin/sys_securecmd
  sudo -n bash -c "$command" 2>/dev/null || "$client" -q -n -o BatchMode=yes -o ConnectTimeout=10 -l root "$_repo_ip" "$command"
}
# By its pattern, whatever else stands in the line: so the vendor's script takes away lines that others wrote, too.
without_backups() { "$_os_grep_cmd" -Ev "sys_rman --config.*--type=(full|diff|incr) backup" || true; }
cron_line() { # type days hour
  local user=
  [ "$version" = 9 ] || user="$_os_user_name "
  echo "0 $3 */$2 * * $user$bin/sys_rman --config=$conf --stanza=$_stanza_name --archive-copy --type=$1 backup >>$([ "$version" = 8 ] || echo ' ')$logs/sys_rman_backup_$1.log 2>&1"
}
start() {
  local type days hour lines
  lines=$(read_cron | without_backups)
  for type in full diff incr; do
    days=_crond_${type}_days hour=_crond_${type}_hour
    [ "${!days}" -gt 0 ] || continue
    lines="${lines:+$lines
}$(cron_line "$type" "${!days}" "${!hour}")"
  done
  put_cron "$lines"
  echo 'Enable some sys_rman in crontab-daemon'
  for type in full diff incr; do
    days=_crond_${type}_days
    [ "${!days}" -eq 0 ] || echo "Set $type-backup in ${!days} days"
  done
}
stop() {
  put_cron "$(read_cron | without_backups)"
  echo 'Disable all sys_rman in crontab-daemon'
}
put_cron() {
  printf '%s' "${1:+$1
}" | write_cron && return
  [ "$version" = 8 ] || fail 1 "can not write the crontab of $_os_user_name"
  fail 1 "can not write /etc/cron.d/KINGBASECRON: root@$_repo_ip does not let $_os_user_name in"
}

case $1 in
  init | start | stop | pause | unpause) ;;
  *) usage ;;
esac
read_configuration
check_place
case $1 in
  init) init ;;
  start) check_initialised; start ;;
  stop) check_initialised; stop ;;
  pause) check_initialised; rman stop >/dev/null && echo 'Puase the sys_rman...DONE' ;;
  unpause) check_initialised; rman start >/dev/null && echo 'Un-Puase the sys_rman...DONE' ;;
esac
