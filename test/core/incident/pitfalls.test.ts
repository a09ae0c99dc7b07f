// Proves that what misled readers of these logs does not mislead the analysis: one test for each pitfall that was seen, in the order of the notes.
import { describe, expect, it } from 'vitest';
import { incidentsOf } from '../../../scripts/fuzzLogs';
import { edited, log, only, scenario } from '../../support/incidents';
import {
  clusterLog,
  DAY,
  detection,
  EXEC,
  failover,
  failoverLog,
  follower,
  holder,
  poolLine,
  poolName,
  REFUSED,
  recoveryLog,
  ruleOf,
  rulesOf,
  RUN_ATTACHED,
  RUN_CHECKED,
  SCRIPT,
} from '../../support/incidentTexts';

const seen = (logs: Parameters<typeof only>[0]): readonly (readonly [string, string])[] =>
  only(logs).timeline.map(({ phase, time }) => [phase, time.slice(11)] as const);

it('1: both pools tell the whole sequence, and it is one failover', () => {
  expect(incidentsOf(failover()).map(({ kind }) => kind)).toEqual(['primary-failover']);
  // A pool that is alone has 0 for an id, and ids repeat after a restart: an hour later it is another one.
  const later = (line: string): string => line.replace(/^03:/, '04:').replace(` ${DAY} 03:`, ` ${DAY} 04:`);
  const twice = [
    clusterLog('node101', [...follower(), ...follower().map(later)]),
    clusterLog('node102', [...holder(), ...holder().map(later)]),
  ];
  expect(incidentsOf(twice).map(({ begin }) => begin)).toEqual([`${DAY}T03:08:09`, `${DAY}T04:08:09`]);
});

it('2: “returned to a healthy state” after the failover is no recovery: the dead node is not checked any more', () => {
  const logs = [
    clusterLog('node101', [
      ...follower(),
      '03:08:20 72 LOG all backends are returned to a healthy state after 3 retry(ies)',
    ]),
    ...failover().slice(1),
  ];
  const incident = only(logs);
  expect(incident).toMatchObject({ kind: 'primary-failover', outcome: 'failed-over', singleNode: true });
  expect(rulesOf(incident)).not.toContain('blip');
  expect(incident.durations.nodeOutage).toBeNull();
});

it('3: a retry is told before its attempt, and the last one is the configured number only because the decision follows', () => {
  const incident = only(failover());
  expect(incident.retries).toEqual({ seen: 3, cadence: 2 });
  expect(incident.expected).toMatchObject({ from: 'inferred', maxRetries: 3, retryDelay: 2, attemptMeasured: 0 });
  const answered = [
    ...holder().slice(0, 6),
    '03:08:15 72 LOG all backends are returned to a healthy state after 2 retry(ies)',
  ];
  expect(only([clusterLog('node102', answered)])).toMatchObject({ kind: 'blip', expected: null });
});

it('4: the worker for the replication delay prints the same failures, on its own clock', () => {
  const worker = [
    '03:08:02 114 LOG failed to connect to kingbase server on "192.168.1.101:54321", getsockopt() detected error "Connection refused"',
    '03:08:02 114 ERROR failed to make persistent db connection',
  ];
  const logs = [clusterLog('node102', [...worker, ...holder()]), failoverLog('node102', SCRIPT)];
  expect(only(logs)).toMatchObject({ begin: `${DAY}T03:08:09`, durations: { toDecision: 6 } });
  // Alone it is no disturbance of the service.
  expect(incidentsOf([clusterLog('node102', worker)])).toEqual([]);
});

describe('5: a hung database is silent for as long as the check waits', () => {
  const hung = (clock: string): readonly string[] => [
    `${clock} 72 WARNING health check timed out while waiting for reading data`,
    `${clock} 72 ERROR failed to make persistent db connection`,
  ];
  // health_check_timeout 5, three retries of 2 s: five attempts of 5 s and 6 s between them.
  const lines = [
    ...hung('03:08:09'),
    ...hung('03:08:14'),
    '03:08:16 72 LOG health checking retry count 1',
    ...hung('03:08:21'),
    '03:08:23 72 LOG health checking retry count 2',
    ...hung('03:08:28'),
    '03:08:30 72 LOG health checking retry count 3',
    ...hung('03:08:35'),
    ...holder()
      .slice(detection().length)
      .map((line) => line.replace(/^03:08:1[5-8]/, '03:08:35')),
  ];

  it('so the fault is that much before the first line', () => {
    const incident = only([clusterLog('node102', lines)]);
    expect(incident).toMatchObject({ begin: `${DAY}T03:08:04`, faultFrom: 'attempt' });
    expect(incident.durations).toMatchObject({ toFirstFailure: 5, toDecision: 31, firstFailureToDecision: 26 });
    expect(incident.expected).toMatchObject({ fault: 'hung', maxRetries: 3, attemptMeasured: 5 });
  });

  it('and only the main process says so', () => {
    const other = lines.map((line) => line.replace(' 72 WARNING', ' 114 WARNING'));
    expect(only([clusterLog('node102', other)]).expected?.fault).not.toBe('hung');
  });
});

describe('6: the same failure in three wordings', () => {
  it.each([
    ['with error', '"192.168.1.101:54321" with error "No route to host"', 'noRoute'],
    ['getsockopt()', '"192.168.1.101:54321", getsockopt() detected error "No route to host"', 'noRoute'],
    ['getsockopt(), refused', '"192.168.1.101:54321", getsockopt() detected error "Connection refused"', 'refused'],
    ['timed out', '"192.168.1.101:54321", timed out', 'blackholed'],
    [
      'getsockopt(), timed out',
      '"192.168.1.101:54321", getsockopt() detected error "Connection timed out"',
      'blackholed',
    ],
  ])('%s', (_, text, fault) => {
    const wording = `failed to connect to kingbase server on ${text}`;
    const logs = failover((line) => line.replace(REFUSED, wording));
    expect(only(logs)).toMatchObject({ begin: `${DAY}T03:08:09`, kind: 'primary-failover', expected: { fault } });
  });
});

it('7: “master” means three things, and none of them is the other', () => {
  // The lowest live database is 0 again, the watchdog MASTER is node101, and the primary is node102.
  const logs = failover((line) => line.replace('set new master node: 1', 'set new master node: 0'));
  expect(only(logs)).toMatchObject({ newPrimary: 'node102', executor: 'node102' });
  expect(only(scenario('killdb'))).toMatchObject({ newPrimary: 'node102', executor: 'node101' });
});

it('8: the cluster VIP does not move when only the database dies, and the VIP of the database does', () => {
  const incident = only(failover());
  expect(incident.durations.clusterVipGap).toBeNull();
  expect(incident.timeline.filter(({ phase }) => phase === 'databaseVip').map(({ node }) => node)).toEqual([
    'node102',
    'node102',
  ]);
  expect(rulesOf(incident)).not.toContain('vip-not-moved');
  expect(only(scenario('s1-host-shutdown')).durations.clusterVipGap).toBeGreaterThan(8);
});

it('9: while nobody is primary all rows of show pool_nodes say standby, and nobody’s role comes from there', () => {
  const rows = [
    ' 0       | 192.168.1.101 | 54321 | down   | 0.500000  | standby | 0          | false             | 0',
    ' 1       | 192.168.1.102 | 54321 | up     | 0.500000  | standby | 0          | true              | 0',
  ];
  const run = [
    ...RUN_CHECKED.filter((line) => !line.startsWith(' ')),
    ...rows,
    'no primary node in kingbasecluster, nothing to do ',
  ];
  const incident = only([...failover(), recoveryLog('node101', run)]);
  expect(incident.nodes.map(({ name, before, after }) => [name, before, after])).toEqual([
    ['node101', 'primary', 'down'],
    ['node102', 'standby', 'primary'],
  ]);
});

describe('10: stamps are whole seconds, of two clocks', () => {
  it('within one the order of a file stands', () => {
    const own = only(failover()).timeline.filter(
      ({ file, at }) => file.endsWith('node102/log/cluster.log') && at === Date.parse(`${DAY}T03:08:15Z`),
    );
    expect(own.map(({ phase }) => phase).filter((phase) => phase !== 'firstFailure')).toEqual([
      // Of the lock's lines in a row only the first and the last are shown, the last of them three seconds later.
      ...['retry', 'decision', 'request', 'request', 'lock', 'degeneration', 'script'],
    ]);
    expect(own.map(({ line }) => line)).toEqual([...own.map(({ line }) => line)].sort((a, b) => a - b));
  });

  it('a second between two files is no difference of clocks, ten are', () => {
    const late = (seconds: number): ReturnType<typeof failover> =>
      failover((line, at) =>
        at === 'follower' ? line.replace(/^03:08:(\d\d)/, (_, s: string) => `03:08:${Number(s) + seconds}`) : line,
      );
    expect(ruleOf(late(1), 'clock-skew')).toBeNull();
    expect(incidentsOf(late(10))[0]?.findings.find(({ rule }) => rule === 'clock-skew')?.args).toEqual({
      ...{ node: 'node101', than: 'node102', seconds: 10, fix: '-10s' },
    });
  });

  it('a watchdog’s farewell and the one who hears it are a pair', () => {
    const gone = (clock: string): ReturnType<typeof failover> => [
      clusterLog('node101', [`${clock} 76 LOG Watchdog is shutting down`]),
      clusterLog('node102', [`03:08:08 76 LOG remote node "${poolName('node101')}" is shutting down`, ...holder()]),
    ];
    expect(ruleOf(gone('03:08:07'), 'clock-skew')).toBeNull();
    expect(incidentsOf(gone('03:07:38'))[0]?.findings.find(({ rule }) => rule === 'clock-skew')).toMatchObject({
      ...{ args: { node: 'node102', than: 'node101', seconds: 30, fix: '-30s' }, level: 'warn' },
    });
  });
});

describe('11: a Chinese locale', () => {
  it('is understood where tools print it', () => {
    const logs = [
      clusterLog(
        'node102',
        holder().flatMap((line) =>
          line === EXEC ? [line, 'ssh: connect to host 192.168.1.101 port 22: 没有到主机的路由'] : [line],
        ),
      ),
      failoverLog(
        'node102',
        SCRIPT.flatMap((line) =>
          line.startsWith('execute:') ? [line, '等待服务器进程关闭 .... 完成', '服务器进程已经关闭'] : [line],
        ),
      ),
    ];
    const incident = only(logs);
    expect(rulesOf(incident)).toContain('ssh-failed-host-dead');
    expect(rulesOf(incident)).toContain('ok-failover');
    const noRoute = failover((line) => line.replace('Connection refused', '没有到主机的路由'));
    expect(only(noRoute).expected?.fault).toBe('noRoute');
  });

  it('is read in GB 18030 as well', () => {
    // 没有到主机的路由
    const gb = Uint8Array.of(
      0xc3,
      0xbb,
      0xd3,
      0xd0,
      0xb5,
      0xbd,
      0xd6,
      0xf7,
      0xbb,
      0xfa,
      0xb5,
      0xc4,
      0xc2,
      0xb7,
      0xd3,
      0xc9,
    );
    const [before = '', after = ''] =
      [holder(), []]
        .map((lines) => lines.map(poolLine).join('\n'))
        .map((text) => text.split('Connection refused'))[0] ?? [];
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    const rest = encode(
      holder()
        .map(poolLine)
        .join('\n')
        .slice(before.length + 'Connection refused'.length),
    );
    const text = new Uint8Array([...encode(before), ...gb, ...rest]);
    expect(after).not.toBe('');
    const first = only([{ path: 'node102/log/cluster.log', text }]).timeline.find(
      ({ phase }) => phase === 'firstFailure',
    );
    expect(first?.text).toContain('没有到主机的路由');
  });

  it('and the scripts’ own misspelled English is taken literally', () => {
    const right = SCRIPT.map((line) =>
      line.replace('after execute promote , kingbase', 'after execute promote, kingbase'),
    );
    expect(rulesOf(only([clusterLog('node102', holder()), failoverLog('node102', right)]))).not.toContain(
      'ok-failover',
    );
  });
});

it('12: recovery.log grows every minute also when all is well: a day of it is no incident', () => {
  const tick = (minute: number): readonly string[] => {
    const clock = `${DAY} ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:01`;
    return [
      `${clock} recover beging...`,
      'my pid is 782,officially began to perform recovery',
      'ALL NODES ARE UP STATUS!',
    ];
  };
  const day = Array.from({ length: 1440 }, (_, minute) => tick(minute));
  expect(incidentsOf([recoveryLog('node101', ...day)])).toEqual([]);
  // In the middle of them one that says something.
  const skipped = [...tick(700), 'the kingbase is not standby, can not do recovery.'];
  const incident = only([
    recoveryLog('node101', ...day.slice(0, 700), ...Array.from({ length: 30 }, () => skipped), ...day.slice(730)),
  ]);
  expect(incident).toMatchObject({ kind: 'recovery-only', outcome: 'not-recovered' });
  expect(incident.recoveries.map(({ verdict, runs }) => [verdict, runs])).toEqual([['skip_not_standby', 30]]);
});

it('13: a watchdog that dies, dies again, and is started by cron within a minute is one incident', () => {
  const logs = [
    clusterLog('node102', [
      '03:08:00 104 LOG watchdog lifecheck reported, we are disconnected from the network',
      '03:08:00 76 FATAL system has lost the network',
      '03:08:00 76 LOG Watchdog is shutting down',
      '03:08:01 80 LOG watchdog node state changed from [DEAD] to [LOADING]',
      '03:08:01 80 FATAL system has lost the network',
      ...['03:08:03', '03:08:20', '03:08:25'].map((clock) => `${clock} 90 LOG waiting for watchdog to initialize`),
    ]),
  ];
  const all = incidentsOf(logs);
  expect(all.filter(({ kind }) => kind !== 'network-lost')).toEqual([]);
  expect(all.map(({ outcome }) => outcome)).toEqual(['network-lost']);
});

it('14: a pool that is lost may be told again by lifecheck half a minute later', () => {
  const logs = [
    clusterLog('node102', [
      `03:08:08 76 LOG remote node "${poolName('node101')}" is shutting down`,
      '03:08:08 76 LOG watchdog cluster has lost the coordinator node',
      ...holder(),
      '03:08:38 104 LOG node id :0 status = "NODE DEAD" message:"No heartbeat signal from node"',
      `03:08:38 76 LOG remote node "${poolName('node101')}" is shutting down`,
    ]),
  ];
  const incident = only(logs);
  expect(incident).toMatchObject({ begin: `${DAY}T03:08:08`, faultFrom: 'peer' });
  expect(seen(logs).filter(([phase]) => phase === 'coordinatorLost')).toHaveLength(1);
});

it('15: thousands of debug lines and what ping prints change nothing', () => {
  const noise = [
    'DEBUG:  watchdog heartbeat: send heartbeat signal to 192.168.1.101:9694',
    'DEBUG:  health check: clearing alarm',
    'DEBUG:  setting backend node 0 status to NODE DOWN',
    'DEBUG1:  execute command: /x/failover_stream.sh 192.168.1.102 1 1 192.168.1.101 192.168.1.101 1 0 /data',
  ];
  const bare = scenario('killdb');
  const noisy = bare.map(({ path, text }) => {
    const lines = new TextDecoder().decode(text).split('\n');
    const withNoise = lines.flatMap((line) => {
      const stamp = path.endsWith('cluster.log') ? /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(line)?.[0] : undefined;
      if (stamp === undefined) return [line];
      return [
        line,
        ...noise.map((text) => `${stamp}: pid 72: ${text}`),
        '\t64 bytes from 192.168.1.1: icmp_seq=1 ttl=64',
      ];
    });
    return log(path, withNoise.join('\n'));
  });
  const told = (logs: typeof bare): unknown => {
    const { kind, outcome, durations, findings, executor, timeline } = only(logs);
    return {
      kind,
      outcome,
      durations,
      executor,
      rules: findings.map(({ rule }) => rule),
      texts: timeline.map(({ text }) => text),
    };
  };
  expect(told(noisy)).toEqual(told(bare));
});

it('16: secrets are masked wherever they stand', () => {
  const logs = [
    ...failover(),
    recoveryLog('node101', [
      ...RUN_CHECKED,
      'ksql execute success,but node:node101 does not have correct streaming(or catchup) replication ,will retry ,retry times:[1/10] "host=192.168.1.102 password=Clear9Text user=x"',
      ...RUN_ATTACHED,
    ]),
  ];
  const text = JSON.stringify(only(logs));
  expect(text).toContain('password=***');
  expect(text).not.toMatch(/Clear9Text|MTIzNDU2/);
});

it('17: with loopback addresses alone a pool says that it lost the network, and the lines are shown for what they are', () => {
  const logs = [
    clusterLog('node102', [
      '03:08:00 76 LOG network IP is removed and system has no IP is assigned',
      '03:08:00 76 DETAIL changing the state to in network trouble',
      '03:08:00 76 FATAL system has lost the network',
    ]),
  ];
  expect(only(logs)).toMatchObject({
    kind: 'network-lost',
    outcome: 'network-lost',
    failedNode: null,
    newPrimary: null,
  });
  expect(ruleOf(logs, 'gateway-lost')?.lines[0]).toContain('system has no IP is assigned');
});

it('a scenario whose lines come with two blanks fewer, as from a page, is the same one', () => {
  const single = edited(scenario('killdb'), (line) => line.replace(/^(.*pid \d+: [A-Z]+:) {2}/, '$1 '));
  expect(only(single)).toMatchObject({ kind: 'primary-failover', outcome: 'failed-over', executor: 'node101' });
});
