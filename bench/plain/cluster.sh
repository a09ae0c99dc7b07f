#!/bin/bash
# Stands a cluster up the way an administrator does who has a good script: ssh and scp, the nodes side by side, nothing of this project.
# The yardstick of `npm run bench -- firstUp`. Usage: cluster.sh <stage>
#
# <stage> holds what he has prepared beforehand (bench/plain/stage.ts writes it): cluster.env, kbpass, system.password, and per node
# <node>/{system.list,system/,database/,cron}. The end is the same as after `up`: same files byte for byte, keys between the nodes, firewall,
# initdb, clones, registration, repmgrd, kbha, cron. What it does not have: checks beforehand, drift, idempotence, a second run.
set -euo pipefail
stage=$1
# shellcheck source=/dev/null
. "$stage/cluster.env"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '%(%H:%M:%S)T %s\n' -1 "$*" >&2; }
options=(-q -i "$LOGIN_KEY" -o IdentitiesOnly=yes -o "UserKnownHostsFile=$KNOWN_HOSTS" -o StrictHostKeyChecking=yes -o BatchMode=yes -o ConnectTimeout=10)
host() { local name="HOST_$1"; printf '%s' "${!name}"; }

# on NODE: runs the script on standard input there as root, with the variables of cluster.env.
on() {
  local node=$1
  { echo 'set -euo pipefail; cd /'; cat "$stage/cluster.env"; printf 'NODE=%s\nSTAGE=/tmp/kingbase-stage\n' "$node"; cat "$work/library"; cat; } |
    ssh "${options[@]}" "$LOGIN@$(host "$node")" 'sudo -n bash -s'
}

# everywhere FUNCTION NODE…: side by side; the first failure ends the script.
everywhere() {
  local step=$1 node pid pids=()
  shift
  for node in "$@"; do
    "$step" "$node" >"$work/$step.$node" 2>&1 &
    pids+=("$!:$node")
  done
  for pid in "${pids[@]}"; do
    wait "${pid%%:*}" || { say "$step failed on ${pid#*:}:"; cat "$work/$step.${pid#*:}" >&2; exit 1; }
  done
}

cat >"$work/library" <<'LIBRARY'
kb() { runuser -u "$OS_USER" -- env HOME="$OS_HOME" PATH="$BIN:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C KINGBASE_PASSFILE="$PASSWORD_FILE" KINGBASE_DATA="$DATA" "$@"; }
sql() { kb "$BIN/ksql" -X -A -t -q -w -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PORT" -U "$SUPERUSER" -d "$1"; }
owned() { install -d -o "$OS_USER" -g "$OS_GROUP" -m "$1" "${@:2}"; }
put_database_files() {
  local file
  for file in es_rep.conf sys_hba.conf; do
    install -o "$OS_USER" -g "$OS_GROUP" -m 0600 "$STAGE/database/$file" "$DATA/$file"
  done
}
LIBRARY

prepare() {
  scp -r "${options[@]}" "$stage/$1" "$LOGIN@$(host "$1"):/tmp/kingbase-stage"
  scp "${options[@]}" "$stage/kbpass" "$stage/system.password" "$LOGIN@$(host "$1"):/tmp/kingbase-stage/"
  on "$1" <<'REMOTE'
getent group "$OS_GROUP" >/dev/null || groupadd "$OS_GROUP"
id "$OS_USER" >/dev/null 2>&1 || useradd -g "$OS_GROUP" -d "$OS_HOME" -m -s /bin/bash "$OS_USER"
"$BIN/kingbase" --version >/dev/null
owned 0700 "$OS_HOME/.ssh"
owned 0755 "$PREFIX/etc" "$PREFIX/log" "$PREFIX/archive"
owned 0755 "$(dirname "$DATA")"
install -D -o root -g "$OS_GROUP" -m 4750 "$(readlink -f "$(command -v ip)")" "$IP_PATH"
install -D -o root -g "$OS_GROUP" -m 4750 "$BIN/arping" "$ARPING_PATH"
while read -r mode owner path; do
  install -D -o "${owner%:*}" -g "${owner#*:}" -m "$mode" "$STAGE/system$path" "$path"
done <"$STAGE/system.list"
install -o "$OS_USER" -g "$OS_GROUP" -m 0600 "$STAGE/kbpass" "$PASSWORD_FILE"
[ -e "$IDENTITY" ] || kb ssh-keygen -q -t ed25519 -N '' -C "$NODE" -f "$IDENTITY"
if firewall-cmd --state >/dev/null 2>&1; then firewall-cmd --reload >/dev/null; fi
systemctl daemon-reload
systemctl kill -s HUP systemd-logind.service
REMOTE
  on "$1" <<<'cat "$IDENTITY.pub"' >"$work/key.$1"
}

trust() {
  { echo '# BEGIN pulumi-kingbase'
    for peer in $NODES; do
      read -r type key _ <"$work/key.$peer"
      printf 'from="%s",restrict %s %s pulumi-kingbase:%s\n' "$(host "$peer")" "$type" "$key" "$peer"
    done
    echo '# END pulumi-kingbase'; } >"$work/authorized_keys.$1"
  scp "${options[@]}" "$work/authorized_keys.$1" "$LOGIN@$(host "$1"):/tmp/kingbase-stage/authorized_keys"
  on "$1" <<'REMOTE'
install -o "$OS_USER" -g "$OS_GROUP" -m 0600 "$STAGE/authorized_keys" "$AUTHORIZED_KEYS"
REMOTE
}

# Each node reaches each other with its own key: else the first failover would be the first test.
meet() {
  on "$1" <<'REMOTE'
for peer in $NODES; do
  address="HOST_$peer"
  kb ssh -n "${!address}" true
done
REMOTE
}

bootstrap() {
  on "$1" <<'REMOTE'
[ ! -e "$DATA/PG_VERSION" ] || { echo "$DATA holds data already" >&2; exit 1; }
install -o "$OS_USER" -m 0600 "$STAGE/system.password" "$OS_HOME/.initdb-password"
# shellcheck disable=SC2086
kb "$BIN/initdb" -D "$DATA" -U "$SUPERUSER" -A "$AUTH" --pwfile="$OS_HOME/.initdb-password" $INITDB_OPTIONS >/dev/null
rm -f "$OS_HOME/.initdb-password"
put_database_files
libraries=$(sed -n "s/^shared_preload_libraries *= *'\(.*\)'.*/\1/p" "$DATA/kingbase.conf" | tail -n 1 | sed 's/ *, */, /g')
awk -v libraries="repmgr, $libraries" '{ i = index($0, "@@node:preload@@"); if (i) $0 = substr($0, 1, i - 1) libraries substr($0, i + 16); print }' \
  "$STAGE/database/kingbase.conf" >>"$DATA/kingbase.conf"
kb "$BIN/sys_ctl" -w -t 60 -l "$SERVER_LOG" -D "$DATA" start >/dev/null
IFS=: read -r _ _ _ _ password < <(grep ':esrep:' "$PASSWORD_FILE")
sql "$MAINTENANCE_DB" <<SQL
create database esrep;
create user esrep with superuser password '$password';
SQL
kb "$BIN/repmgr" -f "$REPMGR_CONF" primary register
REMOTE
}

join() {
  on "$1" <<'REMOTE'
primary="HOST_$PRIMARY"
kb "$BIN/repmgr" -f "$REPMGR_CONF" -h "${!primary}" -U esrep -d esrep -p "$PORT" --upstream-node-id=1 standby clone --fast-checkpoint
put_database_files
kb "$BIN/sys_ctl" -w -t 60 -l "$SERVER_LOG" -D "$DATA" start >/dev/null
kb "$BIN/repmgr" -f "$REPMGR_CONF" standby register --upstream-node-id=1
REMOTE
}

daemons() {
  on "$1" <<'REMOTE'
kb "$BIN/repmgrd" -d -v -f "$REPMGR_CONF" </dev/null >/dev/null 2>&1
kb "$BIN/kbha" -A daemon -f "$REPMGR_CONF" </dev/null >/dev/null 2>&1
install -o root -g root -m 0644 "$STAGE/cron" "$CRON_FILE"
rm -rf "$STAGE"
REMOTE
}

# Done means what it means for `up`: every standby streams, every repmgrd and kbha runs.
healthy() {
  local standbys=$(($(wc -w <<<"$NODES") - 1))
  on "$PRIMARY" <<<"standbys=$standbys"'
for _ in $(seq 120); do
  [ "$(sql esrep <<<"select count(*) from sys_stat_replication where state = '"'streaming'"'")" != "$standbys" ] || break
  sleep 0.25
done
[ "$(sql esrep <<<"select count(*) from sys_stat_replication where state = '"'streaming'"'")" = "$standbys" ]
kb "$BIN/repmgr" -f "$REPMGR_CONF" cluster show'
}

running() {
  on "$1" <<'REMOTE'
for _ in $(seq 80); do
  if pgrep -u "$OS_USER" -f 'repmgrd .*-f ' >/dev/null && pgrep -u "$OS_USER" -f 'kbha .*-A daemon' >/dev/null; then exit 0; fi
  sleep 0.25
done
echo 'repmgrd or kbha does not run' >&2
exit 1
REMOTE
}

# shellcheck disable=SC2086
{
  say "preparing $NODES"
  everywhere prepare $NODES
  everywhere trust $NODES
  everywhere meet $NODES
  say "initdb and first start on $PRIMARY"
  everywhere bootstrap "$PRIMARY"
  say "cloning $STANDBYS"
  everywhere join $STANDBYS
  say 'daemons and cron'
  everywhere daemons $NODES
  everywhere running $NODES
}
healthy >&2
say 'healthy'
