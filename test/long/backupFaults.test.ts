// Proves: what test/lab/scenarios/backupFaults.test.ts does, for the other faults of the backups that a lab can do.
// Seen to fail: with the look of manifest-missing taken out, it was not named.
// Does not prove: cures that only people can do (a power switch, a full disk, which host key is right): the fault is undone in their place.
import { it } from 'vitest';
import { describeLab } from '../lab/support/describeLab';
import { recognisedAndCured } from '../lab/support/diagnosed';
import { OTHERS, QUICK } from '../lab/support/diagnosedFaults';
import { useSharedLab } from '../lab/support/sharedLab';

describeLab('a fault of the backups, of the rarer ones', () => {
  // Each look has a segment archived, and several faults make backups.
  const scene = useSharedLab({ ownCopy: true });
  it.each([...QUICK, ...OTHERS])('$fault is recognised as $id, and cured as it says', async (fault) => {
    await recognisedAndCured(scene.lab, fault);
  });
});
