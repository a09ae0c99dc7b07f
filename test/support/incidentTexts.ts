// Logs written from the exact texts that are known of kingbasecluster and the vendor's scripts: one failover, told by both pools, to be changed by a test.
import type { Incident } from '../../core/incident/incidentTypes';
import { incidentsOf, type FuzzLog } from '../../scripts/fuzzLogs';
import { log } from './incidents';

export type NodeName = 'node101' | 'node102';

export const DAY = '2026-11-21';
const ADDRESS: Readonly<Record<NodeName, string>> = { node101: '192.168.1.101', node102: '192.168.1.102' };

/** As a pool calls a node. */
export const poolName = (node: NodeName): string => `${ADDRESS[node]}:9999 Linux ${node}`;
const other = (node: NodeName): NodeName => (node === 'node101' ? 'node102' : 'node101');

/** `03:08:15 72 LOG text` → a line of cluster.log; anything else stays as it is. */
export function poolLine(text: string): string {
  const parts = /^(\d\d:\d\d:\d\d) (\d+) ([A-Z]+\d?) (.*)$/.exec(text);
  return parts === null ? text : `${DAY} ${parts[1]}: pid ${parts[2]}: ${parts[3]}:  ${parts[4]}`;
}

export function clusterLog(node: NodeName, lines: readonly string[], name = 'cluster.log'): FuzzLog {
  const own = `03:00:00 76 LOG setting the local watchdog node name to "${poolName(node)}"`;
  return log(`${node}/log/${name}`, `${[own, ...lines].map(poolLine).join('\n')}\n`);
}

export function failoverLog(node: NodeName, lines: readonly string[]): FuzzLog {
  return log(`${node}/log/failover.log`, `${lines.join('\n')}\n`);
}

/** Each run begins with its 69 dashes. */
export function recoveryLog(node: NodeName, ...runs: readonly (readonly string[])[]): FuzzLog {
  const lines = runs.flatMap((run) => ['-'.repeat(69), ...run]);
  return log(`${node}/log/recovery.log`, `${lines.join('\n')}\n`);
}

export const REFUSED =
  'failed to connect to kingbase server on "192.168.1.101:54321", getsockopt() detected error "Connection refused"';
const failed = (clock: string, text: string): readonly string[] => [
  `${clock} 72 LOG ${text}`,
  `${clock} 72 ERROR failed to make persistent db connection`,
];

/** Three retries, 2 s apart, of a database that refuses. */
export function detection(text: string = REFUSED): readonly string[] {
  return [
    ...failed('03:08:09', text),
    '03:08:11 72 LOG health checking retry count 1',
    ...failed('03:08:11', text),
    '03:08:13 72 LOG health checking retry count 2',
    ...failed('03:08:13', text),
    '03:08:15 72 LOG health checking retry count 3',
    ...failed('03:08:15', text),
  ];
}

const DECIDED = [
  '03:08:15 72 LOG setting backend node 0 status to NODE DOWN',
  '03:08:15 72 LOG received degenerate backend request for node_id: 0 from pid [72]',
  '03:08:15 76 LOG forwarding the failover request [DEGENERATE_BACKEND_REQUEST] to all alive nodes',
];
export const EXEC =
  '03:08:15 72 LOG execute command: /home/kingbase/cluster/R3HA/kingbasecluster/bin/failover_stream.sh 192.168.1.102 0 0 192.168.1.101 192.168.1.101 1 0 /home/kingbase/cluster/R3HA/db/data';
const FINISHED = [
  '03:08:18 72 LOG find_primary_node_repeatedly: waiting for finding a primary node',
  '03:08:18 72 LOG find_primary_node: checking backend no 0',
  '03:08:18 72 LOG find_primary_node: checking backend no 1',
  '03:08:18 72 LOG find_primary_node: primary node id is 1',
  '03:08:18 72 LOG failover: set new primary node: 1',
  '03:08:18 72 LOG failover: set new master node: 1',
];
const DONE = '03:08:18 72 LOG failover done. shutdown host 192.168.1.101(54321)';

/** The pool that is MASTER: it gets the lock and runs the script. */
export function holder(node: NodeName = 'node102'): readonly string[] {
  const own = `local kingbasecluster node "${poolName(node)}"`;
  return [
    ...detection(),
    ...DECIDED,
    `03:08:15 76 LOG ${own} is requesting to become a lock holder for failover ID: 15`,
    `03:08:15 76 LOG ${own} is the lock holder`,
    '03:08:15 72 LOG starting degeneration. shutdown host 192.168.1.101(54321)',
    '03:08:15 72 LOG Restart all children',
    EXEC,
    `03:08:18 76 LOG ${own} is requesting to release [FAILOVER] lock for failover ID 15`,
    ...FINISHED,
    `03:08:18 76 LOG ${own} has resigned from the lock holder`,
    DONE,
  ];
}

/** The other one: told, waits for the lock, looks for the primary itself. */
export function follower(node: NodeName = 'node101'): readonly string[] {
  const asks = `failover command lock request from local kingbasecluster node received on IPC interface is forwarded to master watchdog node "${poolName(other(node))}"`;
  return [
    ...detection(),
    ...DECIDED,
    '03:08:15 72 LOG starting degeneration. shutdown host 192.168.1.101(54321)',
    ...['03:08:15', '03:08:16', '03:08:17', '03:08:18'].map((clock) => `${clock} 76 LOG ${asks}`),
    ...FINISHED,
    DONE,
  ];
}

/** failover.log of that failover. */
export const SCRIPT: readonly string[] = [
  `-----------------${DAY} 03:08:15 failover beging---------------------------------------`,
  '----failover-stats is %H = hostname of the new master node [192.168.1.102], %P = old primary node id [0], %d = node id[0], %h = host name [192.168.1.101], %O = old primary host[192.168.1.101] %m = new master node id [1], %M = old master node id [0], %D = database cluster path [/home/kingbase/cluster/R3HA/db/data].',
  '----ping trust ip',
  'ping trust ip 192.168.1.1 success',
  'master down, let 192.168.1.102 become new primary.....',
  `${DAY} 03:08:16 del old primary VIP on 192.168.1.101`,
  `${DAY} 03:08:16 add VIP on 192.168.1.102`,
  `ADD VIP NOW AT ${DAY} 03:08:16 ON enp0s3`,
  'execute: [/sbin/ip addr add 192.168.1.201/24 dev enp0s3 label enp0s3:2]',
  'Sent 1 probes (1 broadcast(s))',
  'Received 0 response(s)',
  `${DAY} 03:08:16 promote begin...let 192.168.1.102 become master`,
  `${DAY} 03:08:17 kingbase is ok , to prepare execute promote`,
  `${DAY} 03:08:17 after execute promote , kingbase status is ok.`,
  `${DAY} 03:08:17 sync to async`,
  `${DAY} 03:08:18 make checkpoint`,
  `${DAY} 03:08:18 after execute checkpoint, kingbase is ok.`,
  `-----------------${DAY} 03:08:18 failover end---------------------------------------`,
];

const MOUNT_OK = [
  `${DAY} 03:20:01 check read/write on mount point (1 / 6).`,
  `${DAY} 03:20:01 success to check read/write on mount point (1 / 6).`,
  `${DAY} 03:20:01 check read/write on mount point ... ok`,
];
export const RUN_BEGIN = [`${DAY} 03:20:01 recover beging...`, 'my pid is 782,officially began to perform recovery'];
/** Disk and gateway are well, the node is a standby that is down. */
export const RUN_CHECKED = [
  ...RUN_BEGIN,
  ...MOUNT_OK,
  'ping trust ip 192.168.1.1 success ping times :[3], success times:[2] ',
  'determine if i am master or standby ',
  ' 0       | 192.168.1.101 | 54321 | down   | 0.500000  | standby | 0          | false             | 0',
  ' 1       | 192.168.1.102 | 54321 | up     | 0.500000  | primary | 0          | true              | 0',
  'i am standby in cluster,determine if recovery is needed',
];
export const RUN_REWIND = [
  'primary node/Im node status is changed, primary ip[192.168.1.102], recovery.conf NEED_CHANGE [0] (0 is need ), I,m status is [1] (1 is down), I will be in recovery. ',
  'if recover node up, let it down , for rewind',
  `${DAY} 03:20:05 sys_rewind...`,
  'reading source file list',
  'reading target file list',
  'reading WAL in target',
  'Rewind datadir file from source',
  "update the control file: minRecoveryPoint is '0/3000060', minRecoveryPointTLI is '2', and database state is 'in archive recovery'",
];
export const RUN_STARTED = [
  `${DAY} 03:20:08 start up the kingbase...`,
  'server started',
  `${DAY} 03:20:10 create the slot [slot_node101] success.`,
  `${DAY} 03:20:10 start up standby successful!`,
];
export const RUN_SYNC = [
  'cluster is sync cluster.',
  'SYNC RECOVER MODE ...',
  `${DAY} 03:20:11 remote primary node change sync`,
  'SYNC RECOVER MODE DONE',
];
export const RUN_ATTACHED = [
  `${DAY} 03:20:12 attach pool...`,
  'IM Node is 0, will try [pcp_attach_node -U kingbase -W MTIzNDU2 -h 192.168.1.200 -n 0]',
  'pcp_attach_node -- Command Successful',
  `${DAY} 03:20:13 attach end.. `,
  'recovery success,exit script with success ',
];
export const RECOVERED = [...RUN_CHECKED, ...RUN_REWIND, ...RUN_STARTED, ...RUN_SYNC, ...RUN_ATTACHED];

/** Both pools and the script, in which some lines are others, or are not there (null). */
export function failover(
  change: (line: string, at: 'holder' | 'follower' | 'script') => string | null = (line) => line,
) {
  const changed = (lines: readonly string[], at: 'holder' | 'follower' | 'script'): readonly string[] =>
    lines.map((line) => change(line, at)).filter((line) => line !== null);
  return [
    clusterLog('node101', changed(follower(), 'follower')),
    clusterLog('node102', changed(holder(), 'holder')),
    failoverLog('node102', changed(SCRIPT, 'script')),
  ];
}

/** What one rule says of the first incident: its level, its basis, the lines that it shows; null: nothing. */
export function ruleOf(
  logs: readonly FuzzLog[],
  rule: string,
): { readonly level: string; readonly basis: string; readonly lines: readonly string[] } | null {
  const [incident] = incidentsOf(logs);
  const found = incident?.findings.find((one) => one.rule === rule);
  if (found === undefined) return null;
  return { level: found.level, basis: found.basis, lines: found.evidence.map(({ text }) => text) };
}

export const rulesOf = ({ findings }: Incident): readonly string[] => findings.map(({ rule }) => rule);
