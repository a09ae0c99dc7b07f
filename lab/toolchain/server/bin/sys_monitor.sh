#!/bin/bash
# sys_monitor.sh {start|stop|restart|startlocal|stoplocal|set [--restart]}: stands in for the vendor's cluster script (steps and messages of
# its start and stop). Not covered: node_name sync|potential|async, *_nodes, switch_synchronous, change_password, log rotation.
exec /usr/bin/python3 -I "$(dirname "$(readlink -f "$0")")/../lib/kingbase-lab/monitor" "$@"
