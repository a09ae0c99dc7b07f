// Proves that logs of pgpool-II 4 are read by the same rules: its prefix, its words for the leader, its own process for each check, a follower that runs
// nothing of its own. Texts as pgpool-II 4.3.5 printed them.
import { describe, expect, it } from 'vitest';
import { incidentsOf } from '../../../scripts/fuzzLogs';
import { log, only } from '../../support/incidents';
import { ruleOf, rulesOf } from '../../support/incidentTexts';

const PIDS: Readonly<Record<string, number>> = {
  main: 72,
  watchdog: 76,
  health_check0: 90,
  life_check: 88,
  sr_check_worker: 91,
};

/** `02:59:23.503 main LOG text` → a line of pgpool-II 4. */
function file(node: string, lines: readonly string[]): ReturnType<typeof log> {
  const written = lines.map((line) => {
    const [clock = '', process = '', severity = '', ...text] = line.split(' ');
    return `2026-11-21 ${clock}: ${process} pid ${PIDS[process] ?? 1}: ${severity}:  ${text.join(' ')}`;
  });
  return log(`${node}/log/pgpool.log`, written.join('\n'));
}

const name = (host: number): string => `192.168.1.10${host}:9999 Linux node10${host}`;
const EXEC =
  'execute command: /etc/pgpool2/failover.sh 192.168.1.102 0 0 192.168.1.101 192.168.1.101 1 0 /var/lib/postgresql/15/main';

const attempt = (clock: string, round: number): readonly string[] => [
  `${clock} health_check0 LOG failed to connect to PostgreSQL server on "192.168.1.101:5432", getsockopt() failed`,
  `${clock} health_check0 DETAIL Operation now in progress`,
  `${clock} health_check0 ERROR failed to make persistent db connection`,
  ...(round === 0 ? [] : [`${clock} health_check0 LOG health check retrying on DB node: 0 (round:${round})`]),
];

const leader = [
  `02:58:00.001 watchdog LOG setting the local watchdog node name to "${name(2)}"`,
  '02:59:10.100 sr_check_worker ERROR failed to make persistent db connection',
  ...[1, 2, 3].flatMap((round) => attempt(`02:59:${20 + round}.503`, round)),
  '02:59:24.503 health_check0 LOG health check failed on node 0 (timeout:0)',
  '02:59:24.503 main LOG received degenerate backend request for node_id: 0 from pid [90]',
  '02:59:24.510 watchdog LOG we have got the consensus to perform the failover',
  '02:59:24.512 watchdog LOG watchdog is informed of failover start by the main process',
  '02:59:24.512 main LOG starting degeneration. shutdown host 192.168.1.101(5432)',
  '02:59:24.513 main LOG Restart all children',
  `02:59:24.514 main LOG ${EXEC}`,
  '02:59:26.100 main LOG find_primary_node_repeatedly: waiting for finding a primary node',
  '02:59:26.120 main LOG find_primary_node: standby node is 0',
  '02:59:26.120 main LOG find_primary_node: primary node is 1',
  '02:59:26.121 main LOG failover: set new primary node: 1',
  '02:59:26.121 main LOG failover: set new main node: 1',
  'failover done. shutdown host 192.168.1.101(5432)02:59:26.130 main LOG failover done. shutdown host 192.168.1.101(5432)',
  '02:59:26.131 watchdog LOG watchdog is informed of failover end by the main process',
];
const follower = [
  `02:58:00.001 watchdog LOG setting the local watchdog node name to "${name(1)}"`,
  ...[1, 2, 3].flatMap((round) => attempt(`02:59:${20 + round}.700`, round)),
  '02:59:24.700 health_check0 LOG health check failed on node 0 (timeout:0)',
  '02:59:24.700 main LOG received degenerate backend request for node_id: 0 from pid [90]',
  '02:59:26.140 main LOG leader watchdog has performed failover',
  '02:59:26.150 main LOG backend:0 is set to down status',
];

describe('a failover of pgpool-II 4', () => {
  const logs = [
    file('node101', follower),
    file(
      'node102',
      leader
        .filter((line) => !line.startsWith('failover done.'))
        .concat('02:59:26.130 main LOG failover done. shutdown host 192.168.1.101(5432)'),
    ),
  ];
  const incident = only(logs);

  it('is one, told by both, with its executor and its new primary', () => {
    expect(incident).toMatchObject({
      ...{ kind: 'primary-failover', kindBasis: 'seen', outcome: 'failed-over', system: 'pgpool4' },
      ...{ executor: 'node102', oldPrimary: 'node101', newPrimary: 'node102', failedNode: 'node101' },
    });
  });

  it('begins with the first check, of the process of that database, to the millisecond', () => {
    expect(incident).toMatchObject({
      beginAt: Date.parse('2026-11-21T02:59:21.503Z'),
      retries: { seen: 3, cadence: 1 },
    });
    expect(incident.durations.toDecision).toBe(3);
    expect(incident.durations.rtoDone).toBeCloseTo(4.627, 3);
  });

  it('asks for nothing that 4 has not: no lock, no end of the follower’s own', () => {
    const rules = rulesOf(incident);
    for (const rule of ['other-log-needed', 'no-script', 'lock-not-released', 'done-missing', 'lock-contention'])
      expect(rules).not.toContain(rule);
    expect(rules).toContain('failover-log-needed');
  });

  it('of which only the follower’s log is there asks for the leader’s', () => {
    expect(rulesOf(only([logs[0] ?? log('', '')]))).toContain('other-log-needed');
  });
});

it('a follower that finds the node lost again, after the leader had it down, begins no other incident', () => {
  const late = [1, 2, 3].flatMap((round) => attempt(`03:01:${30 + round}.700`, round));
  const refused = [
    '03:01:34.700 health_check0 LOG health check failed on node 0 (timeout:0)',
    '03:01:34.700 health_check0 LOG invalid degenerate backend request, node id : 0 status: [3] is not valid for failover',
  ];
  const logs = [
    file('node101', [...follower, ...late, ...refused]),
    file(
      'node102',
      leader.filter((line) => !line.startsWith('failover done.')),
    ),
  ];
  expect(incidentsOf(logs).map(({ kind, outcome }) => [kind, outcome])).toEqual([['primary-failover', 'failed-over']]);
});

it('the loss of a leader is told in its words', () => {
  const logs = [
    file('node102', [
      `02:58:00.001 watchdog LOG setting the local watchdog node name to "${name(2)}"`,
      `03:00:00.100 watchdog LOG remote node "${name(1)}" is shutting down`,
      '03:00:00.101 watchdog LOG watchdog cluster has lost the coordinator node',
      `03:00:00.102 watchdog LOG removing the remote node "${name(1)}" from watchdog cluster leader`,
      `03:00:00.103 watchdog LOG We have lost the cluster leader node "${name(1)}"`,
      '03:00:00.104 watchdog LOG watchdog node state changed from [STANDBY] to [JOINING]',
      '03:00:05.104 watchdog LOG watchdog node state changed from [INITIALIZING] to [LEADER]',
      '03:00:09.104 watchdog LOG I am the cluster leader node. Starting escalation process',
      '03:00:12.104 watchdog LOG successfully acquired the delegate IP:"192.168.1.200"',
    ]),
  ];
  const incident = only(logs);
  expect(incident).toMatchObject({ kind: 'pool-only', outcome: 'pool-moved' });
  expect(incident.durations.clusterVipGap).toBeCloseTo(12.004, 3);
  expect(incident.timeline.map(({ phase }) => phase)).toEqual([
    'peerGone',
    'coordinatorLost',
    'coordinatorLost',
    'election',
    'election',
    'escalation',
    'clusterVip',
  ]);
});

it('a check that recovers is a short disturbance', () => {
  const logs = [
    file('node102', [
      ...attempt('02:59:21.503', 1),
      '02:59:22.000 health_check0 LOG health check retrying on DB node: 0 succeeded',
    ]),
  ];
  expect(incidentsOf(logs).map(({ kind, outcome }) => [kind, outcome])).toEqual([['blip', 'recovered-by-itself']]);
});

it.each([
  'find_primary_node_repeatedly: all of the backends are down. Giving up finding primary node',
  'cluster is in the split-brain',
  'We are in split brain, and not able to decide the best candidate for leader/coordinator',
  'possible split brain scenario detected by "192.168.1.101:9999 Linux node101" node',
])('%s is critical', (text) => {
  const logs = [file('node102', [...attempt('02:59:21.503', 1), `02:59:22.000 watchdog LOG ${text}`])];
  const rule = text.startsWith('find') ? 'no-new-primary' : 'split-brain';
  expect(ruleOf(logs, rule)).toMatchObject({ level: 'critical', basis: 'seen', lines: [text] });
});
