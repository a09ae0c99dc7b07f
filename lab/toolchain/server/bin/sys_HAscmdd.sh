#!/bin/bash
# sys_HAscmdd.sh {init|start|stop}: stands in for the vendor's: writes the configuration of sys_securecmdd and its unit, starts and stops it. As root.
# Files that exist are left alone. Not covered: the vendor's key format (the lab uses the host's key and the user's authorized_keys), non-root V9.
set -eu
bin=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
port=$(sed -n 's/^scmd_port=//p' "$bin/../share/sys_HAscmdd.conf")
etc=$(sed -n 's/^scmd_etc=//p' "$bin/../share/sys_HAscmdd.conf")
unit=/etc/systemd/system/securecmdd.service
if [ "$(id -u)" != 0 ]; then
  echo "sys_HAscmdd.sh must be run as root" >&2
  exit 1
fi
write() {
  if [ ! -e "$1" ]; then
    mkdir -p "$(dirname "$1")"
    cat >"$1"
  fi
}
case ${1:-} in
  init)
    write "$etc/securecmdd_config" <<CONF
Port $port
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile .es/accept_hosts .ssh/authorized_keys
PasswordAuthentication no
UsePAM yes
UseDNS no
PidFile /run/securecmdd.pid
CONF
    write "$etc/securecmd_config" <<CONF
Include ~/.ssh/config
Port $port
IdentityFile ~/.es/key_file
IdentityFile ~/.ssh/id_ed25519
CONF
    write "$unit" <<CONF
[Unit]
Description=KingbaseES - sys_securecmdd daemon
After=network.target

[Service]
ExecStart=$bin/sys_securecmdd -D -f $etc/securecmdd_config
KillMode=process
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
CONF
    systemctl daemon-reload
    systemctl enable securecmdd.service
    echo "successfully initialized the sys_securecmdd, please use \"$bin/sys_HAscmdd.sh start\" to start the sys_securecmdd"
    ;;
  start) systemctl start securecmdd.service ;;
  stop) systemctl stop securecmdd.service ;;
  *)
    echo "usage: $0 {init|start|stop}" >&2
    exit 1
    ;;
esac
