#!/bin/bash
# Every minute, as root: keeps the pool alive while a gateway answers, and kills it where none does (field report of the vendor's). Code of ours.
. "$(dirname "$(readlink -f "$0")")/../../db/lib/v8r3/common.sh"
exec >>"$POOL_RESTART" 2>&1
pid_file=$CLUSTER_LOG_PATH/kingbasecluster/kingbasecluster.pid
pid() { tr -d '\0' 2>/dev/null <"$pid_file"; }
alive() { local number; number=$(pid); [ -n "$number" ] && [ -d "/proc/$number" ] && grep -qz kingbasecluster "/proc/$number/cmdline"; }
reachable() {
  local gateway
  for gateway in $(gateways); do [ "$(answers "$gateway")" -gt 0 ] 2>/dev/null && return 0; done
  return 1
}
reached=
for _ in 1 2 3; do if reachable; then reached=1; break; fi; done
if [ -z "$reached" ]; then
  say 'ping all trust ip failed'
  alive || exit 0
  sleep 10
  number=$(pid)
  say "kill kingbasecluster $number"
  # All that it started with it: children would keep ports and address.
  kill -INT "$number" 2>/dev/null
  for _ in $(seq 20); do alive || break; sleep 0.5; done
  alive && pkill -KILL -s "$(ps -o sid= -p "$number" | tr -d ' ')"
  exit 0
fi
if alive; then say 'kingbasecluster is still alive.'; exit 0; fi
say 'kingbasecluster is not alive, start it'
rm -f "$KINGBASECLUSTERSOCKET1" "$KINGBASECLUSTERSOCKET2" "$KINGBASECLUSTERSOCKET3" "$KINGBASECLUSTERSOCKET4" "$CLUSTER_STAT_FILE" "$pid_file"
# The same under the names of pgpool-II.
rm -f "/tmp/.s.PGSQL.$KB_POOL_PORT" "/tmp/.s.PGSQL.$KB_POOL_PCP_PORT" /tmp/.s.PGPOOLWD_CMD.* "$(dirname "$CLUSTER_STAT_FILE")/pgpool_status"
setsid "$CLUSTER_BIN_PATH/kingbasecluster" -n -d >>"$CLUSTER_LOG_PATH/$CLUSTER_LOG_NAME" 2>&1 </dev/null &
