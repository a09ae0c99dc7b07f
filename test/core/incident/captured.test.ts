// Proves the analysis on the seed's own text and on every captured scenario, both nodes together, against the moments extracted from them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuzzOnce, incidentsOf } from '../../../scripts/fuzzLogs';
import { edited, levelsOf, LOGS, only, scenario, seed } from '../../support/incidents';

interface Seen {
  readonly ts: string;
  readonly line: number;
}
interface ExpectedNode {
  readonly first_health_check_failure?: string;
  readonly max_retry_seen?: number;
  readonly exec?: Seen;
  readonly node_down?: Seen;
  readonly done?: Seen;
  readonly set_primary?: Seen;
  readonly failover_log?: Readonly<Record<'begin' | 'end' | 'promote_ok', string | null>>;
  readonly recovery_runs?: readonly { readonly begin: string; readonly last: string; readonly verdict: string }[];
}
const expected = JSON.parse(readFileSync(join(LOGS, 'expected.json'), 'utf8')) as Record<
  string,
  Record<string, ExpectedNode>
>;
const iso = (stamp: string): string => stamp.replace(' ', 'T');

describe('the seed’s own text', () => {
  const incident = only(seed());

  it('is a failover of the primary from node101 to node102, which ran the script', () => {
    const { kind, outcome, oldPrimary, newPrimary, executor, failedNode } = incident;
    expect({ kind, outcome, oldPrimary, newPrimary, executor, failedNode }).toEqual({
      ...{ kind: 'primary-failover', outcome: 'failed-over', oldPrimary: 'node101', newPrimary: 'node102' },
      ...{ executor: 'node102', failedNode: 'node101' },
    });
    expect(incident.nodes.map(({ id, name, before, after }) => [id, name, before, after])).toEqual([
      [0, 'node101', 'primary', 'standby'],
      [1, 'node102', 'standby', 'primary'],
    ]);
  });

  it('took 74 s to the decision, 83 s to service, 44 s of recovery', () => {
    expect(incident.durations).toMatchObject({
      toFirstFailure: 1,
      toDecision: 74,
      script: 10,
      rtoService: 83,
      rtoDone: 84,
    });
    expect(incident.durations).toMatchObject({
      firstFailureToDecision: 73,
      clusterVipGap: 12,
      nodeOutage: 3802,
      recovery: 44,
    });
    expect(incident.retries).toEqual({ seen: 10, cadence: 7.4 });
    expect(incident.expected).toMatchObject({ fault: 'noRoute', maxRetries: 10, retryDelay: 3, attemptMeasured: 4.4 });
  });

  it.each([
    ['peerGone', '15:38:09'],
    ['coordinatorLost', '15:38:09'],
    ['firstFailure', '15:38:10'],
    ['retry', '15:38:13'],
    ['escalation', '15:38:18'],
    ['clusterVip', '15:38:21'],
    ['decision', '15:39:23'],
    ['request', '15:39:23'],
    ['lock', '15:39:23'],
    ['degeneration', '15:39:23'],
    ['script', '15:39:23'],
    ['databaseVip', '15:39:29'],
    ['promote', '15:39:31'],
    ['serviceBack', '15:39:32'],
    ['async', '15:39:32'],
    ['scriptEnd', '15:39:33'],
    ['search', '15:39:33'],
    ['newPrimary', '15:39:33'],
    ['done', '15:39:33'],
    ['recovery', '16:42:01'],
    ['rewind', '16:42:34'],
    ['recovered', '16:42:45'],
  ])('has %s at %s', (phase, clock) => {
    expect(incident.timeline.find((entry) => entry.phase === phase)?.time).toBe(`2022-08-30T${clock}`);
  });

  it('shows no secret', () => {
    expect(JSON.stringify(incident)).not.toContain('MTIzNDU2');
  });
});

describe.each(Object.entries(expected))('the scenario %s, both nodes together', (name, nodes) => {
  const incident = only(scenario(name));
  const [runner, saw] = Object.entries(nodes).find(([, one]) => one.exec !== undefined) ?? ['', {}];

  it('is one incident, of the node that ran the script', () => {
    expect(incident.executor).toBe(runner);
    expect(incident.outcome).toBe(name === 'standby' ? 'standby-removed' : 'failed-over');
    expect(incident.outcomeBasis).toBe('seen');
    expect(incident.retries.seen).toBe(saw.max_retry_seen);
  });

  it('has the moments and lines that were extracted from it', () => {
    const at = (phase: string, node: string): readonly (readonly [string, number])[] =>
      incident.timeline.filter((one) => one.phase === phase && one.node === node).map(({ time, line }) => [time, line]);
    for (const [phase, key] of [
      ['decision', 'node_down'],
      ['newPrimary', 'set_primary'],
      ['done', 'done'],
      ['script', 'exec'],
    ] as const) {
      const seen = saw[key];
      expect(at(phase, runner), phase).toContainEqual([iso(seen?.ts ?? ''), seen?.line]);
    }
    expect(at('firstFailure', runner)[0]?.[0]).toBe(iso(saw.first_health_check_failure ?? ''));
    expect(at('scriptEnd', runner)[0]?.[0]).toBe(iso(saw.failover_log?.end ?? ''));
    const ok = saw.failover_log?.promote_ok ?? null;
    expect(at('serviceBack', runner)[0]?.[0] ?? null).toBe(ok === null ? null : iso(ok));
  });

  it('has the runs of the recovery, idle ones left out', () => {
    const runs = Object.values(nodes)
      .flatMap((node) => node.recovery_runs ?? [])
      .filter(({ verdict }) => !verdict.startsWith('idle_'));
    const told = incident.recoveries.filter(({ verdict }) => !verdict.startsWith('idle_'));
    expect(told.map(({ begin, end, verdict }) => ({ begin, last: end, verdict }))).toEqual(
      runs.map(({ begin, last, verdict }) => ({ begin: iso(begin), last: iso(last), verdict })),
    );
  });
});

describe('what the rules say of captured logs', () => {
  it('calls a refused ssh a risk, and one to a dead host expected', () => {
    expect(levelsOf(only(scenario('killdb')))).toMatchObject({
      'ok-failover': 'ok',
      'ssh-failed-host-alive': 'critical',
      'lock-contention': 'info',
    });
    expect(levelsOf(only(scenario('s1-host-shutdown')))).toMatchObject({
      'ok-failover': 'ok',
      'ssh-failed-host-dead': 'info',
    });
    expect(levelsOf(only(seed()))).toMatchObject({ 'slow-detection': 'warn', 'ssh-failed-host-dead': 'info' });
    expect(levelsOf(only(scenario('standby')))).toMatchObject({ 'standby-only': 'info', 'still-single': 'warn' });
    expect(levelsOf(only(scenario('kb-full')))).toMatchObject({
      ...{ 'recovery-skipped': 'warn', 'mount-failed': 'critical', 'mount-failed-ignored': 'warn' },
      ...{ 'gateway-lost': 'critical', 'pool-unreachable': 'critical' },
    });
  });

  const killdb = scenario('killdb');
  it.each([
    [
      'the follower’s log alone asks for the other',
      killdb.filter(({ path }) => path.includes('node102')),
      'other-log-needed',
      'unknown',
    ],
    [
      'no pool found a primary',
      edited(killdb, (line) => line.replace('set new primary node: 1', 'set new primary node: -1')),
      'no-new-primary',
      'critical',
    ],
    [
      'the promotion failed',
      edited(killdb, (line) =>
        line.replace(/after execute promote , kingbase.*/, 'promote execute failed ,will exit '),
      ),
      'script-failed',
      'critical',
    ],
    [
      'the script has no end, though the pool went on',
      edited(killdb, (line) => (line.includes('failover end') ? null : line)),
      'script-end-missing',
      'info',
    ],
    [
      'the virtual IP was not moved',
      edited(killdb, (line) => line.replace(/^ADD VIP NOW.*/, '2026-11-21 03:08:17 error code:2')),
      'vip-not-moved',
      'critical',
    ],
    [
      'the arguments differ',
      edited(killdb, (line) => line.replace('%d = node id[0]', '%d = node id[1]')),
      'argument-mismatch',
      'warn',
    ],
    [
      'the rewind failed',
      edited(killdb, (line) =>
        line
          .replace('reading source file list', 'error: could not open: Permission denied')
          .replace(/^recovery success.*/, ''),
      ),
      'rewind-failed',
      'critical',
    ],
    [
      'the standby was not attached',
      edited(killdb, (line) => (/Command Successful|recovery success|failback done/.test(line) ? null : line)),
      'attach-missing',
      'warn',
    ],
    [
      'it stayed async',
      edited(killdb, (line) => (/SYNC RECOVER MODE DONE|recovery success/.test(line) ? null : line)),
      'still-async',
      'warn',
    ],
    [
      'the cluster VIP failed',
      edited(killdb, (line) =>
        line.replace(
          'LOG:  Restart all children',
          'DETAIL:  node id :0 status = "NODE DEAD" message:"failed to acuqire delegate IP, set node down"',
        ),
      ),
      'cluster-vip-failed',
      'critical',
    ],
    [
      'split brain',
      edited(killdb, (line) =>
        line.replace('Restart all children', 'We are in split brain, and I am the best candidate'),
      ),
      'split-brain',
      'critical',
    ],
    [
      'no gateway',
      edited(killdb, (line) =>
        line.replace('Restart all children', 'watchdog lifecheck, failed to connect to any trusted servers'),
      ),
      'gateway-lost-everywhere',
      'critical',
    ],
    [
      'clocks differ',
      edited(killdb, (line, path) => (path.includes('node102') ? line.replace('03:08:1', '03:08:4') : line)),
      'clock-skew',
      'warn',
    ],
  ] as const)('%s', (_, logs, rule, level) => {
    expect(levelsOf(incidentsOf(logs)[0] as ReturnType<typeof only>)[rule]).toBe(level);
  });

  it('takes a short disturbance for no failover', () => {
    const short = edited(killdb, (line) => {
      if (line > '2026-11-21 03:08:14' || line.startsWith('failover done') || line.startsWith('ssh')) return null;
      return line.replace(
        /LOG:  health checking retry count 2/,
        'LOG:  all backends are returned to a healthy state after 1 retry(ies)',
      );
    }).filter(({ path }) => path.endsWith('cluster.log'));
    expect(only(short)).toMatchObject({ kind: 'blip', outcome: 'recovered-by-itself', outcomeBasis: 'absent' });
  });

  it('tells of repmgrd in the same way', async () => {
    const { log } = await import('../../support/incidents');
    const at = (clock: string, text: string): string => `[2026-01-05 ${clock}] [NOTICE] ${text}`;
    const lines = [
      at('10:00:00', 'unable to ping "host=10.0.0.1 port=54321"'),
      at('10:00:01', 'checking state of node "node1" (ID: 1), 1 of 10 attempts'),
      at('10:00:55', 'checking state of node "node1" (ID: 1), 10 of 10 attempts'),
      at('10:00:55', 'unable to reconnect to node "node1" (ID: 1) after 10 attempts'),
      at('10:00:56', 'promotion candidate is "node2" (ID: 2)'),
      at('10:00:56', 'this node is promotion candidate, promoting'),
      at('10:00:57', 'promote_command is: "repmgr standby promote"'),
      at('10:00:58', 'STANDBY PROMOTE successful'),
    ];
    const incident = only([log('node2/log/hamgr.log', lines.join('\n'))]);
    expect(incident).toMatchObject({
      kind: 'primary-failover',
      system: 'v8r6',
      outcome: 'failed-over',
      executor: 'node2',
    });
    expect(incident.durations).toMatchObject({ toDecision: 55, rtoService: 58 });
  });
});

it('gives no wrong verdict with certainty of damaged logs, a bounded run', () => {
  const all = Object.keys(expected).map(scenario);
  for (let number = 1; number <= 60; number += 1) fuzzOnce(all[number % all.length] ?? [], number);
});
