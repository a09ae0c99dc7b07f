# The steps of network_rewind.sh, in the order in which it takes them.
# shellcheck shell=bash disable=SC2154
CTL=$KB_PATH/sys_ctl

check_disk() {
  local round=1
  say 'check read/write on mount point'
  while :; do
    say "check read/write on mount point ($round / $MOUNT_CHECK_MAX_RETRIES)."
    if check_points; then
      say "success to check read/write on mount point ($round / $MOUNT_CHECK_MAX_RETRIES)."
      break
    fi
    say "failed to check read/write on mount point ($round / $MOUNT_CHECK_MAX_RETRIES)."
    round=$((round + 1))
    sleep 10
    [ "$round" -le "$MOUNT_CHECK_MAX_RETRIES" ] && continue
    say 'execute check_mount_point() failed, maybe the disk is error'
    if [ "$USE_CHECK_DISK" = 1 ]; then say 'USE_CHECK_DISK = on, will exit with stop db.'; return 1; fi
    say 'USE_CHECK_DISK = off, do nothing.'
    break
  done
  say 'check read/write on mount point ... ok'
}

check_points() {
  local point file
  for point in "${MOUNT_POINT_DIR_LIST[@]}"; do
    file=$point/rw_status_file_$RANDOM$RANDOM
    say "stat the directory of the mount point \"$point\" ..."
    timeout -s KILL 10 stat "$point" >/dev/null 2>&1 || { echo "could not stat the mount point \"$point\", please check it"; return 1; }
    say "stat the directory of the mount point \"$point\" ... OK"
    say "create/write the file \"$file\" ..."
    timeout -s KILL 10 dd if=/dev/zero of="$file" bs=512 count=1 conv=fsync >/dev/null 2>&1 || { echo "could not write on mount point \"$point\", please check it"; rm -f "$file"; return 1; }
    say "create/write the file \"$file\" ... OK"
    say "read the file \"$file\" ..."
    timeout -s KILL 10 cat "$file" >/dev/null 2>&1 || { echo "could not read the file \"$file\", please check it"; return 1; }
    say "read the file \"$file\" ... OK"
    say "delete the file \"$file\" ..."
    rm -f "$file" || { echo "could not delete the file \"$file\", please check it"; return 1; }
    say "delete the file \"$file\" ... OK"
  done
}

check_gateways() {
  local round=1 gateway came
  while :; do
    for gateway in $(gateways); do
      came=$(answers "$gateway")
      if [ "${came:-0}" -gt 0 ]; then
        echo "ping trust ip $gateway success ping times :[$PING_TIMES], success times:[$came] "
        return 0
      fi
      echo "the ${round}th time ping trust ip failed ,will ping the next trust ip"
      echo "\"ping $gateway -c $PING_TIMES -w 2 | grep received | awk '{print }'\" execute failed, error num=[2 1 0 ]"
    done
    echo "the ${round}th time ping all trust ip failed,will ping trust ip the next time, retry times: [$round/$HEALTH_CHECK_MAX_RETRIES] "
    round=$((round + 1))
    [ "$round" -le "$HEALTH_CHECK_MAX_RETRIES" ] || break
    sleep "$HEALTH_CHECK_RETRY_DELAY"
  done
  echo "ping all trust ip failed, retry times:$HEALTH_CHECK_MAX_RETRIES times, will exit with error "
  return 1
}

stop_and_exit() {
  echo 'stop db.....'
  "$CTL" -D "$KB_DATA_PATH" -m fast -w -t 60 stop
  drop_vip
  exit 66
}

drop_vip() {
  say "now will del vip [$KB_VIP]"
  if ! has_vip; then echo "but no $KB_VIP on my DEV, nothing to do with del"; return 0; fi
  as_root "$KB_PATH/change_vip.sh del" || { echo "del vip failed,after retry $HEALTH_CHECK_MAX_RETRIES times ,cannot del vip, will exit"; exit 66; }
}

# Root is reached over ssh to this very host, as the vendor does: without that trust no recovery ends.
as_root() {
  local times=0
  while ! remote root localhost "$1"; do
    times=$((times + 1))
    echo "ip addr execute failed,will retry ,retry times:[$times/$HEALTH_CHECK_MAX_RETRIES]"
    [ "$times" -lt "$HEALTH_CHECK_MAX_RETRIES" ] || return 1
    sleep "$HEALTH_CHECK_RETRY_DELAY"
  done
}

# NODES: id|host|port|status|weight|?|role…, as 4.3 says it; printed in the nine columns of 3.6.
show_nodes() {
  local raw
  if ! raw=$(ksql "$(pool_target)" -X -A -t -q -F'|' -c 'show pool_nodes' 2>&1); then
    echo "$raw"
    echo 'ksql execute failed ,will exit script with error '
    echo "\"ksql \"$(pool_target)\" -c \"show pool_nodes;\" > $KB_CLUSTER_STATUS 2>&1 \" execute failed, error num=[2]"
    return 1
  fi
  NODES=$raw
  {
    echo ' node_id |  hostname  | port  | status | lb_weight |  role   | select_cnt | load_balance_node | replication_delay '
    echo '---------+------------+-------+--------+-----------+---------+------------+-------------------+-------------------'
    awk -F'|' '{ printf " %-7s | %s | %s | %-6s | %-9s | %-7s | %-10s | %-17s | %s\n", $1, $2, $3, $4, $6, $7, $9, $10, $11; rows++ } END { print "(" rows " rows)\n" }' <<<"$NODES"
  } | tee "$KB_CLUSTER_STATUS"
}
own_id() { awk -F'|' -v host="$KB_LOCALHOST_IP" '$2 == host { print $1 }' <<<"$NODES"; }
own_status() { awk -F'|' -v host="$KB_LOCALHOST_IP" '$2 == host { print $4 }' <<<"$NODES"; }

keep_primary() {
  local streaming names
  say "now check vip [$KB_VIP]"
  if has_vip; then echo "the $KB_VIP is already on myself"; else
    echo "the $KB_VIP is not exits on myself, try to add the vip"
    as_root "$KB_PATH/change_vip.sh add" || exit 66
  fi
  streaming=$(value "$(local_target)" "select count(*) from sys_stat_replication where state in ('streaming', 'catchup')")
  names=$(value "$(local_target)" 'show synchronous_standby_names')
  if [ -z "$names" ]; then
    echo 'I,m node is primary, and cluster is async,nothing to do'
  elif [ "${streaming:-0}" -gt 0 ]; then
    echo 'I,m node is primary, cluster is sync, and there is a standby db, nothing to do'
  else
    echo 'ASYNC RECOVER MODE ...'
    say 'local primary node change async'
    alter_sync "$(local_target)" '' && echo 'ASYNC RECOVER MODE DONE'
  fi
}

streams() { [ "$(value "$(host_target "$1")" "select count(*) from sys_stat_replication where application_name = '$NODE_NAME' and state in ('streaming', 'catchup')")" -gt 0 ] 2>/dev/null; }

keep_standby() {
  local primary=$1 conf=$KB_DATA_PATH/recovery.conf
  echo 'i am standby in cluster,determine if recovery is needed'
  drop_vip
  if streams "$primary"; then
    back_to_sync "$primary"
    if [ "$(own_status)" = down ]; then attach; else say 'ALL NODES ARE UP STATUS!'; fi
    return
  fi
  local down=1 change=1
  if ! "$CTL" -D "$KB_DATA_PATH" status >/dev/null 2>&1 && [ ! -e "$conf" ]; then
    "$CTL" -D "$KB_DATA_PATH" status
    down=2
  else
    wait_for_stream "$primary" && return
    grep -q "host=$primary " "$conf" 2>/dev/null || change=0
  fi
  echo "primary node/Im node status is changed, primary ip[$primary], recovery.conf NEED_CHANGE [$change] (0 is need ), I,m status is [$down] (1 is down), I will be in recovery. "
  show_nodes || exit 66
  recover "$primary"
}

wait_for_stream() {
  local times
  for ((times = 1; times <= HEALTH_CHECK_MAX_RETRIES; times++)); do
    echo "ksql execute success,but node:$NODE_NAME does not have correct streaming(or catchup) replication ,will retry ,retry times:[$times/$HEALTH_CHECK_MAX_RETRIES]"
    sleep "$HEALTH_CHECK_RETRY_DELAY"
    if streams "$1"; then return 0; fi
  done
  return 1
}

recover() {
  local primary=$1 conf=$KB_DATA_PATH/recovery.conf
  echo 'if recover node up, let it down , for rewind'
  if [ ! -e "$conf" ] && [ "$AUTO_PRIMARY_RECOVERY" != 1 ]; then
    say "the kingbase has no file \"$conf\", maybe it's primary, can not do recovery."
    exit 1
  fi
  ! "$CTL" -D "$KB_DATA_PATH" status >/dev/null 2>&1 || "$CTL" -D "$KB_DATA_PATH" -m fast -w -t 60 stop
  rewind_from "$primary"
  renew_conf "$primary"
  echo 'delete pid file if exist'
  echo "remove file $KB_DATA_PATH/kingbase.pid that be safe"
  rm -f "$KB_DATA_PATH/postmaster.pid"
  drop_slots
  start_standby
  back_to_sync "$primary"
  attach
}

rewind_from() {
  say 'sys_rewind...'
  local source="host=$1 port=$KB_PORT user=$KB_USER dbname=$KB_DATANAME"
  echo "sys_rewind  --target-data=$KB_DATA_PATH --source-server=\"$source\""
  # Its exit status counts for nothing here, as in the vendor's script; what it prints stands in the log.
  KINGBASE_PASSWORD=$(base64 -d <<<"$KB_PASS") "$KB_PATH/sys_rewind" -D "$KB_DATA_PATH" --source-server="$source" 2>&1 | sed 's/^pg_rewind: Done/sys_rewind: Done/; s/^pg_rewind: /sys_rewind: /'
}

renew_conf() {
  echo ' sed conf change #synchronous_standby_names'
  sed -i '/^synchronous_standby_names/d' "$KB_DATA_PATH"/*.auto.conf
  say 'file operate'
  echo 'cp recovery.conf...'
  cp "$KB_ETC_PATH/recovery.done" "$KB_DATA_PATH/recovery.conf"
  echo ' change recovery.conf ip -> primary.ip'
  if grep -q "host=$1 " "$KB_DATA_PATH/recovery.conf"; then
    say "no need change recovery.conf, primary node is $1"
  else
    sed -i "s/host=[^ ]* /host=$1 /" "$KB_DATA_PATH/recovery.conf"
    echo 'change recovery.conf'
  fi
}

drop_slots() {
  local name
  echo 'del the replication_slots if exis'
  for name in "${ALL_NODE_NAME[@]}"; do
    rm -rf "$KB_DATA_PATH/pg_replslot/slot_$name"
    echo "drop the slot [slot_$name]."
  done
}

make_slots() {
  local name
  for name in "${ALL_NODE_NAME[@]}"; do
    ksql "$1" -c "select sys_create_physical_replication_slot('slot_$name') where not exists (select 1 from sys_replication_slots where slot_name = 'slot_$name')" || continue
    say "create the slot [slot_$name] success."
  done
}

start_standby() {
  local since=$SECONDS
  say 'start up the kingbase...'
  # Without the lock of this run: the server would hold it for as long as it lives.
  "$CTL" -D "$KB_DATA_PATH" -w -t 60 -l "$KB_DATA_PATH/../logfile" start 9>&-
  until ksql "$(local_target)" -c 'select 33333;'; do
    echo 'start standby query detail[no answer] , try again!'
    if [ $((SECONDS - since)) -gt 3600 ]; then echo 'already start db 1 hour,it maybe cannot start,will exit with error.'; exit 66; fi
    sleep 2
  done
  make_slots "$(local_target)"
  say 'start up standby successful!'
}

back_to_sync() {
  local primary=$1 lag
  [ "$SYNC_FLAG" = 1 ] || return 0
  echo 'cluster is sync cluster.'
  if [ -n "$(value "$(host_target "$primary")" 'show synchronous_standby_names')" ]; then
    echo 'now,there is a synchronous standby.'
    return 0
  fi
  wait_for_own "$primary"
  lag=$(value "$(host_target "$primary")" "select coalesce(max(sys_wal_lsn_diff(sys_current_wal_lsn(), replay_lsn)), -1)::bigint from sys_stat_replication where application_name = '$NODE_NAME'")
  if [ "${lag:--1}" -lt 0 ]; then echo 'can not get the replication of myself'; exit 66; fi
  if [ "$lag" -gt $((DATA_SIZE_DIFF * 1048576)) ]; then
    echo "Im Node is standby,the gap between my LSN and primary LSN is too large,the data difference exceeds $DATA_SIZE_DIFF M,exit script"
    exit 66
  fi
  echo 'SYNC RECOVER MODE ...'
  say 'remote primary node change sync'
  alter_sync "$(host_target "$primary")" "$(all_names)" && echo 'SYNC RECOVER MODE DONE'
}

wait_for_own() {
  local times
  for ((times = 0; times < 15; times++)); do streams "$1" && return 0; sleep 1; done
}

attach() {
  local id
  id=$(own_id)
  say 'attach pool...'
  echo "IM Node is $id, will try [pcp_attach_node -U $PCP_USER -W $PCP_PASS -h $KB_POOL_VIP -n $id]"
  if ! "$CLUSTER_BIN_PATH/pcp_attach_node" -U "$PCP_USER" -W "$PCP_PASS" -h "$KB_POOL_VIP" -p "$KB_POOL_PCP_PORT" -n "$id"; then
    echo 'pcp_attach_node execute failed ,will exit script with error'
    exit 66
  fi
  sleep 1
  show_nodes || exit 66
  say 'attach end.. '
  echo 'recovery success,exit script with success '
}
