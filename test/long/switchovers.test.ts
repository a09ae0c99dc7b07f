// Proves: twenty switchovers under 50 writes a second, round and round the nodes, lose nothing acknowledged, never have two primaries, and the gap
// without writes is at most 10 s in nineteen of twenty (SWITCHOVER_ROUNDS for more). Prints the gaps as the client saw them: p50, p95, each.
import { expect, it } from 'vitest';
import { act, requestId } from '../lab/support/actions';
import { describeLab } from '../lab/support/describeLab';
import { expectProgramAgrees, measured } from '../lab/support/failover';
import { expectHealthy } from '../lab/support/health';
import { useSharedLab } from '../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../lab/support/writeLoad';

const ROUNDS = Number(process.env['SWITCHOVER_ROUNDS'] ?? 20);
const LIMIT_SECONDS = 10;
const NODES = ['node2', 'node3', 'node1'] as const;

describeLab('switchovers on end', () => {
  const scene = useSharedLab();

  it(`lose nothing in ${ROUNDS} rounds, with at most ${LIMIT_SECONDS} s without writes (p95)`, async () => {
    const { lab } = scene;
    const gaps: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const to = NODES[(round - 1) % NODES.length] ?? 'node1';
      const { result, load } = await underWriteLoad(
        lab,
        'switchovers',
        () => act(lab, to, requestId(`round-${round}`), 'switchover', `to=${to}`),
        { pauseMs: 20 },
      );
      expect({ round, code: result.code }, result.said).toEqual({ round, code: 0 });
      expectNothingLost(load);
      gaps.push(load.longestGapSeconds);
      measured(
        `switchover ${round} of ${ROUNDS} to ${to}: no write for ${load.longestGapSeconds.toFixed(1)} s (${String(result.record?.result?.['writeGapSeconds'])} s by its record)`,
      );
      await dropTable(lab, 'switchovers');
    }
    const report = await expectHealthy(lab);
    measured(
      `${ROUNDS} switchovers: p50 ${at(gaps, 0.5).toFixed(1)} s, p95 ${at(gaps, 0.95).toFixed(1)} s without a write`,
    );
    expect(at(gaps, 0.95)).toBeLessThanOrEqual(LIMIT_SECONDS);
    await expectProgramAgrees(lab, report.primary ?? '');
  });
});

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
