#!/bin/bash
# A slot for every node on the database of this host, so that whoever becomes primary has them; as its owner.
. "$(dirname "$(readlink -f "$0")")/../lib/v8r3/common.sh"
. "$tree/lib/v8r3/rewind.sh"
make_slots "$(local_target)" >/dev/null
