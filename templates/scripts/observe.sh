# Observes this node: one JSON document on standard output, nothing is changed. See core/observe/parseObservation.ts.
# Every probe is bounded; what could not be read is null or carries the error text. Needs layout.sh, node.sh and json.sh.

directory_state() {
  if [ ! -e "$1" ]; then
    echo absent
  elif [ -z "$(find "$1/" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit 2>"$work/find.err")" ]; then
    if [ -s "$work/find.err" ]; then echo unreadable; else echo empty; fi
  else
    echo present
  fi
}

# Names in the managed file, so that those the server does not take from it are listed as well.
managed_names() {
  local names
  names=$(sed -n "s/^[[:space:]]*\([A-Za-z_][A-Za-z0-9_.]*\)[[:space:]]*=.*/'\1'/p" "$KB_SETTINGS" 2>/dev/null | sort -u | paste -sd,)
  [ -n "$names" ] || names="'none'"
  echo "$names"
}

server_sql() {
  kb_sql "$KB_DB" <<SQL
SET statement_timeout = 5000;
SELECT 'role', CASE WHEN sys_is_in_recovery() THEN 'standby' ELSE 'primary' END;
SELECT 'wal',
  CASE WHEN sys_is_in_recovery() THEN coalesce(sys_last_wal_receive_lsn()::text, '') ELSE sys_current_wal_lsn()::text END,
  CASE WHEN sys_is_in_recovery() THEN coalesce(sys_last_wal_replay_lsn()::text, '') ELSE '' END,
  CASE WHEN sys_is_in_recovery() THEN '' ELSE substr(sys_walfile_name(sys_current_wal_lsn()), 1, 8) END;
SELECT 'checkpoint', timeline_id FROM sys_control_checkpoint();
SELECT 'receiver', status, coalesce(sender_host::text, ''), coalesce(slot_name, ''), coalesce(received_tli::text, '') FROM sys_stat_wal_receiver;
SELECT 'replica', application_name, coalesce(client_addr::text, ''), state, coalesce(sync_state, ''), coalesce(replay_lsn::text, '') FROM sys_stat_replication;
SELECT 'slot', slot_name, slot_type, CASE WHEN active THEN 'yes' ELSE 'no' END, coalesce(restart_lsn::text, '') FROM sys_replication_slots;
SELECT 'synchronous', current_setting('synchronous_standby_names');
SELECT 'clusterRole', CASE WHEN rolsuper THEN 'yes' ELSE 'no' END, CASE WHEN rolreplication THEN 'yes' ELSE 'no' END,
  CASE WHEN rolcanlogin THEN 'yes' ELSE 'no' END,
  CASE WHEN EXISTS (SELECT 1 FROM sys_auth_members m JOIN sys_roles g ON g.oid = m.roleid WHERE m.member = r.oid AND g.rolname = 'kcluster')
    THEN 'yes' ELSE 'no' END
  FROM sys_roles r WHERE rolname = 'esrep';
SELECT 'setting', name, replace(setting, chr(10), ' '), coalesce(unit, ''), vartype, context, source, coalesce(sourcefile, ''),
  coalesce(sourceline::text, ''), CASE WHEN pending_restart THEN 'yes' ELSE 'no' END
  FROM sys_settings WHERE source NOT IN ('default', 'override', 'client') OR pending_restart OR name IN ($(managed_names));
SELECT 'file', name, coalesce(replace(setting, chr(10), ' '), ''), sourcefile, sourceline, CASE WHEN applied THEN 'yes' ELSE 'no' END, coalesce(error, '')
  FROM sys_file_settings ORDER BY seqno;
-- Last, and only where the function is: a build without it must not cost the rest.
SELECT 'SELECT ''license'', ' || quote_ident(n.nspname) || '.get_license_validdays()'
  FROM sys_proc p JOIN sys_namespace n ON n.oid = p.pronamespace WHERE p.proname = 'get_license_validdays' AND p.pronargs = 0 LIMIT 1
\\gexec
SQL
}

repmgr_sql() {
  kb_sql esrep <<'SQL'
SET statement_timeout = 5000;
SELECT 'records', count(*) FROM repmgr.nodes;
SELECT 'node', node_id, node_name, type, CASE WHEN active THEN 'yes' ELSE 'no' END, coalesce(upstream_node_id::text, ''),
  location, priority, coalesce(slot_name, ''), conninfo FROM repmgr.nodes ORDER BY node_id;
SELECT 'repmgrd', CASE WHEN repmgr.repmgrd_is_running() THEN 'yes' ELSE 'no' END, CASE WHEN repmgr.repmgrd_is_paused() THEN 'yes' ELSE 'no' END;
SQL
}

# Whoever answers for the virtual IP, by hardware address: the holder, and nobody beside it. Asked by those that do not hold it; a holder is not told.
probe_virtual_ip() {
  [ "$KB_PROBE" = full ] && [ -n "$KB_VIP" ] && [ "$KB_ROLE" = database ] && [ -x "$KB_ARPING" ] || return 0
  ! ip -o addr show 2>/dev/null | grep -qF " ${KB_VIP%/*}/" || return 0
  run_probe answers timeout 4 "$KB_ARPING" -b -c 2 -w 1 -I "$KB_DEVICE" "${KB_VIP%/*}"
}

probe_server() {
  server_running=false
  [ "$KB_ROLE" != repository ] || return 0
  run_probe control control_report "$KB_DATA"
  # 65: the file is corrupt. A server that was started before it was runs on.
  if [[ "$(<"$work/control.code")" =~ ^(0|65)$ ]] && server_runs; then
    server_running=true
    # repmgr asks every node of the cluster, also dead ones: it runs beside the rest and is given up after a while.
    if [ "$KB_PROBE" = full ]; then
      KB_REPMGR_SECONDS=6 run_probe show kb_repmgr cluster show &
    fi
    run_probe sql server_sql
    [ "$(<"$work/sql.code")" != 0 ] || run_probe repmgr repmgr_sql
    wait
  fi
}

cron_text() {
  cat /etc/cron.d/KINGBASECRON 2>/dev/null || true
  crontab -u "$KB_USER" -l 2>/dev/null || true
}

main() {
  kb_layout "$KB_DATA"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  probe_virtual_ip &
  probe_server
  wait
  printf '{"format":1,"machineId":'
  json_string "$(cat /etc/machine-id 2>/dev/null || true)"
  printf ',"epochSeconds":%s,"data":{"state":"%s","standbySignal":%s,"mountPoint":%s,"unfinishedBootstrap":%s' \
    "$(date +%s)" "$(directory_state "$KB_DATA")" "$(json_flag test -e "$KB_STANDBY_SIGNAL")" \
    "$(json_flag mountpoint -q "$KB_DATA")" "$(json_flag test -e "$KB_DATA.bootstrap")"
  printf ',"started":%s,"baseBackup":%s}' "$(json_flag kb_was_started "$KB_DATA")" "$(json_flag kb_is_base_backup "$KB_DATA")"
  printf ',"controlData":%s,"serverRunning":%s' "$(json_control)" "$server_running"
  printf ',"sql":%s,"repmgrSql":%s,"clusterShow":%s' "$(json_command sql)" "$(json_command repmgr)" "$(json_command show)"
  printf ',"repmgrdPid":%s,"kbhaPid":%s' \
    "$(json_number "$(daemon_pid "$KB_REPMGRD_PID" repmgrd)")" "$(json_number "$(daemon_pid "$KB_KBHA_PID" kbha)")"
  printf ',"cron":%s,"addresses":%s' "$(json_string "$(cron_text | grep kbha || true)")" "$(json_string "$(ip -o addr show 2>/dev/null)")"
  printf ',"hardwareAddress":%s,"virtualIpAnswers":%s' "$(json_file "/sys/class/net/$KB_DEVICE/address")" "$(json_command answers)"
  printf ',"managedSettings":%s,"ledger":{"bootstrap":%s,"member":%s,"rollout":%s,"teardown":%s}}\n' \
    "$(json_file "$KB_SETTINGS")" "$(json_file "$KB_STATE/bootstrap.json")" "$(json_file "$KB_STATE/member.json")" \
    "$(json_file "$KB_STATE/rollout.json")" "$(json_file "$KB_STATE/teardown.json")"
}

json_control() {
  if [ "$KB_ROLE" = repository ]; then
    printf '{"code":1,"text":"","error":"no database on a repository node"}'
  else
    json_command control
  fi
}

main
