// The budget as numbers, worked out by hand from the formula, and what must hold for any numbers.
// It proves the arithmetic, not the world: the bench measures that.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeBudget } from '../../../core/budget/computeBudget';
import { presets } from '../../../core/budget/presets';
import type { Budget, FailureKind, PhaseName, Seconds } from '../../../core/budget/types';
import { walBudgetMiB } from '../../../core/budget/walBudget';
import { cluster, failover, node, spec } from '../spec/exampleCluster';

function rto(budget: Budget, failure: FailureKind) {
  const entry = budget.rto.find((one) => one.failure === failure);
  if (entry === undefined) throw new Error(failure);
  return entry;
}

function phase(budget: Budget, failure: FailureKind, name: PhaseName): Seconds | undefined {
  return rto(budget, failure).phases.find((one) => one.name === name)?.seconds;
}

describe('computeBudget, time', () => {
  const fast = computeBudget(spec(failover({ preset: 'fast' })));
  const normal = computeBudget(spec(failover({ preset: 'normal' })));

  it('expects fast to have writes going on within 10 s of a killed database', () => {
    expect(rto(fast, 'databaseKilled').total).toEqual({ best: 1.6, expected: 5, worst: 21 });
  });

  it('counts the vendor’s 10 × 6 as nine pauses for a killed database, whose looks cost nothing', () => {
    expect(phase(normal, 'databaseKilled', 'retries')).toEqual({ best: 54, expected: 54, worst: 54 });
    expect(phase(normal, 'databaseKilled', 'detection')).toEqual({ best: 0, expected: 1, worst: 2 });
  });

  it('adds connect_timeout to looks at a host that lost its power, about 3 s to those that begin more than 30 s after', () => {
    // They begin 1, 11, 27 and 43 s after the cut.
    expect(phase(normal, 'hostPoweredOff', 'detection')).toEqual({ best: 0, expected: 1 + 10, worst: 12 });
    expect(phase(normal, 'hostPoweredOff', 'retries')).toEqual({
      best: 54,
      expected: 54 + 2 * 10 + 8 * 3,
      worst: 54 + 10 * 10,
    });
    expect(rto(normal, 'hostPoweredOff').total.expected).toBe(115.5);
    expect(phase(normal, 'hostPoweredOff', 'promotion')).toEqual({ best: 0.3, expected: 4, worst: 13 });
  });

  it('adds the whole connect_timeout where nothing answers', () => {
    expect(phase(normal, 'primaryPartitioned', 'retries')).toEqual({ best: 84, expected: 154, worst: 154 });
    expect(phase(normal, 'hostHung', 'retries')).toEqual({ best: 154, expected: 154, worst: 154 });
  });

  it('has phases that add up to the total, and shares that add up to one', () => {
    for (const entry of [...fast.rto, ...normal.rto]) {
      const expected = entry.phases.reduce((sum, one) => sum + one.seconds.expected, 0);
      expect(entry.total.expected).toBeCloseTo(expected, 5);
      expect(entry.phases.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1, 1);
      expect(entry.phases.every((one) => one.formula !== '')).toBe(true);
    }
  });

  it('gives a hung host no bound while nobody looks at the disk, and one where kbha does', () => {
    expect(rto(normal, 'hostHung')).toMatchObject({
      total: { worst: null },
      note: 'a disk that hangs under a server which still accepts connections is not seen: failover.useCheckDisk is false',
    });
    const looking = rto(computeBudget(spec(failover({ useCheckDisk: true }))), 'hostHung');
    expect(looking.total.worst).toBe(12 + 154 + 3 + 13 + 60 + 4 + 60 + 6 * 10);
    expect(looking.note).toBe(
      'a hung disk is seen by kbha: a test each 60 s, 6 retries of 10 s, then it stops the database',
    );
  });

  it('counts the client’s walk where there is no virtual IP', () => {
    const walk = computeBudget(spec(cluster({ virtualIp: undefined })));
    expect(phase(walk, 'hostPoweredOff', 'endpoint')).toEqual({ best: 0, expected: 3, worst: 20 });
    expect(phase(walk, 'databaseKilled', 'endpoint')).toEqual({ best: 0, expected: 0, worst: 0 });
  });

  it('follows repmgr’s own numbers', () => {
    const slow = computeBudget(
      spec(
        cluster({
          repmgrParameters: {
            promote_check_interval: 5,
            standby_disconnect_on_failover: true,
            sibling_nodes_disconnect_timeout: 40,
          },
        }),
      ),
    );
    expect(phase(slow, 'databaseKilled', 'promotion')).toEqual({ best: 0.3, expected: 5, worst: 11 });
    expect(phase(slow, 'databaseKilled', 'election')).toEqual({ best: 0.1, expected: 1.5, worst: 43 });
  });

  it.each([
    [
      'manual failover',
      failover({ failover: 'manual' }),
      'failover is manual: the clock runs until somebody promotes a standby',
    ],
    ['a single node', { nodes: [node(1)] }, 'a single database node: the clock runs until it is back'],
  ])('ends with the detection for %s', (_, input, note) => {
    const entry = rto(computeBudget(spec(input)), 'databaseKilled');
    expect(entry).toMatchObject({ automatic: false, note, total: { worst: null } });
    expect(entry.phases.map((one) => one.name)).toEqual(['detection', 'retries']);
  });

  it('is never faster at worst than expected, nor expected faster than best', () => {
    const numbers = fc.record({
      monitorIntervalSeconds: fc.integer({ min: 1, max: 60 }),
      reconnectAttempts: fc.integer({ min: 2, max: 20 }),
      reconnectIntervalSeconds: fc.integer({ min: 1, max: 60 }),
      connectTimeoutSeconds: fc.integer({ min: 2, max: 50 }),
      vipTimeoutSeconds: fc.integer({ min: 1, max: 600 }),
      useCheckDisk: fc.boolean(),
      runningUnderFailureTrustedServers: fc.boolean(),
    });
    fc.assert(
      fc.property(numbers, fc.boolean(), fc.constantFrom('quorum', 'async'), (more, vip, synchronous) => {
        const input = failover(more);
        const made = computeBudget(
          spec({ ...input, replication: { synchronous }, virtualIp: vip ? '10.77.0.100/24' : undefined }),
        );
        const all = [
          ...made.rto.flatMap((entry) => [entry.total, ...entry.phases.map((one) => one.seconds)]),
          made.exposure.startsAfter,
          ...(made.exposure.endsAfter === null ? [] : [made.exposure.endsAfter]),
        ];
        for (const one of all) {
          expect(one.best).toBeLessThanOrEqual(one.expected);
          expect(one.expected).toBeLessThanOrEqual(one.worst ?? Infinity);
        }
      }),
    );
  });

  it('orders the presets from fast to safe', () => {
    const expected = (['fast', 'normal', 'safe'] as const).map(
      (preset) => rto(computeBudget(spec(failover({ preset }))), 'databaseKilled').total.expected,
    );
    expect(expected).toEqual([...expected].sort((a, b) => a - b));
    expect(Object.values(presets).every((preset) => preset.why !== '')).toBe(true);
  });

  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(normal))).toEqual(normal);
  });
});

describe('computeBudget, loss', () => {
  const losses = (input: Record<string, unknown>) =>
    Object.fromEntries(computeBudget(spec(input)).rpo.map((entry) => [entry.failure, entry.loss]));

  it.each<[string, Record<string, unknown>, string[]]>([
    ['quorum', cluster(), ['none', 'none', 'exposure', 'none', 'sinceBackup']],
    ['async', cluster({ replication: { synchronous: 'async' } }), ['lag', 'lag', 'exposure', 'lag', 'sinceBackup']],
    ['one node', { nodes: [node(1)] }, ['none', 'sinceBackup', 'none', 'sinceBackup', 'sinceBackup']],
  ])('says for %s what each failure can take', (_, input, expected) => {
    expect(losses(input)).toEqual({
      databaseKilled: expected[0],
      hostPoweredOff: expected[1],
      primaryPartitioned: expected[2],
      hostHung: expected[3],
      allNodesLost: expected[4],
    });
  });

  it.each([
    ['directory', 'the archive lies on the same nodes (archive.to is directory); no backups are declared'],
    ['discard', 'WAL is thrown away (archive.to is discard); no backups are declared'],
  ])('says what is left when all nodes are lost and the archive goes to %s', (to, why) => {
    expect(computeBudget(spec(cluster({ archive: { to } }))).rpo[4]?.why).toBe(why);
  });
});

describe('computeBudget, exposure', () => {
  it('starts when the standbys count as gone and repmgrd has emptied the names, and has no end by default', () => {
    const { exposure } = computeBudget(spec(failover({ preset: 'normal' })));
    expect(exposure.startsAfter).toEqual({ best: 9, expected: 11, worst: 34 });
    expect(exposure.endsAfter).toBeNull();
    expect(exposure.why).toContain('failover.runningUnderFailureTrustedServers: false would stop it');
  });

  it('ends when kbha stops the isolated primary', () => {
    const { exposure } = computeBudget(spec(failover({ preset: 'fast', runningUnderFailureTrustedServers: false })));
    expect(exposure.startsAfter).toEqual({ best: 4, expected: 6, worst: 8 });
    // Half an interval, then two pings of 2 s that nobody answers.
    expect(exposure.endsAfter).toEqual({ best: 2, expected: 4.5, worst: 8 });
    expect(exposure.why).toContain('wal_sender_timeout (5000 ms) and a checkpoint more to be gone');
  });

  it('starts at once with asynchronous replication', () => {
    const { exposure } = computeBudget(spec(cluster({ replication: { synchronous: 'async' } })));
    expect(exposure.startsAfter).toEqual({ best: 0, expected: 0, worst: 0 });
  });

  it('has no end either where a witness stands in for trusted servers', () => {
    const input = {
      nodes: [node(1), node(2), node(3, { role: 'witness' })],
      failover: { runningUnderFailureTrustedServers: false },
    };
    const { exposure } = computeBudget(spec(input));
    expect(exposure.endsAfter).toBeNull();
    expect(exposure.why).not.toContain('would stop it');
  });
});

describe('walBudgetMiB', () => {
  it('counts what the vendor’s 512 segments keep, and what a rejoin may fetch of it', () => {
    expect(walBudgetMiB(spec())).toEqual({ keptMiB: 8192, checkpointMiB: 1024, rejoinMiB: 2048 });
  });

  it('follows the declared parameters and their units', () => {
    const made = spec(cluster({ database: { parameters: { wal_keep_segments: 10, max_wal_size: '0.5GB' } } }));
    expect(walBudgetMiB(made)).toEqual({ keptMiB: 160, checkpointMiB: 512, rejoinMiB: 40 });
  });
});
