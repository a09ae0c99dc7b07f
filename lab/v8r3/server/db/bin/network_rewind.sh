#!/bin/bash
# Every minute, as the owner of the database: looks whether disk, network and pool are there, keeps the virtual IP with the primary, and brings a
# standby back (rewind, start, slots, synchronous again, attach). In the vendor's order and words; the code is ours. As the vendor's, it does not look at
# the exit status of sys_rewind. Not covered: the flag of an abnormal exit, MAX_AVAILABLE_LEVEL=1.
. "$(dirname "$(readlink -f "$0")")/../lib/v8r3/common.sh"
. "$tree/lib/v8r3/rewind.sh"
exec >>"$RECOVERY_LOG_DIR" 2>&1

exec 9>"/tmp/network_rewind.$NODE_NAME.lock"
if ! flock -n 9; then
  echo "I'm already recovery now pid[$(cat "/tmp/network_rewind.$NODE_NAME.pid" 2>/dev/null)], return nothing to do,will exit script will success"
  exit 0
fi
echo $$ >"/tmp/network_rewind.$NODE_NAME.pid"
echo '---------------------------------------------------------------------'
say 'recover beging...'
echo "my pid is $$,officially began to perform recovery"
check_disk || stop_and_exit
say 'check if the network is ok'
check_gateways || stop_and_exit
echo 'determine if i am master or standby '
show_nodes || exit 66
primary=$(awk -F'|' '$7 == "primary" && $4 != "down" { print $2; exit }' <<<"$NODES")
if [ -z "$primary" ]; then
  echo 'no primary node in kingbasecluster, nothing to do '
  exit 0
fi
if [ "$primary" = "$KB_LOCALHOST_IP" ]; then
  keep_primary
else
  keep_standby "$primary"
fi
