# Looks at a host of a V8R3 cluster before anything is changed on it. Strictly read-only.
# Prints one line of evidence each: `+name value` as read, `-name reason` where it could not be read; see core/v8r3/preflight.
# HOST OS_USER DEVICE DATA PROGRAMS ARPING GATEWAYS MOUNT_POINTS SSH_PORT
set +e +o pipefail
export LC_ALL=C
export PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

say() {
  local text=$3
  text=${text//\\/\\\\}
  text=${text//$'\n'/\\n}
  printf '%s%s %s\n' "$1" "$2" "${text:0:3800}"
}
ok() { say + "$1" "$2"; }
no() { say - "$1" "$2"; }
as_user() { timeout 10 runuser -u "$OS_USER" -- "$@"; }

entry=$(getent passwd "$OS_USER")
ok user.home "$(cut -d: -f6 <<<"$entry")"

ok sys.systemdVersion "$(systemctl --version 2>/dev/null | awk 'NR == 1 { print $2 }')"

missing=
for program in $PROGRAMS; do [ -x "$program" ] || missing="$missing $program"; done
ok programs.missing "${missing# }"

if timeout 10 test -f "$DATA/kingbase.conf"; then ok data.conf yes; else ok data.conf no; fi

ok device.addresses "$(ip -o -4 addr show dev "$DEVICE" 2>/dev/null | awk '{ sub(/\/.*/, "", $4); print $4 }')"
ok device.of "$(ip -o -4 addr show 2>/dev/null | awk -v host="$HOST" '{ sub(/\/.*/, "", $4) } $4 == host { print $2; exit }')"

# Thomas Habets' arping prints its help for -V and ends with an error: what it said is the evidence, not how it ended.
if [ -x "$ARPING" ]; then ok arping.version "$(timeout 2 "$ARPING" -V 2>&1 </dev/null | head -n 3)"; else no arping.version "$ARPING is not executable"; fi

for gateway in $GATEWAYS; do
  if ping -n -c 2 -w 3 "$gateway" >/dev/null 2>&1 </dev/null; then ok "gateway.$gateway" yes; else ok "gateway.$gateway" no; fi &
done

index=0
for point in $MOUNT_POINTS; do
  if [ -z "$entry" ]; then
    no "mount.$index" "there is no user $OS_USER"
  elif ! timeout 10 test -d "$point"; then
    ok "mount.$index" "$point is-no-directory"
  elif as_user test -w "$point"; then
    ok "mount.$index" "$point rw"
  else
    ok "mount.$index" "$point not-writable"
  fi
  index=$((index + 1))
done

# The words of network_rewind.sh, but with keys that are known: nothing is learnt here.
if [ -n "$entry" ] && as_user ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=5 -p "$SSH_PORT" -l root -T localhost true >/dev/null 2>&1 </dev/null; then
  ok ssh.local yes
else
  ok ssh.local no
fi
sshd=$(command -v sshd) || sshd=/usr/sbin/sshd
if out=$(timeout 2 "$sshd" -T -C user=root,host=localhost,addr=127.0.0.1 2>&1 </dev/null); then
  ok ssh.rootLogin "$(sed -n 's/^permitrootlogin //p' <<<"$out")"
else
  no ssh.rootLogin "$out"
fi

ok cron.paused "$(grep -sE '^[[:space:]]*#.*/(network_rewind|restartcluster)\.sh' /etc/cron.d/KINGBASECRON)"
wait
ok end ''
