# What every script of the lab's V8R3 begins with: HAmodule.conf of its tree, and how it speaks to databases, hosts and logs.
# The steps and the words of the logs are the vendor's (misspelled as they are); the code is ours.
# shellcheck shell=bash disable=SC2034,SC2154
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8

tree=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
module=$tree/etc/HAmodule.conf
[ -r "$module" ] || { echo "$0: $module cannot be read" >&2; exit 66; }
. "$module"
VIP=${KB_VIP%/*}
LABEL=$DEV:2

now() { date '+%Y-%m-%d %H:%M:%S'; }
say() { printf '%s %s\n' "$(now)" "$*"; }

# Its password in the environment, never a word of a command line. The original beneath the ksql of the lab: a busy machine takes a second to start
# python, and these scripts ask a dozen times.
psql=$(ls /usr/lib/postgresql/*/bin/psql | tail -n 1)
ksql() { PGPASSWORD=$(base64 -d <<<"$KB_PASS") PGHOST=/tmp "$psql" "$@"; }
local_target() { printf 'port=%s user=%s dbname=%s connect_timeout=10' "$KB_PORT" "$KB_USER" "$KB_DATANAME"; }
host_target() { printf 'host=%s %s' "$1" "$(local_target)"; }
pool_target() { printf 'host=%s port=%s user=%s dbname=%s connect_timeout=10' "$KB_POOL_VIP" "$KB_POOL_PORT" "$KB_USER" "$KB_DATANAME"; }
value() { ksql "$1" -X -A -t -q -c "$2" 2>/dev/null; }

# remote <user> <host> <command>: by the trust that our program sets up.
remote() { ssh -n -o BatchMode=yes -o ConnectTimeout="$CONNECTTIMEOUT" -l "$1" "$2" "$3"; }

gateways() { tr ',' ' ' <<<"$KB_GATEWAY_IP"; }
# How many of three pings came back; ends after two seconds, so two are normal.
answers() { ping -n -c "$PING_TIMES" -w 2 "$1" 2>/dev/null | awk '/received/ { for (i = 1; i <= NF; i++) if ($i ~ /^received/) print $(i - 1) }'; }

has_vip() { "$CMD_IP_PATH/ip" -o -4 addr show dev "$DEV" | grep -qF " $VIP/"; }

# check_alive <attempts>: as the vendor's promote and checkpoint ask, before and after.
check_alive() {
  local times=0
  while ! ksql "$(local_target)" -c 'select 33333;'; do
    times=$((times + 1))
    echo "kingbase is down,retry check db is if alive,retry times:[$times/$HEALTH_CHECK_MAX_RETRIES]"
    [ "$times" -lt "$HEALTH_CHECK_MAX_RETRIES" ] || return 1
    sleep "$HEALTH_CHECK_RETRY_DELAY"
  done
}

alter_sync() { # alter_sync <target> <names>
  ksql "$1" -c "ALTER SYSTEM SET synchronous_standby_names = '$2'" && ksql "$1" -c 'select sys_reload_conf()'
}
all_names() { local IFS=,; printf '1 (%s)' "${ALL_NODE_NAME[*]}"; }
