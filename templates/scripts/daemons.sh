# shellcheck shell=bash
# repmgrd, kbha and the virtual IP of a node: seen, started, ended. Needs node.sh and instance.sh.

repmgrd_runs() { [ -n "$(daemon_pid "$KB_REPMGRD_PID" repmgrd)" ]; }
kbha_runs() { [ -n "$(daemon_pid "$KB_KBHA_PID" kbha)" ]; }

start_daemons() {
  if ! repmgrd_runs; then
    kb_daemon timeout 60 "$KB_BIN/repmgrd" -d -v -f "$KB_CONF" || true
    wait_until 15 repmgrd_runs || die "repmgrd does not run; see $(dirname "$(dirname "$KB_CONF")")/log/hamgr.log"
  fi
  if ! kbha_runs; then
    kb_daemon setsid "$KB_BIN/kbha" -A daemon -f "$KB_CONF" 9>&- >/dev/null 2>&1 &
    wait_until 15 kbha_runs || die "kbha does not run; see $(dirname "$(dirname "$KB_CONF")")/log/kbha.log"
  fi
}

holds_virtual_ip() {
  ip -o addr show 2>/dev/null | grep -qF " ${KB_VIP%/*}/"
}

# kbha and repmgr load the virtual IP; only where they did not within a while do we, and only on a node that accepts writes.
ensure_virtual_ip() {
  [ -n "$KB_VIP" ] || return 0
  wait_until "$KB_VIP_SECONDS" holds_virtual_ip || {
    is_writable || return 0
    ip addr add "$KB_VIP" dev "$KB_DEVICE"
    "$KB_ARPING" -U -c 2 -w 3 -I "$KB_DEVICE" "${KB_VIP%/*}" >/dev/null 2>&1 || true
    echo "kbha did not load the virtual IP $KB_VIP within $KB_VIP_SECONDS s; it was loaded by us, but will not move by itself (see kbha.log)"
  }
}

# end_process PID: asks, then insists.
end_process() {
  [ -n "$1" ] || return 0
  kill "$1" 2>/dev/null || return 0
  wait_until 10 process_gone "$1" || kill -9 "$1" 2>/dev/null || true
  wait_until 5 process_gone "$1" || die "process $1 does not end"
}

process_gone() { ! kill -0 "$1" 2>/dev/null; }

stop_kbha() {
  end_process "$(daemon_pid "$KB_KBHA_PID" kbha)"
  rm -f "$KB_KBHA_PID"
}

stop_repmgrd() {
  end_process "$(daemon_pid "$KB_REPMGRD_PID" repmgrd)"
  rm -f "$KB_REPMGRD_PID"
}

release_virtual_ip() {
  [ -n "$KB_VIP" ] && holds_virtual_ip || return 0
  ip -o addr show | awk -v address="${KB_VIP%/*}" 'index($4, address "/") == 1 { print $4, $2 }' |
    while read -r bound device; do ip addr del "$bound" dev "$device"; done
}
