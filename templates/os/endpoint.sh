#!/bin/bash
# The endpoint follows the primary: looks once a second at the own server, and takes the address or the record when it has become primary, whichever
# way that came about (repmgrd, an action, kbha, by hand). endpoint.py moves it, and refuses where a later timeline has taken it.
# Once it is held, the whole question and the cloud are asked again every 5 s for a minute, in which a former primary may still be about, then every 30 s. A node that is no primary only forgets the address on its device.
set -u
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
conf=${KB_ENDPOINT_CONF:-/etc/pulumi-kingbase/endpoint.conf}
# shellcheck source=/dev/null
. "$conf"
here=$(dirname "$0")
again=3

look() { runuser -u "$os_user" -- /bin/bash "$here/primary-check.sh" "$1" 2>/dev/null; }
on_device() { [ "$kind" = secondaryAddress ] && [ -n "$(ip -o addr show dev "$device" to "$address/32" 2>/dev/null)" ]; }
put_on_device() { [ "$kind" != secondaryAddress ] || on_device || ip addr add "$address/32" dev "$device"; }
take_off_device() { ! on_device || ip addr del "$address/32" dev "$device"; }

# take: 0 held now; 3 it is another's, or this node must not be announced; 1 could not be found out. Never without the whole question: it names the
# timeline that the cloud is asked with.
take() {
  local said
  said=$(look full) || { echo "not taken: ${said#no }"; return 3; }
  KB_ENDPOINT_CONF=$conf timeout -k 2 25 python3 "$here/endpoint.py" take "${said#yes }" 2>&1 || return
  put_on_device
}

# pause: after it was taken at $since.
pause() { [ $((SECONDS - since)) -lt 60 ] && echo 5 || echo 30; }

held=no last='' due=0 since=0
while :; do
  if look local >/dev/null; then
    if [ "$SECONDS" -ge "$due" ]; then
      told=$(take)
      case $? in
        0) [ "$held" = yes ] || since=$SECONDS; held=yes; due=$((SECONDS + $(pause))) ;;
        3) held=no; due=$((SECONDS + again)); take_off_device ;;
        # A cloud that gives no answer takes nothing away from who holds it.
        *) due=$((SECONDS + again)) ;;
      esac
      # The same line again and again would hide what matters.
      [ "$told" = "$last" ] || echo "$told"
      last=$told
    fi
  else
    take_off_device
    [ "$held" = no ] || echo 'no primary any more: left to the new one'
    held=no due=0
  fi
  sleep 1
done
