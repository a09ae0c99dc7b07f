#!/bin/bash
# sync_async.sh sync|async: whether the primary of this host waits for a standby; as the owner of the database.
. "$(dirname "$(readlink -f "$0")")/../lib/v8r3/common.sh"
case ${1:-} in
  sync) alter_sync "$(local_target)" "$(all_names)" ;;
  async) alter_sync "$(local_target)" '' ;;
  *) echo "usage: sync_async.sh sync|async" >&2; exit 2 ;;
esac
