// Proves: what test/long/scenarios/neverTwice.test.ts does, twenty rounds on end on one cluster (NEVER_TWICE_ROUNDS for more).
// Seen to fail: as its short form.
import { expect, it } from 'vitest';
import { describeLab } from '../lab/support/describeLab';
import { expectProgramAgrees, primaryOf } from '../lab/support/failover';
import { failoverRound } from '../lab/support/failoverRounds';
import { expectHealthy } from '../lab/support/health';
import { chanceOf, seedFrom } from '../lab/support/seed';
import { useSharedLab } from '../lab/support/sharedLab';
import { dropTable } from '../lab/support/writeLoad';

const ROUNDS = Number(process.env['NEVER_TWICE_ROUNDS'] ?? 20);

describeLab('a primary that is killed again and again', () => {
  const scene = useSharedLab();

  it(`never returns as primary after a promotion, in ${ROUNDS} rounds`, async () => {
    const { lab } = scene;
    const chance = chanceOf(seedFrom('NEVER_TWICE_SEED'));
    for (let round = 1; round <= ROUNDS; round += 1) {
      await failoverRound(lab, 'never_twice', chance, `round ${round} of ${ROUNDS}`);
      await dropTable(lab, 'never_twice');
    }
    const report = await expectHealthy(lab);
    expect(report.nodes.find((node) => node.role === 'primary')?.timeline).toBeGreaterThan(ROUNDS);
    await expectProgramAgrees(lab, (await primaryOf(lab)).name);
  });
});
