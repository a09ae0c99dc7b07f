#!/bin/bash
# A checkpoint on this host, so that its control file names the new timeline; as the owner of the database.
. "$(dirname "$(readlink -f "$0")")/../lib/v8r3/common.sh"
echo 'check the db to see if it is alive'
check_alive || { say "kingbase is down,after retry $HEALTH_CHECK_MAX_RETRIES times ,cannot do checkpoint, will exit"; exit 66; }
say 'kingbase is ok , to prepare execute checkpoint'
echo 'execute checkpoint'
ksql "$(local_target)" -c checkpoint || { say 'checkpoint execute failed ,will exit '; exit 66; }
echo 'check the db to see if it is alive after execute checkpoint '
check_alive || exit 66
say 'after execute checkpoint, kingbase is ok.'
echo 'after execute checkpoint, kingbase is ok.'
