#!/bin/bash
# failover_stream.sh <new master host> <old primary id> <failed id> <failed host> <old primary host> <new master id> <old master id> <data>
# Run by the pool that leads, as root. The vendor's present text is not public: the steps and words are those of the one run that is known, and of the
# scripts it calls; the code is ours.
. "$(dirname "$(readlink -f "$0")")/../../db/lib/v8r3/common.sh"
new_host=$1 old_primary=$2 failed=$3 failed_host=$4 old_host=$5 new_id=$6 old_master=$7 data=$8
exec >>"$FAILOVER_LOG_DIR" 2>&1
frame() { echo "-----------------$(now) failover $1---------------------------------------"; }
quit() { frame end; exit "$1"; }

frame beging
echo "----failover-stats is %H = hostname of the new master node [$new_host], %P = old primary node id [$old_primary], %d = node id[$failed], %h = host name [$failed_host], %O = old primary host[$old_host] %m = new master node id [$new_id], %M = old master node id [$old_master], %D = database cluster path [$data]."
echo '----ping trust ip'
reached=
for gateway in $(gateways); do
  if [ "$(answers "$gateway")" -gt 0 ] 2>/dev/null; then echo "ping trust ip $gateway success"; reached=1; break; fi
  echo "ping trust ip $gateway failed"
done
[ -n "$reached" ] || { echo 'ping all trust ip failed, will exit with error'; quit 66; }

echo '----determine whether the faulty db is master or standby'
if [ "$old_primary" != "$failed" ]; then
  echo 'standby down'
  quit 0
fi
echo "master down, let $new_host become new primary....."
say "del old primary VIP on $failed_host"
if remote "$KB_EXECUTE_SYS_USER" "$failed_host" "$KB_PATH/sys_ctl -D $KB_DATA_PATH -m fast -w -t 10 stop"; then :; else
  # 255 is ssh's own; anything else is what sys_ctl said of a database that was down already.
  [ $? -ne 255 ] || unreached=1
fi
if [ -n "${unreached:-}" ]; then
  echo "ssh connect host:$failed_host failed, can not stop old primary db and del old primary db vip"
else
  remote root "$failed_host" "$KB_PATH/change_vip.sh del"
fi
say "add VIP on $new_host"
remote root "$new_host" "$KB_PATH/change_vip.sh add" || quit 66
say "promote begin...let $new_host become master"
remote "$KB_EXECUTE_SYS_USER" "$new_host" "$KB_PATH/kingbase_promote.sh" || quit 66
say 'sync to async'
remote "$KB_EXECUTE_SYS_USER" "$new_host" "$KB_PATH/sync_async.sh async"
say 'make checkpoint'
remote "$KB_EXECUTE_SYS_USER" "$new_host" "$KB_PATH/kingbase_checkpoint.sh"
quit 0
