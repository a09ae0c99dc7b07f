#!/bin/bash
# Makes the database of this host the primary; as its owner.
. "$(dirname "$(readlink -f "$0")")/../lib/v8r3/common.sh"
echo 'check db if is alive '
check_alive || { say "kingbase is down,after retry $HEALTH_CHECK_MAX_RETRIES times ,cannot do promote, will exit"; exit 66; }
say 'kingbase is ok , to prepare execute promote'
echo 'execute promote'
"$KB_PATH/sys_ctl" -D "$KB_DATA_PATH" -w -t 60 promote || { say 'promote execute failed ,will exit '; exit 66; }
echo 'check db if is alive after promote '
check_alive || { say 'CHECK The process was started after promote , but no pid , which db may have been turned off! exit'; exit 66; }
say 'after execute promote , kingbase status is ok.'
echo 'after execute promote, kingbase is ok.'
