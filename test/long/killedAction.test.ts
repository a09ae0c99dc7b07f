// Proves: what test/lab/scenarios/killedAction.test.ts proves, at twenty moments (KILLED_ACTION_SEED).
// Seen to fail: as its short form.
import { it } from 'vitest';
import { describeLab } from '../lab/support/describeLab';
import { killedSwitchovers } from '../lab/support/killedSwitchovers';
import { chanceOf, seedFrom } from '../lab/support/seed';
import { useSharedLab } from '../lab/support/sharedLab';

const ROUNDS = 20;

describeLab('an action that is killed half-way', () => {
  const scene = useSharedLab();

  it(`is taken up by its id, ${ROUNDS} times on end`, async () => {
    await killedSwitchovers(scene.lab, ROUNDS, chanceOf(seedFrom('KILLED_ACTION_SEED')));
  }, 3_600_000);
});
