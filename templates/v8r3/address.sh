#!/bin/bash
# Whole file of pulumi-kingbase. The virtual IP of the database on this V8R3 node, taken or let go as the vendor's scripts do it (facts 5, failover.log): ip addr
# with the label DEV:2, then arping -U. Values from HAmodule.conf of this node. Usage: address.sh add | del; nothing is done where it is so already.
set -euo pipefail
library=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$library/action.conf"
# shellcheck source=/dev/null
. "$KB_ETC/HAmodule.conf"
carried() { "$CMD_IP_PATH/ip" -o -4 addr show | grep -qF " ${KB_VIP%/*}/"; }
case ${1:-} in
  add)
    carried || "$CMD_IP_PATH/ip" addr add "$KB_VIP" dev "$DEV" label "$DEV:2"
    "$CMD_ARPING_PATH/arping" -U "${KB_VIP%/*}" -I "$DEV" -w 1 >/dev/null 2>&1 || true
    ;;
  del) ! carried || "$CMD_IP_PATH/ip" addr del "$KB_VIP" dev "$DEV" ;;
  *)
    echo "usage: $0 add | del" >&2
    exit 2
    ;;
esac
