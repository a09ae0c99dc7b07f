#!/bin/bash
# Whole file of pulumi-kingbase. After every start of kaiwudb: puts the declared level into the engine of this node, and sees that it is there. A node boots
# at flush whatever was set before, and shows the declared level all the same (facts 0.2). Ends with 1 where the node does not come to run it in time.
set -uo pipefail
library=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$library/kwdb.conf"
# shellcheck source=/dev/null
. "$library/kwdb.sh"

began=$(date +%s.%N)
code=0
kw_assert_level "$KW_LEVEL_SECONDS" || code=1
kw_note level.json "$(printf '{"declared":%s,"engine":"%s","persisted":"%s","checkpointSeconds":"%s","asserted":%s,"seconds":%s,"at":"%s"}' \
  "$KW_LEVEL" "$kw_level_engine" "$kw_level_persisted" "$kw_level_seconds" "$([ "$code" = 0 ] && echo true || echo false)" \
  "$(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')" "$(date -u +%Y-%m-%dT%H:%M:%SZ)")"
if [ "$code" = 0 ]; then
  kw_say "the engine of $KW_NAME runs level $KW_LEVEL, checkpoints every $KW_CHECKPOINT_SECONDS s"
else
  kw_say "the engine of $KW_NAME runs level ${kw_level_engine:-unknown} and not $KW_LEVEL (shown: ${kw_level_persisted:-unknown}, checkpoints: ${kw_level_seconds:-unknown} s); what survives a crash is not what was declared"
fi
exit "$code"
