// Proves: what test/lab/scenarios/killedUp.test.ts does, killed at ten moments of one creation, and each of ten creations killed once.
// Seen to fail: as its short form.
import { afterAll, it } from 'vitest';
import { machinesDown } from '../../lab/create';
import { describeLab } from '../lab/support/describeLab';
import { convergesAfterKills, momentsOf } from '../lab/support/killedUps';
import { chanceOf, seedFrom } from '../lab/support/seed';
import { SHARED } from '../lab/support/sharedName';

const MOMENTS = 10;

describeLab('a first up that is killed many times', () => {
  const moments = momentsOf(MOMENTS, chanceOf(seedFrom('KILLED_UP_SEED')));

  afterAll(() => machinesDown(SHARED.name));

  it(`converges after ${MOMENTS} kills of one creation`, () => convergesAfterKills(moments));

  it.each(moments)('converges after one kill, $laterMs ms after $type', (moment) => convergesAfterKills([moment]));
});
