#!/bin/sh
# deploy.sh: stands in for the deploy.sh of KWDB's packages. Reads deploy.cfg beside it, or the file named by KWDB_DEPLOY_CFG.
#
#   install --single|--single-replica|--multi-replica    writes /etc/systemd/system/kaiwudb.service, /etc/kaiwudb/info/MODE, kw-sql, kw-status
#   cluster -i | --init   cluster -s | --status          kwbase init; kwbase node status
#   start  stop  restart  status                         of kaiwudb.service
#   join --addr IP:port                                  install as one more node of a replicated cluster
#   uninstall [y]                                        y: the data, too, as the vendor's asks
#
# Not covered: other hosts over ssh (here each node is deployed by its own call), containers, upgrade, decommission, TLCP, cpu, the packages
# themselves (install.sh of the lab has put the programs there). Unlike the vendor's, the unit's sysctl may fail: a lab node cannot set vm.*.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cfg=${KWDB_DEPLOY_CFG:-$here/deploy.cfg}
unit=/etc/systemd/system/kaiwudb.service
fail() { printf '%s\n' "$*" >&2; exit 1; }

# setting <section> <key> <default>
setting() {
  found=$(awk -F= -v section="[$1]" -v key="$2" '
    /^\[/ { inside = ($0 == section) }
    inside && $1 == key { sub(/^[^=]*=/, ""); value = $0 }
    END { print value }' "$cfg")
  printf '%s\n' "${found:-$3}"
}

read_settings() {
  [ -f "$cfg" ] || fail "deploy.cfg is missing: $cfg"
  user=$(setting global management_user kaiwudb)
  port=$(setting global kaiwudb_port 26257)
  rest=$(setting global rest_port 8080)
  brpc=$(setting global brpc_port 27257)
  data=$(setting global data_root /var/lib/kaiwudb)
  mode=$(setting global secure_mode tls)
  addr=$(setting local node_addr 127.0.0.1)
  others=$(setting cluster node_addr '')
  case "$mode" in
    insecure) secure=--insecure ;;
    tls) secure=--certs-dir=/etc/kaiwudb/certs ;;
    *) fail "secure_mode=$mode is not covered by the lab's stand-in" ;;
  esac
}

certificates() {
  [ "$mode" = tls ] || return 0
  certs=/etc/kaiwudb/certs
  [ -f "$certs/ca.crt" ] || /usr/local/kaiwudb/bin/kwbase cert create-ca --certs-dir="$certs" --ca-key="$certs/ca.key"
  [ -f "$certs/client.root.crt" ] || /usr/local/kaiwudb/bin/kwbase cert create-client root --certs-dir="$certs" --ca-key="$certs/ca.key"
  [ -f "$certs/node.crt" ] || /usr/local/kaiwudb/bin/kwbase cert create-node "$addr" 127.0.0.1 localhost "$(hostname)" --certs-dir="$certs" --ca-key="$certs/ca.key"
  chmod 700 "$certs"/*.key
  chown -R "$user:" "$certs"
}

join_option() {
  [ "$1" != start-single-node ] || return 0
  list=$addr:$port
  for other in $(printf '%s' "$others" | tr ',' ' '); do
    case "$other" in *:*) list=$list,$other ;; *) list=$list,$other:$port ;; esac
  done
  printf ' --join %s' "$list"
}

install_node() {
  case "$1" in
    --single) start=start-single-node kind=single ;;
    --single-replica) start=start-single-replica kind=single-replication ;;
    --multi-replica) start=start kind=multi-replication ;;
    *) fail "usage: deploy.sh install --single|--single-replica|--multi-replica" ;;
  esac
  [ ! -f "$unit" ] || fail "KaiwuDB is already installed: $unit"
  getent passwd "$user" >/dev/null || useradd --system --user-group --home-dir "$data" --shell /bin/bash "$user"
  mkdir -p "$data" /etc/kaiwudb/script /etc/kaiwudb/info /etc/kaiwudb/certs
  chown "$user:" "$data"
  certificates
  [ -f /etc/kaiwudb/script/kaiwudb_env ] || echo 'KAIWUDB_START_ARG=""' >/etc/kaiwudb/script/kaiwudb_env
  printf '%s\n' bare "$kind" /usr/local/kaiwudb "$data" "$port" "$rest" "$user" "$mode" '' "$addr" >/etc/kaiwudb/info/MODE
  cat >"$unit" <<UNIT
[Unit]
Description=KaiwuDB Service
After=network.target
Wants=network.target
[Service]
User=$user
Group=$user
Type=simple
LimitMEMLOCK=infinity
LimitNOFILE=1048576
WorkingDirectory=/usr/local/kaiwudb/bin
EnvironmentFile=/etc/kaiwudb/script/kaiwudb_env
ExecStartPre=-+/usr/sbin/sysctl -q -w vm.max_map_count=10000000
ExecStart=/usr/local/kaiwudb/bin/kwbase $start \$KAIWUDB_START_ARG $secure --listen-addr=0.0.0.0:$port --advertise-addr=$addr:$port --http-addr=0.0.0.0:$rest --brpc-addr=0.0.0.0:$brpc --store=$data$(join_option "$start")
ExecStop=/bin/kill \$MAINPID
KillMode=control-group
# Restart=on-failure
RestartPreventExitStatus=INVALIDARGUMENT
[Install]
WantedBy=multi-user.target
UNIT
  for pair in 'kw-status:node status' 'kw-sql:sql'; do
    name=${pair%%:*}
    cat >"/usr/local/kaiwudb/bin/$name.sh" <<SCRIPT
#!/bin/sh
cd /usr/local/kaiwudb/bin
exec sudo -u $user ./kwbase ${pair#*:} $secure --host=127.0.0.1:$port "\$@"
SCRIPT
    chmod 755 "/usr/local/kaiwudb/bin/$name.sh"
    ln -sf "/usr/local/kaiwudb/bin/$name.sh" "/usr/bin/$name"
  done
  systemctl daemon-reload
}

case "${1:-}" in
  install) read_settings; install_node "${2:-}" ;;
  join)
    read_settings
    [ "${2:-}" = --addr ] && [ -n "${3:-}" ] || fail "usage: deploy.sh join --addr IP:port"
    others=$3
    install_node --multi-replica
    ;;
  cluster)
    read_settings
    case "${2:-}" in
      -i | --init) exec /usr/local/kaiwudb/bin/kwbase init "$secure" --host="$addr:$port" ;;
      -s | --status) exec /usr/local/kaiwudb/bin/kwbase node status "$secure" --host="$addr:$port" ;;
      *) fail "usage: deploy.sh cluster -i|-s" ;;
    esac
    ;;
  start | stop | restart | status) exec systemctl "$1" kaiwudb ;;
  uninstall)
    read_settings
    systemctl disable --now kaiwudb 2>/dev/null || true
    rm -f "$unit" /usr/bin/kw-sql /usr/bin/kw-status /etc/kaiwudb/info/MODE /etc/kaiwudb/script/kaiwudb_env
    systemctl daemon-reload
    if [ "${2:-}" = y ]; then rm -rf "$data"; fi
    ;;
  *) fail "usage: deploy.sh install|join|cluster|start|stop|restart|status|uninstall" ;;
esac
