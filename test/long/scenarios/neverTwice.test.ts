// Proves: failover after failover, at moments that a printed seed chooses (NEVER_TWICE_SEED), while a run of the program meddles in
// some: a killed primary never accepts a write again after another node did, nothing acknowledged at the virtual IP is missing on any
// node, the old primary follows the new one, and at the end the program has nothing to do.
// Seen to fail with the peers left out of kbha's decision to start a database (start in the lab's decide.py): the old primary comes
// up beside the new one again and again.
// Does not prove: other moments than these; test:long goes on for twenty rounds. core's tests play 4,000 histories without nodes.
import { expect, it } from 'vitest';
import { describeLab } from '../../lab/support/describeLab';
import { expectProgramAgrees, primaryOf } from '../../lab/support/failover';
import { failoverRound } from '../../lab/support/failoverRounds';
import { expectHealthy } from '../../lab/support/health';
import { chanceOf, seedFrom } from '../../lab/support/seed';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable } from '../../lab/support/writeLoad';

const ROUNDS = 2;

describeLab('a killed primary', () => {
  const scene = useSharedLab();

  it('never returns as primary after a promotion', async () => {
    const { lab } = scene;
    const chance = chanceOf(seedFrom('NEVER_TWICE_SEED'));
    const first = (await primaryOf(lab)).name;
    for (let round = 1; round <= ROUNDS; round += 1) {
      await failoverRound(lab, `never_twice_${round}`, chance, `round ${round}`);
      await dropTable(lab, `never_twice_${round}`);
    }
    const report = await expectHealthy(lab);
    const leader = report.nodes.find((node) => node.role === 'primary');
    expect(leader?.timeline, `a timeline more for each round since ${first} led`).toBeGreaterThan(ROUNDS);
    await expectProgramAgrees(lab, leader?.name ?? '');
  });
});
