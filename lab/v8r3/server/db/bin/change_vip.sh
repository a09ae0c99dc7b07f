#!/bin/bash
# change_vip.sh add|del: the virtual IP of the database on this host; as root.
. "$(dirname "$(readlink -f "$0")")/../lib/v8r3/common.sh"
case ${1:-} in
  add)
    if has_vip; then echo "the $KB_VIP is already on myself"; exit 0; fi
    echo "ADD VIP NOW AT $(now) ON $DEV"
    echo "execute: [$CMD_IP_PATH/ip addr add $KB_VIP dev $DEV label $LABEL]"
    "$CMD_IP_PATH/ip" addr add "$KB_VIP" dev "$DEV" label "$LABEL" || { say "error code:$?"; echo "oprate vip failed, details vip[$KB_VIP]"; exit 66; }
    echo "execute: $CMD_ARPING_PATH/arping -U $VIP -I $DEV -w 1"
    "$CMD_ARPING_PATH/arping" -U "$VIP" -I "$DEV" -w 1
    exit 0
    ;;
  del)
    if ! has_vip; then echo 'No VIP on my dev, nothing to do.'; exit 0; fi
    echo "DEL VIP NOW AT $(now) ON $DEV"
    echo "execute: [$CMD_IP_PATH/ip addr del $KB_VIP dev $DEV]"
    "$CMD_IP_PATH/ip" addr del "$KB_VIP" dev "$DEV" || { say "error code:$?"; exit 66; }
    ;;
  *) echo "usage: change_vip.sh add|del" >&2; exit 2 ;;
esac
