#!/bin/bash
# sys_backup.sh {init|start|stop|pause|unpause}: stands in for the vendor's set-up script of sys_rman, for one case only: `init` with the
# repository on this database node (_target_db_style=cluster or single, _repo_type=posix, no encryption).
# Not covered: every other topology, s3, start, stop, pause, unpause (cron lines), and editing archive_command on the other nodes.
set -eu
bin=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
conf=$bin/sys_backup.conf
[ -e "$conf" ] || conf=$bin/../share/sys_backup.conf
[ -e "$conf" ] || { echo "ERROR: sys_backup.conf does not exist" >&2; exit 1; }
. "$conf"
case ${1:-} in
  init) ;;
  start | stop | pause | unpause) echo "ERROR: the lab's sys_backup.sh does not cover $1" >&2; exit 1 ;;
  *) echo "usage: sys_backup.sh {init|start|stop|pause|unpause}" >&2; exit 1 ;;
esac
if ! ip -o addr | grep -q -- " $_repo_ip/"; then
  echo "ERROR: repo_ip must located in local, and sys_backup.sh be executed at REPO host." >&2
  exit 1
fi
if [ "$(id -un)" != "$_os_user_name" ]; then echo "ERROR: sys_backup.sh must be executed by db-specify user" >&2; exit 1; fi
if [ -e "$_repo_path" ]; then echo "ERROR: Configured repo-path [$_repo_path] already exists" >&2; exit 1; fi
data=${_single_data_dir:-}
if [ -e "$bin/../etc/repmgr.conf" ]; then data=$(sed -n "s/^data_directory='\(.*\)'/\1/p" "$bin/../etc/repmgr.conf"); fi
mkdir -p "$_repo_path"
cat >"$_repo_path/sys_rman.conf" <<CONF
[$_stanza_name]
kb1-path=$data
kb1-port=${_single_db_port:-54321}
kb1-user=${_single_db_user:-system}
[global]
repo1-path=$_repo_path
repo1-retention-full=$_repo_retention_full_count
process-max=4
archive-timeout=600
compress-type=${_compress_type:-none}
compress-level=3
start-fast=${_start_fast:-y}
log-level-console=info
log-level-file=info
CONF
target=$data/es_rep.conf
[ -e "$target" ] || target=$data/kingbase.conf
sed -i '/^archive_command/d' "$target"
echo "archive_command='$bin/sys_rman --config $_repo_path/sys_rman.conf --stanza=$_stanza_name archive-push %p'" >>"$target"
"$bin/sys_ctl" -D "$data" reload
rman() { "$bin/sys_rman" --config="$_repo_path/sys_rman.conf" --stanza="$_stanza_name" "$@"; }
rman stanza-create >/tmp/sys_rman_stanza-create.log 2>&1 || { echo "ERROR: create stanza failed, check log file /tmp/sys_rman_stanza-create.log" >&2; exit 1; }
rman check >/tmp/sys_rman_check.log 2>&1 || { echo "ERROR: check stanza failed, check log file /tmp/sys_rman_check.log" >&2; exit 1; }
rman --archive-copy --type=full backup >/tmp/sys_rman_backup.log 2>&1 || { echo "ERROR: full backup failed, check log file /tmp/sys_rman_backup.log" >&2; exit 1; }
echo "sys_backup.sh init done"
