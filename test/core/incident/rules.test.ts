// Proves every rule of the verdict by a case of its own, written from the exact texts: what it says, how bad that is, whether lines say so or are missing,
// and which line it shows. Beside each stands the case in which it must be silent.
import { describe, expect, it } from 'vitest';
import type { FuzzLog } from '../../../scripts/fuzzLogs';
import { only } from '../../support/incidents';
import {
  clusterLog,
  DAY,
  EXEC,
  failover,
  failoverLog,
  follower,
  holder,
  poolName,
  RECOVERED,
  recoveryLog,
  ruleOf,
  rulesOf,
  RUN_ATTACHED,
  RUN_BEGIN,
  RUN_CHECKED,
  RUN_REWIND,
  RUN_STARTED,
  RUN_SYNC,
  SCRIPT,
} from '../../support/incidentTexts';

interface RuleCase {
  readonly what: string;
  readonly logs: readonly FuzzLog[];
  readonly rule: string;
  readonly level: string;
  readonly basis?: 'seen' | 'absent';
  /** A part of a line that it shows. */
  readonly shows: string;
}

const pools = (lines: readonly string[]): readonly FuzzLog[] => [clusterLog('node102', lines)];
const rightAfter = (text: string, ...added: readonly string[]): readonly FuzzLog[] => [
  clusterLog('node101', follower()),
  clusterLog(
    'node102',
    holder().flatMap((line) => (line.includes(text) ? [line, ...added] : [line])),
  ),
  failoverLog('node102', SCRIPT),
];
const script = (from: string | RegExp, to: string | null): readonly FuzzLog[] =>
  failover((line, at) => (at === 'script' && line.search(from) >= 0 ? to : line));
const run = (...lines: readonly string[]): readonly FuzzLog[] => [...failover(), recoveryLog('node101', lines)];

const FAILOVER: readonly RuleCase[] = [
  {
    what: 'a failover that went well',
    logs: failover(),
    rule: 'ok-failover',
    level: 'ok',
    shows: 'after execute promote',
  },
  {
    what: 'the pool that found nobody',
    logs: failover((line) => line.replace('set new primary node: 1', 'set new primary node: -1')),
    ...{ rule: 'no-new-primary', level: 'critical', shows: 'set new primary node: -1' },
  },
  {
    what: 'the search that was given up',
    logs: failover((line) => {
      if (line.includes('set new primary node') || line.includes('primary node id is')) return null;
      return line.replace(/find_primary_node_repeatedly: waiting.*/, 'Giving up finding primary node');
    }),
    ...{ rule: 'no-new-primary', level: 'critical', shows: 'Giving up finding primary node' },
  },
  {
    what: 'one pool that found nobody, and the other that did',
    logs: failover((line, at) =>
      at === 'follower' ? line.replace('new primary node: 1', 'new primary node: -1') : line,
    ),
    ...{ rule: 'no-new-primary', level: 'warn', shows: 'set new primary node: -1' },
  },
  {
    what: 'a promotion that failed',
    logs: script('after execute promote', `${DAY} 03:08:17 promote execute failed ,will exit `),
    ...{ rule: 'script-failed', level: 'critical', shows: 'promote execute failed ,will exit' },
  },
  {
    what: 'a standby that was down itself',
    logs: script(
      'after execute promote',
      `${DAY} 03:08:17 kingbase is down,after retry 10 times ,cannot do promote, will exit`,
    ),
    ...{ rule: 'script-failed', level: 'critical', shows: 'cannot do promote' },
  },
  {
    what: 'a standby that was stopped before its promotion',
    logs: script(
      'after execute promote',
      'CHECK The process was started before promote , but no pid 4242, which db may have been turned off! exit',
    ),
    ...{ rule: 'script-failed', level: 'critical', shows: 'before promote' },
  },
  {
    what: 'a checkpoint that failed',
    logs: script('after execute checkpoint', `${DAY} 03:08:18 checkpoint execute failed ,will exit `),
    ...{ rule: 'checkpoint-failed', level: 'warn', shows: 'checkpoint execute failed' },
  },
  {
    what: 'a script that died: it begins and does not end, and nobody is primary',
    logs: failover((line, at) => {
      if (at === 'script') return /beging|failover-stats|ping trust|master down|del old/.test(line) ? line : null;
      return line
        .replace('set new primary node: 1', 'set new primary node: -1')
        .replace('primary node id is 1', 'checking backend no 1');
    }),
    ...{ rule: 'script-hung', level: 'critical', basis: 'absent', shows: 'failover beging' },
  },
  {
    what: 'a script of more than a minute',
    logs: failover((line) => line.replace('03:08:18', '03:09:30')),
    ...{ rule: 'script-slow', level: 'warn', shows: 'failover end' },
  },
  {
    what: 'a pool that gave up its wait while the script was at work',
    logs: failover((line, at) => (at === 'follower' ? line : line.replace('03:08:18', '03:08:55'))),
    ...{ rule: 'lock-timed-out', level: 'critical', basis: 'absent', shows: 'set new primary node: 1' },
  },
  {
    what: 'two pools of which neither ran the script',
    logs: failover((line, at) => {
      if (at === 'script' || line === EXEC || line.includes('lock holder')) return null;
      return line
        .replace('set new primary node: 1', 'set new primary node: -1')
        .replace('primary node id is 1', 'checking backend no 1');
    }),
    ...{ rule: 'no-script', level: 'critical', basis: 'absent', shows: 'NODE DOWN' },
  },
  {
    what: 'the one log of the pool that did not',
    logs: [clusterLog('node101', follower())],
    ...{ rule: 'other-log-needed', level: 'unknown', basis: 'absent', shows: 'NODE DOWN' },
  },
  {
    what: 'both pools without the line, though somebody was promoted',
    logs: failover((line) => (line === EXEC ? null : line)),
    ...{ rule: 'exec-line-missing', level: 'unknown', basis: 'absent', shows: 'NODE DOWN' },
  },
  {
    what: 'the pool that ran it, without failover.log',
    logs: failover().slice(0, 2),
    ...{ rule: 'failover-log-needed', level: 'unknown', basis: 'absent', shows: 'execute command' },
  },
  {
    what: 'other arguments in failover.log',
    logs: script('failover-stats', (SCRIPT[1] ?? '').replace('%d = node id[0]', '%d = node id[1]')),
    ...{ rule: 'argument-mismatch', level: 'warn', shows: 'failover-stats' },
  },
  {
    what: 'ssh to a host that is gone',
    logs: rightAfter('execute command', 'ssh: connect to host 192.168.1.101 port 22: No route to host'),
    ...{ rule: 'ssh-failed-host-dead', level: 'info', shows: 'No route to host' },
  },
  {
    what: 'ssh to a host that is alive and refuses',
    logs: rightAfter('execute command', 'ssh: connect to host 192.168.1.101 port 22: Connection refused'),
    ...{ rule: 'ssh-failed-host-alive', level: 'critical', shows: 'Connection refused' },
  },
  {
    what: 'ssh without trust',
    logs: rightAfter('execute command', 'Permission denied (publickey,gssapi-keyex,gssapi-with-mic,password).'),
    ...{ rule: 'ssh-failed-host-alive', level: 'critical', shows: 'Permission denied (publickey' },
  },
  {
    what: 'ssh that failed, nobody says why',
    logs: script(
      'add VIP on',
      'ssh connect host:192.168.1.101 failed, can not stop old primary db and del old primary db vip',
    ),
    ...{ rule: 'ssh-failed-why', level: 'warn', basis: 'absent', shows: 'can not stop old primary db' },
  },
  {
    what: 'a virtual IP that the script did not add',
    logs: script(/add VIP on|ADD VIP NOW/, null),
    ...{ rule: 'vip-not-moved', level: 'critical', basis: 'absent', shows: 'after execute promote' },
  },
  {
    what: 'change_vip.sh that failed',
    logs: script('ADD VIP NOW', `${DAY} 03:08:16 error code:2`),
    ...{ rule: 'vip-not-moved', level: 'critical', shows: 'error code:2' },
  },
  {
    what: 'an operation on the virtual IP that failed',
    logs: script('ADD VIP NOW', 'oprate vip failed, details vip[192.168.1.201/24]'),
    ...{ rule: 'vip-not-moved', level: 'critical', shows: 'oprate vip failed' },
  },
  {
    what: 'a virtual IP for which somebody else answers',
    logs: script('Received 0', 'Received 1 response(s)'),
    ...{ rule: 'vip-elsewhere', level: 'critical', shows: 'Received 1 response(s)' },
  },
  {
    what: 'a lock that was denied to the other pool',
    logs: rightAfter(
      'is the lock holder',
      `03:08:15 76 LOG lock holder request denied to remote kingbasecluster node "${poolName('node101')}"`,
    ),
    ...{ rule: 'lock-contention', level: 'info', shows: 'is the lock holder' },
  },
  {
    what: 'a request that came while one was at work',
    logs: rightAfter(
      'is the lock holder',
      `03:08:15 76 LOG failover command [DEGENERATE_BACKEND_REQUEST] request from kingbasecluster node "${poolName('node101')}" is rejected because of switching`,
    ),
    ...{ rule: 'lock-contention', level: 'info', shows: 'is rejected because of switching' },
  },
  {
    what: 'a holder that never resigns',
    logs: failover((line, at) => (at === 'holder' && /resigned|failover done/.test(line) ? null : line)),
    ...{ rule: 'lock-not-released', level: 'warn', basis: 'absent', shows: 'is the lock holder' },
  },
  {
    what: 'a pool that waits when the holder is long done',
    logs: failover((line, at) =>
      at === 'follower' ? line.replace(/^03:08:18 76/, '03:08:40 76').replace(/^03:08:18 72/, '03:08:41 72') : line,
    ),
    ...{ rule: 'lock-wait-long', level: 'warn', shows: 'is forwarded to master watchdog node' },
  },
  {
    what: 'a detection that took longer than its retries',
    logs: failover((line) => line.replace(/^03:08:1[5-8]/, '03:08:55')).slice(0, 2),
    ...{ rule: 'slow-detection', level: 'warn', shows: 'health checking retry count 1' },
  },
  {
    what: 'a database that answers again before it is taken out',
    logs: pools([
      ...holder().slice(0, 4),
      '03:08:13 72 LOG all backends are returned to a healthy state after 1 retry(ies)',
    ]),
    ...{ rule: 'blip', level: 'info', basis: 'absent', shows: 'healthy state after 1 retry(ies)' },
  },
  {
    what: 'retries, and then the log ends',
    logs: pools(holder().slice(0, 5)),
    ...{ rule: 'logs-end', level: 'unknown', basis: 'absent', shows: 'health checking retry count 1' },
  },
  {
    what: 'a standby that failed',
    logs: failover((line) =>
      line
        .replace('192.168.1.102 0 0 192', '192.168.1.102 1 0 192')
        .replace('old primary node id [0]', 'old primary node id [1]'),
    ),
    ...{ rule: 'standby-only', level: 'info', shows: 'execute command' },
  },
  {
    what: 'a node that is not back',
    logs: failover(),
    ...{ rule: 'still-single', level: 'warn', basis: 'absent', shows: 'NODE DOWN' },
  },
  {
    what: 'a node that is back',
    logs: run(...RECOVERED),
    ...{ rule: 'single-node', level: 'info', shows: 'NODE DOWN' },
  },
  {
    what: 'a failover without its end',
    logs: failover((line) => (line.includes('failover done') ? null : line)),
    ...{ rule: 'done-missing', level: 'unknown', basis: 'absent', shows: 'NODE DOWN' },
  },
];

const WATCHDOG: readonly RuleCase[] = [
  {
    what: 'a pool that says split brain',
    logs: rightAfter('Restart all', '03:08:15 76 LOG We are in split brain, and I am the best candidate'),
    ...{ rule: 'split-brain', level: 'critical', shows: 'We are in split brain' },
  },
  {
    what: 'a pool that thinks it possible',
    logs: rightAfter('Restart all', '03:08:15 76 LOG possible split brain, "Linux node101" is also coordinator'),
    ...{ rule: 'split-brain', level: 'critical', shows: 'possible split brain' },
  },
  {
    what: 'two MASTERs at one time',
    logs: [
      clusterLog('node101', [
        '03:01:00 76 LOG watchdog node state changed from [INITIALIZING] to [MASTER]',
        ...follower(),
        '03:30:00 76 LOG new IPC connection received',
      ]),
      clusterLog('node102', [
        ...holder(),
        '03:08:17 76 LOG watchdog node state changed from [INITIALIZING] to [MASTER]',
        '03:30:00 76 LOG new IPC connection received',
      ]),
    ],
    ...{ rule: 'split-brain-states', level: 'critical', basis: 'absent', shows: '[INITIALIZING] to [MASTER]' },
  },
  {
    what: 'two that hold the delegate IP',
    logs: [
      clusterLog('node101', [
        '03:01:00 103 LOG successfully acquired the delegate IP:"192.168.1.200"',
        ...follower(),
        '03:30:00 76 LOG new IPC connection received',
      ]),
      clusterLog('node102', [
        ...holder(),
        '03:08:17 104 LOG successfully acquired the delegate IP:"192.168.1.200"',
        '03:30:00 76 LOG new IPC connection received',
      ]),
    ],
    ...{ rule: 'vip-held-twice', level: 'critical', basis: 'absent', shows: 'successfully acquired the delegate IP' },
  },
  {
    what: 'a delegate IP that could not be acquired',
    logs: rightAfter('Restart all', '03:08:16 103 LOG failed to acquire the delegate IP address'),
    ...{ rule: 'cluster-vip-failed', level: 'critical', shows: 'failed to acquire the delegate IP address' },
  },
  {
    what: 'the node that Kingbase then kills, in its own spelling',
    logs: rightAfter(
      'Restart all',
      '03:08:16 76 LOG node id :0 status = "NODE DEAD" message:"failed to acuqire delegate IP, set node down"',
    ),
    ...{ rule: 'cluster-vip-failed', level: 'critical', shows: 'failed to acuqire delegate IP' },
  },
  {
    what: 'a MASTER that is lost',
    logs: rightAfter('Restart all', '03:08:16 76 LOG watchdog node state changed from [MASTER] to [LOST]'),
    ...{ rule: 'cluster-vip-failed', level: 'critical', shows: '[MASTER] to [LOST]' },
  },
  {
    what: 'one pool without a gateway',
    logs: rightAfter(
      'Restart all',
      '03:08:16 104 WARNING watchdog lifecheck, failed to connect to any trusted servers',
    ),
    ...{ rule: 'gateway-lost', level: 'critical', shows: 'failed to connect to any trusted servers' },
  },
  {
    what: 'both nodes without a gateway, one by its pool, the other by its recovery.log',
    logs: [
      ...rightAfter(
        'Restart all',
        '03:08:16 104 LOG watchdog lifecheck reported, we are disconnected from the network',
      ),
      recoveryLog('node101', [
        ...RUN_BEGIN,
        'ping all trust ip failed, retry times:10 times, will exit with error ',
        `${DAY} 03:20:50 stop db.....`,
      ]),
    ],
    ...{ rule: 'gateway-lost-everywhere', level: 'critical', shows: 'ping all trust ip failed, retry times:10 times' },
  },
  {
    what: 'one gateway that did not answer',
    logs: rightAfter('Restart all', '03:08:16 104 WARNING watchdog failed to ping host"192.168.1.1"'),
    ...{ rule: 'gateway-slow', level: 'info', shows: 'failed to ping host"192.168.1.1"' },
  },
  {
    what: 'a pool for which all databases are down',
    logs: rightAfter('failover done', '03:08:19 72 LOG kingbasecluster is not accepting any new connections'),
    ...{ rule: 'all-down', level: 'critical', shows: 'is not accepting any new connections' },
  },
  {
    what: 'a pool that is started again and again',
    logs: rightAfter(
      'failover done',
      ...['19', '25', '31'].map((second) => `03:08:${second} 72 LOG waiting for watchdog to initialize`),
    ),
    ...{ rule: 'restart-storm', level: 'info', shows: 'waiting for watchdog to initialize' },
  },
];

const RECOVERY: readonly RuleCase[] = [
  {
    what: 'a recovery that is skipped: no recovery.conf',
    logs: run(
      ...RUN_CHECKED,
      `${DAY} 03:20:03 the kingbase has no file "/home/kingbase/cluster/R3HA/db/data/recovery.conf", maybe it's primary, can not do recovery.`,
    ),
    ...{ rule: 'recovery-skipped', level: 'warn', shows: "maybe it's primary, can not do recovery." },
  },
  {
    what: 'a recovery that is skipped: not a standby',
    logs: run(...RUN_CHECKED, `${DAY} 03:20:03 the kingbase is not standby, can not do recovery.`),
    ...{ rule: 'recovery-skipped', level: 'warn', shows: 'the kingbase is not standby' },
  },
  {
    what: 'a pool without a primary',
    logs: run(...RUN_CHECKED, 'no primary node in kingbasecluster, nothing to do '),
    ...{ rule: 'no-primary', level: 'warn', shows: 'no primary node in kingbasecluster' },
  },
  {
    what: 'a pool that does not answer',
    logs: run(...RUN_BEGIN, 'ksql execute failed ,will exit script with error '),
    ...{ rule: 'pool-unreachable', level: 'critical', shows: 'ksql execute failed' },
  },
  {
    what: 'a disk that cannot be written: the database is stopped',
    logs: run(
      ...RUN_BEGIN,
      'could not write on mount point "/home/kingbase/cluster/R3HA/db/data", please check it',
      `${DAY} 03:20:55 failed to check read/write on mount point (6 / 6).`,
      'execute check_mount_point() failed, maybe the disk is error',
      'USE_CHECK_DISK = on, will exit with stop db.',
      'stop db.....',
    ),
    ...{ rule: 'mount-failed', level: 'critical', shows: 'USE_CHECK_DISK = on' },
  },
  {
    what: 'a disk that cannot be written, and nobody cares',
    logs: run(
      ...RUN_BEGIN,
      'execute check_mount_point() failed, maybe the disk is error',
      'USE_CHECK_DISK = off, do nothing.',
      `${DAY} 03:20:55 check read/write on mount point ... ok`,
    ),
    ...{ rule: 'mount-failed-ignored', level: 'warn', shows: 'USE_CHECK_DISK = off' },
  },
  {
    what: 'a rewind that failed and was followed by a start',
    logs: run(
      ...RUN_CHECKED,
      ...RUN_REWIND.slice(0, 3),
      'error: could not open file "/data/base/1": Permission denied',
      ...RUN_STARTED.slice(0, 2),
    ),
    ...{ rule: 'rewind-failed', level: 'critical', shows: 'Permission denied' },
  },
  {
    what: 'a rewind without a sign of success',
    logs: run(...RUN_CHECKED, ...RUN_REWIND.slice(0, 3), ...RUN_STARTED.slice(0, 2)),
    ...{ rule: 'rewind-unproved', level: 'critical', basis: 'absent', shows: 'start up the kingbase...' },
  },
  {
    what: 'a standby that came up and was not attached',
    logs: run(...RUN_CHECKED, ...RUN_REWIND, ...RUN_STARTED, ...RUN_SYNC),
    ...{ rule: 'attach-missing', level: 'warn', basis: 'absent', shows: 'start up standby successful!' },
  },
  {
    what: 'an attach that failed',
    logs: run(
      ...RUN_CHECKED,
      ...RUN_REWIND,
      ...RUN_STARTED,
      `${DAY} 03:20:12 attach pool...`,
      'pcp_attach_node execute failed ,will exit script with error',
    ),
    ...{ rule: 'attach-failed', level: 'warn', shows: 'pcp_attach_node execute failed' },
  },
  {
    what: 'a cluster that stayed asynchronous',
    logs: run(...RUN_CHECKED, ...RUN_REWIND, ...RUN_STARTED, ...RUN_ATTACHED),
    ...{ rule: 'still-async', level: 'warn', basis: 'absent', shows: 'sync to async' },
  },
  {
    what: 'a standby too far behind to become synchronous',
    logs: run(
      ...RUN_CHECKED,
      'cluster is sync cluster.',
      'Im Node is standby,the gap between my LSN and primary LSN is too large,the data difference exceeds 16 M,exit script',
    ),
    ...{ rule: 'gap-too-large', level: 'warn', shows: 'the data difference exceeds 16 M' },
  },
  {
    what: 'a standby that the primary does not list',
    logs: run(...RUN_CHECKED, 'cluster is sync cluster.', 'can not get the replication of myself'),
    ...{ rule: 'not-replicating', level: 'warn', shows: 'can not get the replication of myself' },
  },
  {
    what: 'a primary that lost its last standby',
    logs: run(
      ...RUN_BEGIN,
      'ASYNC RECOVER MODE ...',
      `${DAY} 03:20:03 local primary node change async`,
      'ASYNC RECOVER MODE DONE',
    ),
    ...{ rule: 'went-async', level: 'warn', shows: 'local primary node change async' },
  },
  {
    what: 'a script that cannot reach root on its own host',
    logs: run(...RUN_CHECKED, 'del vip failed,after retry 10 times ,cannot del vip, will exit'),
    ...{ rule: 'local-ssh', level: 'critical', shows: 'cannot del vip' },
  },
  {
    what: 'a database that does not come up in an hour',
    logs: run(
      ...RUN_CHECKED,
      ...RUN_REWIND,
      ...RUN_STARTED.slice(0, 1),
      'already start db 1 hour,it maybe cannot start,will exit with error.',
    ),
    ...{ rule: 'start-gave-up', level: 'critical', shows: 'already start db 1 hour' },
  },
];

const all = [...FAILOVER, ...WATCHDOG, ...RECOVERY];

describe('a rule', () => {
  it.each(all)('$rule: $what', ({ logs, rule, level, basis = 'seen', shows }) => {
    const found = ruleOf(logs, rule);
    expect(found).toMatchObject({ level, basis });
    expect(found?.lines.some((line) => line.includes(shows))).toBe(true);
  });

  it('is silent of a failover that went well, but for what is normal', () => {
    expect(rulesOf(only(failover()))).toEqual(['still-single', 'still-async', 'ok-failover']);
    expect(rulesOf(only(run(...RECOVERED)))).toEqual(['single-node', 'ok-failover']);
  });

  it('has words in both languages', async () => {
    const { WORDS } = await import('../../../core/incident/format/words');
    const told = new Set(all.map(({ rule }) => rule));
    for (const { rules } of Object.values(WORDS))
      expect([...told].filter((rule) => rules[rule] === undefined)).toEqual([]);
    expect(Object.keys(WORDS.zh.rules).sort()).toEqual(Object.keys(WORDS.en.rules).sort());
    // Those of repmgr and of clocks stand in their own tests.
    expect(
      Object.keys(WORDS.en.rules)
        .filter((rule) => !told.has(rule))
        .sort(),
    ).toEqual(['clock-skew', 'multiple-primaries', 'not-confirmed', 'script-end-missing']);
  });
});

describe('what is normal is no finding', () => {
  it('a lock that was released and a pool that waited as long', () => {
    expect(ruleOf(failover(), 'lock-wait-long')).toBeNull();
    expect(ruleOf(failover(), 'lock-timed-out')).toBeNull();
  });

  it('an ARP that nobody answers', () => {
    expect(ruleOf(failover(), 'vip-elsewhere')).toBeNull();
  });

  it('a virtual IP and a MASTER that moved because the other pool was killed, though cron started it again', () => {
    const was = (node: 'node101' | 'node102', at: string): readonly string[] => [
      `${at} 76 LOG watchdog node state changed from [INITIALIZING] to [MASTER]`,
      `${at} 103 LOG successfully acquired the delegate IP:"192.168.1.200"`,
      `${at} 76 LOG setting the local node "${poolName(node)}" as watchdog cluster master`,
    ];
    const logs = [
      clusterLog('node101', [
        ...was('node101', '03:01:00'),
        '03:08:00 104 DETAIL the last heartbeat from "192.168.1.102:9999 Linux node102" received 0 seconds ago',
        '03:09:01 172 LOG waiting for watchdog to initialize',
        '03:09:10 176 LOG watchdog node state changed from [INITIALIZING] to [STANDBY]',
        '03:30:00 176 LOG new IPC connection received',
      ]),
      clusterLog('node102', [
        `03:08:01 76 LOG remote node "${poolName('node101')}" is lost`,
        '03:08:01 76 LOG watchdog cluster has lost the coordinator node',
        ...was('node102', '03:08:10'),
        '03:30:00 76 LOG new IPC connection received',
      ]),
    ];
    const incident = only(logs);
    expect(incident.kind).toBe('pool-only');
    expect(rulesOf(incident).filter((rule) => rule.startsWith('split') || rule.startsWith('vip'))).toEqual([]);
  });

  it('a STANDBY that lost the watchdog cluster is no failed virtual IP', () => {
    const logs = rightAfter('Restart all', '03:08:16 76 LOG watchdog node state changed from [STANDBY] to [LOST]');
    expect(ruleOf(logs, 'cluster-vip-failed')).toBeNull();
  });
});
