/** Stand-ins for the vendor's tools around one node that is to be brought back: what they answer lies in files of the runner's folder. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionRunner } from './actionRunner';

export interface ControlData {
  readonly system?: string;
  readonly state?: string;
  readonly timeline?: number;
  readonly lsn?: string;
  readonly checksums?: number;
  readonly hints?: 'on' | 'off';
  /** The tool warns, and ends with 0. */
  readonly corrupt?: boolean;
}

/** node1 is down; 10.0.0.12 is primary on timeline 2, which it left timeline 1 for at 0/5000000. */
export function fakeStandby(runner: ActionRunner, control: ControlData = {}): void {
  const file = (name: string, text: string): void => writeFileSync(join(runner.folder, name), text);
  file('role.10.0.0.12', 'primary\n');
  file('identify', '71|2|0/6000000|\n');
  file('history', '00000002.history|1\t0/5000000\tno recovery target specified\n');
  file('lsn', '0/6000000\n');
  placeControl(runner, control);
  mkdirSync(join(runner.folder, 'data/pg_wal'), { recursive: true });
  file('data/global/pg_control', 'control');
  file('data/PG_VERSION', '15');
  file('data/base', 'old');
  file('data/pg_wal/000000010000000000000004', 'wal');
  file('data/pg_wal/000000010000000000000005', 'wal');
  writeFileSync(join(runner.folder, 'lib/automation.sh'), '#!/bin/bash\necho paused\n', { mode: 0o755 });
  tools(runner);
}

export function placeControl(runner: ActionRunner, control: ControlData): void {
  const {
    system = '71',
    state = 'in production',
    timeline = 1,
    lsn = '0/5800000',
    checksums = 1,
    hints = 'on',
    corrupt = false,
  } = control;
  const warning = corrupt ? 'WARNING: Calculated CRC checksum does not match value stored in file.\n' : '';
  const text = `${warning}Database system identifier:           ${system}
Database cluster state:               ${state}
Latest checkpoint location:           ${lsn}
Latest checkpoint's TimeLineID:       ${timeline}
Minimum recovery ending location:     0/0
Min recovery ending loc's timeline:   0
Bytes per WAL segment:                16777216
Data page checksum version:           ${checksums}
wal_log_hints setting:                ${hints}
`;
  writeFileSync(join(runner.folder, 'control'), text);
}

export const unplaceControl = (runner: ActionRunner): void => rmSync(join(runner.folder, 'control'));

function tools(runner: ActionRunner): void {
  const { folder } = runner;
  runner.tool('sys_controldata', `cat "${folder}/control"`);
  runner.tool('repmgr', `echo "$*" >>"${folder}/repmgr.log"`);
  runner.tool('kingbase', `echo "$*" >>"${folder}/single.calls"`);
  runner.tool('repmgrd', 'exit 0');
  runner.tool('kbha', 'exit 0');
  runner.tool(
    'sys_ctl',
    `case "$*" in
  *status*) [ -e "${folder}/running" ] || exit 3 ;;
  *start*) touch "${folder}/running"; echo standby >"${folder}/role.127.0.0.1"; echo started >>"${folder}/ctl.log" ;;
  *stop*) rm -f "${folder}/running" "${folder}/role.127.0.0.1" ;;
esac`,
  );
  runner.tool(
    'sys_rewind',
    `echo "$*" >>"${folder}/rewind.calls"
[ ! -e "${folder}/rewind.says" ] || { cat "${folder}/rewind.says"; exit 1; }
echo half >"${folder}/data.rewinding/base"; rm -f "${folder}/data.rewinding/pg_wal/"*
while [ -e "${folder}/rewind.hangs" ]; do sleep 0.05; done
echo rewound >"${folder}/data.rewinding/base"; echo 'sys_rewind: Done!'`,
  );
  runner.tool(
    'sys_basebackup',
    `while [ $# -gt 0 ]; do case $1 in -D) to=$2 ;; -h) from=$2 ;; esac; shift; done
echo "$from" >>"${folder}/copy.calls"; mkdir -p "$to/global" "$to/pg_wal"
while [ -e "${folder}/copy.hangs" ]; do sleep 0.05; done
echo control >"$to/global/pg_control"; echo 15 >"$to/PG_VERSION"; echo copied >"$to/base"
printf '  1024/2048 kB (50%%), 0/1 tablespace\\r  2048/2048 kB (100%%), 1/1 tablespace\\n' >&2`,
  );
  runner.tool('ksql', KSQL.replaceAll('FOLDER', folder));
}

const KSQL = `host= query=
while [ $# -gt 0 ]; do
  case $1 in
    -c) query=$2 ;;
    -d) case $2 in *host=*) host=$(sed -n 's/.*host=\\([^ ]*\\).*/\\1/p' <<<"$2") ;; esac ;;
    -h) host=$2 ;;
  esac
  shift
done
[ -n "$query" ] || query=$(cat)
role=$(cat "FOLDER/role.$host" 2>/dev/null) || exit 2
case $query in
  IDENTIFY_SYSTEM) cat FOLDER/identify ;;
  TIMELINE_HISTORY*) cat FOLDER/history ;;
  *"THEN 'standby'"*) echo "$role" ;;
  *sys_last_wal_replay_lsn*) cat FOLDER/replayed 2>/dev/null ;;
  *"THEN 'yes' ELSE 'no' END;"*is_in_recovery* | *is_in_recovery*) [ "$role" = standby ] && echo yes || echo no ;;
  'SELECT 1;') echo 1 ;;
  *sys_current_wal_lsn*) cat FOLDER/lsn ;;
  *sys_ls_waldir*) [ -e FOLDER/waldir.empty ] || echo segment ;;
  *sys_database_size*) echo 1048576 ;;
  *sys_stat_replication*) case $query in *"'node1'"*) [ -e FOLDER/running ] && echo 1 || echo 0 ;; *) echo 1 ;; esac ;;
  *sys_stat_wal_receiver*) case $query in *status*) echo streaming ;; *) echo '2|10.0.0.12|repmgr_slot_1' ;; esac ;;
  *sys_create_physical*) ;;
  *"slot_type = 'physical'"*) ;;
  *sys_replication_slots*) echo yes ;;
  *repmgr.nodes*) echo 'standby|active|2' ;;
esac`;
